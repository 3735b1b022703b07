"""All commands, in the order in which `deployer --help` lists them."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from deployer import __version__
from deployer.cli import (
    attempt,
    check,
    deploy,
    destroy,
    explain,
    logs,
    looking,
    new,
    output,
    rollback,
    schema,
    secrets,
    status,
    support,
    validate,
)
from deployer.cli.options import Debug, Fleet, Format, State
from deployer.errors import UnknownNameError

_COMMON = frozenset({"fleet", "state", "output_format", "debug"})


class Commands(TyperGroup):
    """A group of commands that says what was perhaps meant."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that `args` begin with. Raises UnknownNameError."""
        name = args[0]
        if not ctx.resilient_parsing and not name.startswith("-") and name not in self.commands:
            close = get_close_matches(name, self.commands, n=1)
            hint = f"perhaps you meant `{close[0]}`" if close else f"`{ctx.command_path} --help` lists the commands"
            raise UnknownNameError(f"`{ctx.command_path}` has no command `{name}`", hint=hint)
        return super().resolve_command(ctx, args)


class Root(Commands):
    """The whole program: gives its common options to every command, so that they may stand before or after the verb."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        common = [parameter for parameter in self.params if parameter.name in _COMMON]
        for command in _below(self):
            command.params.extend(common)

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Typer ends quietly on every broken pipe; only one of our own two streams is quiet here."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise RuntimeError("a pipe or a connection broke") from error


def _below(group: TyperGroup) -> Iterator[TyperCommand | TyperGroup]:
    """Every command, and every group of commands."""
    for command in group.commands.values():
        if isinstance(command, TyperGroup):
            yield from _below(command)
        if isinstance(command, TyperCommand | TyperGroup):
            yield command


def _show_version(value: bool) -> None:
    if value:
        output.write(f"deployer {__version__}\n")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, expose_value=False, help="Print the version and end.")
]

app = typer.Typer(
    name="deployer",
    cls=Root,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback()
def deployer(
    *, fleet: Fleet = None, state: State = None, output_format: Format = None, debug: Debug = None, version: Version = False
) -> None:
    """A JupyterHub for every community: one short YAML file a hub goes in, a running, checked hub comes out."""


_deploying = (
    deploy.deploy,
    status.status,
    check.check,
    looking.diagnose,
    looking.doctor,
    logs.logs,
    rollback.rollback,
    destroy.destroy,
)
for command in (validate.validate, explain.explain, schema.schema, *_deploying):
    app.command()(command)
app.command("try")(attempt.attempt)

_new = typer.Typer(cls=Commands, rich_markup_mode=None, help="Write complete, commented files to begin with.")
for writer in (new.fleet, new.cluster, new.hub):
    _new.command()(writer)
app.add_typer(_new, name="new")

_secrets = typer.Typer(cls=Commands, rich_markup_mode=None, help="Read and change what sops encrypts.")
for keeper in (secrets.view, secrets.edit, secrets.rotate):
    _secrets.command()(keeper)
_secrets.command("set")(secrets.set_secret)
app.add_typer(_secrets, name="secrets")

_support = typer.Typer(cls=Commands, rich_markup_mode=None, help="What a cluster needs once: ingress, certificates, metrics.")
_support.command()(support.deploy)
app.add_typer(_support, name="support")
