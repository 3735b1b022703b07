"""`explain`: whose line set this?"""

from __future__ import annotations

from typing import Annotated

import typer

from deployer.cli.options import Cluster, Hub
from deployer.cli.session import Session

Key = Annotated[
    str,
    typer.Argument(
        metavar="[KEY]",
        help="A path in the values, such as jupyterhub.singleuser, or a key of the hub's file, such as machines.",
        show_default=False,
    ),
]


def explain(context: typer.Context, cluster: Cluster, hub: Hub, key: Key = "") -> None:
    """Show the values that a hub's file comes to, each with the line that set it and what that overrode. Secrets stay hidden."""
    from deployer.reporting.explain import to_json, to_text
    from deployer.workflows.explain import explain as explain_hub

    session = Session.of(context)
    explanation = explain_hub(session.effects(), cluster, hub, key)
    session.show(text=lambda: to_text(explanation), data=lambda: to_json(explanation))
