"""What rendering would say of the base fleet, for messages that only a chart can cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from tests.support.cases import base_files, own_charts

from deployer.model.place import Place
from deployer.model.problem import Problem
from deployer.model.release import HubRef
from deployer.model.rendering import Asked, ChartFault, Rendered
from deployer.model.tree import FleetTree
from deployer.workflows.judging import judge

_HUB = HubRef("aurora", "prod")
_FAULT = ChartFault(
    place=Place("helm-charts/lyrahub/Chart.yaml", 4, 5),
    reason="the dependency `lib` names no version",
    advice="write the exact one",
)

REFUSED: Mapping[str, tuple[Rendered, str]] = {
    "a chart that refuses what a hub comes to": (
        Rendered(refused={_HUB: "(root): {} is wrong"}),
        "config/clusters/aurora/hubs/prod.yaml:1:1: error: the chart `basehub` refuses what aurora/prod comes to: "
        "(root): {} is wrong\n    1 | display_name: Aurora\n      | ^^^^^^^^^^^^\n"
        "   hint: `deployer explain aurora prod` says who set each value\n",
    ),
    "a chart whose own files are wrong": (
        Rendered(broken={_HUB: _FAULT, HubRef("aurora", "staging"): _FAULT}),
        "helm-charts/lyrahub/Chart.yaml:4:5: error: the dependency `lib` names no version\n   hint: write the exact one\n",
    ),
}
"""What it is -> what charts say, and the text of its problems."""


class _Rendering:
    def __init__(self, answer: Rendered) -> None:
        self._answer = answer

    def rendered(self, asked: Sequence[Asked], *, mirrors: Mapping[str, str], fetch: bool) -> Rendered:
        assert {one.release.ref for one in asked} >= {*self._answer.refused, *self._answer.broken}
        return self._answer


def _in_one_share(work: Callable[[Any], Any], items: Any) -> list[Any]:
    return [work(items)]


def problems_with(answer: Rendered) -> tuple[Problem, ...]:
    """All problems of the base fleet where charts say this."""
    effects: Any = SimpleNamespace(
        carried=SimpleNamespace(read=own_charts),
        processors=SimpleNamespace(shared=_in_one_share),
        state=SimpleNamespace(digest_key=lambda *, keep: b"k" * 32),
        targets={"local": SimpleNamespace(render=lambda release: None)},
        rendering=_Rendering(answer),
    )
    return judge(effects, FleetTree(base_files()), render=True).problems
