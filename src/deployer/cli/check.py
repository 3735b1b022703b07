"""`check`: does a hub work?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deployer.cli.options import Cluster, Hub
from deployer.cli.session import Session
from deployer.errors import UnhealthyError

AllProfiles = Annotated[bool, typer.Option("--all-profiles", help="Start a server of each choice, one after the other.")]
NotebookFile = Annotated[
    Path | None,
    typer.Option(
        "--notebook", metavar="FILE", exists=True, dir_okay=False, readable=True, help="Run this notebook instead of ours."
    ),
]
StartSeconds = Annotated[
    float, typer.Option("--start-timeout", metavar="SECONDS", min=1, help="How long a server may take to start.")
]
CellSeconds = Annotated[float, typer.Option("--cell-timeout", metavar="SECONDS", min=1, help="How long one cell may take.")]
RequestSeconds = Annotated[
    float, typer.Option("--request-timeout", metavar="SECONDS", min=1, help="How long the hub may take to answer.")
]


def check(
    context: typer.Context,
    cluster: Cluster,
    hub: Hub,
    *,
    all_profiles: AllProfiles = False,
    notebook: NotebookFile = None,
    start_timeout: StartSeconds = 300,
    cell_timeout: CellSeconds = 60,
    request_timeout: RequestSeconds = 30,
) -> None:
    """Use a hub as a person would: open the login page, start a server, run a notebook. Exit code 7: it does not work."""
    from deployer.model.health import CheckOptions
    from deployer.reporting.checks import to_json, to_text
    from deployer.workflows.check import check_hub

    session = Session.of(context)
    options = CheckOptions(
        request_seconds=request_timeout,
        start_seconds=start_timeout,
        cell_seconds=cell_timeout,
        notebook=notebook.read_text("utf-8", errors="replace") if notebook else "",
    )
    report = check_hub(session.effects(), cluster, hub, all_profiles=all_profiles, options=options)
    session.show(text=lambda: to_text(report), data=lambda: to_json(report))
    session.end(0 if report.healthy else UnhealthyError.exit_code)
