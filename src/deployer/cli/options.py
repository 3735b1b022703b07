"""Arguments and options that several commands have, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from deployer.cli.completion import complete_cluster, complete_hub
from deployer.cli.session import OutputFormat, Session

_CLUSTER = "Name of a cluster: its folder in config/clusters."
_HUB = "Name of a hub of this cluster."

Cluster = Annotated[str, typer.Argument(metavar="CLUSTER", help=_CLUSTER, autocompletion=complete_cluster, show_default=False)]
Hub = Annotated[str, typer.Argument(metavar="HUB", help=_HUB, autocompletion=complete_hub, show_default=False)]
SomeCluster = Annotated[
    str | None, typer.Argument(metavar="[CLUSTER]", help=_CLUSTER, autocompletion=complete_cluster, show_default=False)
]
SomeHub = Annotated[str | None, typer.Argument(metavar="[HUB]", help=_HUB, autocompletion=complete_hub, show_default=False)]
SomeHubs = Annotated[
    list[str] | None, typer.Argument(metavar="[HUB]...", help=_HUB, autocompletion=complete_hub, show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Answer every question with yes.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and touch nothing.")]
Force = Annotated[bool, typer.Option("--force", help="Also what has not changed.")]
AllowDestroy = Annotated[
    list[str] | None,
    typer.Option("--allow-destroy", metavar="ADDRESS", help="Allow the loss of this one thing, such as hub:demo/welcome/homes."),
]


def _settle(context: typer.Context, parameter: typer.CallbackParam, value: Any) -> Any:
    """Keep a common option for the session: what stands nearest to the end of the command line wins, then the environment."""
    name = str(parameter.name)
    session, source = context.ensure_object(Session), context.get_parameter_source(name)
    given = source is not None and source.name == "COMMANDLINE"
    if value is not None and (given or getattr(session, f"chosen_{name}") is None):
        setattr(session, f"chosen_{name}", value)
    return value


Fleet = Annotated[
    Path | None,
    typer.Option(
        "--fleet",
        metavar="DIR",
        envvar="DEPLOYER_FLEET",
        callback=_settle,
        expose_value=False,
        help="The fleet's folder; else the nearest one upwards that has config/clusters.",
    ),
]
State = Annotated[
    Path | None,
    typer.Option(
        "--state",
        metavar="DIR",
        envvar="DEPLOYER_STATE",
        callback=_settle,
        expose_value=False,
        help="Where this machine's state is kept; else .deployer in the fleet.",
    ),
]
Format = Annotated[
    OutputFormat | None,
    typer.Option(
        "--format", callback=_settle, expose_value=False, help="How results are written; github: annotations of validate."
    ),
]
Debug = Annotated[
    bool | None,
    typer.Option(
        "--debug", callback=_settle, expose_value=False, help="Show tracebacks, and each effect: what was run and written."
    ),
]
