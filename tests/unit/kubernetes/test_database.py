"""Which hub can save its database."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.clock import Clock

from deployer.targets.kubernetes.database import Database
from deployer.targets.kubernetes.objects import Namespace


class Api:
    """One hub pod, whose container is in the given state; what is run in it says that a copy was made."""

    def __init__(self, state: dict[str, Any], claim: bool = True) -> None:
        self.state, self.claim = state, claim

    def request(self, method: str, path: str, **_: Any) -> Any:
        if path.endswith("/pods"):
            status = {"phase": "Running", "containerStatuses": [{"name": "hub", "state": self.state}]}
            return {"items": [{"metadata": {"name": "hub-1"}, "status": status}]}
        return {} if self.claim else None

    def execute(self, *_: Any) -> str:
        return 'saved:{"schema": "abc", "size": 1, "free": 2}'


@pytest.mark.parametrize(
    ("api", "saved"),
    [
        (Api({"running": {}}), "abc"),
        (Api({"waiting": {"reason": "CrashLoopBackOff"}}), None),
        (Api({"running": {}}, claim=False), ""),
    ],
    ids=["runs", "ends again and again", "no database of its own"],
)
def test_a_hub_that_does_not_run_saves_nothing(api: Api, saved: str | None) -> None:
    assert Database(Namespace(api, "prod"), Clock()).save() == saved  # type: ignore[arg-type]
