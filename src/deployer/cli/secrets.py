"""`secrets`: files that sops encrypts."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from deployer.cli.options import Cluster, SomeHub
from deployer.cli.questions import confirmed
from deployer.cli.session import Session
from deployer.errors import ConfigurationError, UsageError

Key = Annotated[str, typer.Argument(metavar="KEY", help="Path in the file, such as login.client_secret.", show_default=False)]
TheHub = Annotated[str, typer.Argument(metavar="HUB", help="Name of a hub of this cluster.", show_default=False)]


def view(context: typer.Context, cluster: Cluster, hub: SomeHub = None) -> None:
    """Print a hub's secrets, or a cluster's encrypted kubeconfig, in clear."""
    from deployer.workflows import secrets

    session = Session.of(context)
    effects = session.effects()
    vault = secrets.vault(effects, cluster, hub)
    text = secrets.view(effects, vault)
    session.show(text=lambda: text, data=lambda: {"file": vault.path, "text": text})


def edit(context: typer.Context, cluster: Cluster, hub: SomeHub = None) -> None:
    """Open a hub's secrets in $EDITOR; what is saved is checked, then encrypted."""
    from deployer.reporting.problems import to_text
    from deployer.workflows import secrets

    session = Session.of(context)
    if not sys.stdin.isatty():
        raise UsageError("`secrets edit` needs a terminal", hint="`deployer secrets set` takes a value from its standard input.")
    effects = session.effects()
    vault = secrets.vault(effects, cluster, hub)
    before = text = secrets.view(effects, vault)
    while True:
        text = effects.editor.edit(text, suffix=".yaml")
        if text == before:
            session.show(text=lambda: f"{vault.path}: nothing changed\n", data=lambda: {"file": vault.path, "changed": False})
            return
        try:
            secrets.save(effects, vault, text)
        except ConfigurationError as error:
            if not (sys.stderr.isatty() and confirmed(f"{to_text(error.problems)}Edit it again?", yes=False)):
                raise
        else:
            break
    session.show(text=lambda: f"{vault.path}: encrypted and written\n", data=lambda: {"file": vault.path, "changed": True})


def set_secret(context: typer.Context, cluster: Cluster, hub: TheHub, key: Key) -> None:
    """Set one secret of a hub. The value is asked for, or read from standard input; it never stands on a command line."""
    from deployer.model.secret import Secret
    from deployer.workflows import secrets

    session = Session.of(context)
    effects = session.effects()
    vault, path = secrets.vault(effects, cluster, hub), secrets.key_path(key)
    asked = sys.stdin.isatty()
    value = typer.prompt(f"Value of {key}", hide_input=True, err=True) if asked else sys.stdin.read().removesuffix("\n")
    if not value:
        raise UsageError("the value is empty", hint="Write it to standard input, or type it when asked.")
    secrets.set_value(effects, vault, path, Secret(value))
    session.show(text=lambda: f"{vault.path}: {key} is set\n", data=lambda: {"file": vault.path, "changed": True})


def rotate(context: typer.Context, cluster: Cluster, hub: SomeHub = None) -> None:
    """Encrypt a file anew, for the people whom .sops.yaml names now."""
    from deployer.workflows import secrets

    session = Session.of(context)
    effects = session.effects()
    vault = secrets.vault(effects, cluster, hub)
    secrets.rotate(effects, vault)
    session.show(text=lambda: f"{vault.path}: encrypted anew\n", data=lambda: {"file": vault.path, "changed": True})
