"""`new`: files to begin with."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from deployer.cli.options import Cluster
from deployer.cli.session import Session
from deployer.errors import UsageError

PROVIDERS = ("aws", "gcp", "azure", "kubeconfig", "local")

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the fleet; made where it is missing.", show_default=False)]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Lower-case letters, digits and hyphens.", show_default=False)]
Contact = Annotated[str, typer.Option("--contact", metavar="MAIL", help="Mail address for certificates and alerts.")]
Staff = Annotated[
    list[str] | None,
    typer.Option("--staff", metavar="PROVIDER:NAME", help="An admin of every hub, such as github:alice; may be repeated."),
]
Provider = Annotated[str | None, typer.Option("--provider", metavar="|".join(PROVIDERS), help="Where the cluster is.")]
Domain = Annotated[str, typer.Option("--domain", help="Where the hub is reached; NAME below the cluster's zone when left out.")]
Title = Annotated[str, typer.Option("--display-name", help="What people call the hub.")]
Organization = Annotated[
    str,
    typer.Option(
        "--organization", metavar="ORGANIZATION[:TEAM]", help="Whose people may log in, on GitHub; staff only when left out."
    ),
]
Stage = Annotated[str, typer.Option("--stage", metavar="staging|canary|production", help="What is deployed before what.")]


def fleet(context: typer.Context, folder: Folder, *, contact: Contact = "", staff: Staff = None) -> None:
    """Write a fleet that stands on its own, with a demo hub for this machine."""
    from deployer.config.schema import FILES, json_schema
    from deployer.tools import yaml_edit
    from deployer.workflows.new import FleetWishes, new_fleet

    session = Session.of(context)
    wishes = FleetWishes(contact, [_staff(written) for written in staff or ()])
    effects = session.effects(folder.absolute())
    written = new_fleet(effects, yaml_edit, {name: json_schema(name) for name in FILES}, wishes)
    here = "" if folder.absolute() == Path.cwd() else f"cd {folder} && "
    _show(session, effects.fleet.root, written, f"{here}deployer deploy demo welcome")


def cluster(context: typer.Context, name: Name, *, provider: Provider = None) -> None:
    """Write a cluster's file."""
    from deployer.tools import yaml_edit
    from deployer.workflows.new import new_cluster
    from deployer.workflows.selection import known

    session = Session.of(context)
    chosen = known("provider", provider or _ask("provider", PROVIDERS), PROVIDERS, of="`--provider`")
    written = new_cluster(session.effects(), yaml_edit, _checked(name), chosen)
    who = "" if chosen == "local" else " --organization ORGANIZATION"
    _show(session, session.fleet, written, f"deployer new hub {name} staging{who}")


def hub(
    context: typer.Context,
    cluster: Cluster,
    name: Name,
    *,
    domain: Domain = "",
    display_name: Title = "",
    stage: Stage = "",
    organization: Organization = "",
) -> None:
    """Write a hub's file, made for its cluster."""
    from deployer.tools import yaml_edit
    from deployer.workflows.new_hub import HubWishes, new_hub
    from deployer.workflows.selection import known

    session = Session.of(context)
    stages = ("staging", "canary", "production")
    chosen = known("stage", stage, stages, of="`--stage`") if stage else ""
    wishes = HubWishes(domain, display_name, chosen, organization)
    written = new_hub(session.effects(), yaml_edit, cluster, _checked(name), wishes)
    _show(session, session.fleet, written, f"deployer validate {cluster} {name}")


def _show(session: Session, root: Path, written: Sequence[str], then: str) -> None:
    data: Mapping[str, object] = {"fleet": str(root), "written": list(written), "next": then}
    session.show(text=lambda: "".join(f"wrote {path}\n" for path in written) + f"Next: {then}\n", data=lambda: data)


def _checked(name: str) -> str:
    """The name, where Kubernetes takes it. Raises UsageError."""
    from deployer.config.scalars import dns_label

    try:
        return dns_label(name)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _staff(written: str) -> tuple[str, str]:
    provider, separator, name = written.partition(":")
    if not (provider and separator and name):
        raise UsageError(f"`--staff {written}` is not PROVIDER:NAME", hint="such as --staff github:alice")
    return provider, name


def _ask(what: str, choices: Sequence[str]) -> str:
    """Ask a person at a terminal. Raises UsageError where nobody is there to ask."""
    if not sys.stdin.isatty():
        raise UsageError(f"no {what} is given", hint=f"name one by --{what}: {', '.join(choices)}")
    answer: str = typer.prompt(f"Which {what}? ({', '.join(choices)})", err=True)
    return answer
