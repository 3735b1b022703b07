"""How pytest-xdist's workers share the tests, module by module: what waits for a cluster runs beside what keeps a processor busy.

The first worker begins with what needs a cluster, the others with what needs none; who is done helps with the rest.
"""

from collections.abc import Sequence

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

ON_A_CLUSTER = ("tests/functional/cluster/", "tests/functional/kubernetes/", "tests/e2e/cluster/")
LONGEST = "tests/functional/kubernetes/test_recovery.py"
"""Begun first, so that the workers end at about the same time."""


def unit_of(nodeid: str) -> str:
    """Tests of one unit run one after the other, by one worker."""
    return nodeid.partition("::")[0]


def next_of(units: Sequence[str], *, cluster: bool) -> str:
    """The one to begin with, of those that nobody has begun; `cluster`: by the worker that begins with what needs one."""
    return min(units, key=lambda unit: (unit.startswith(ON_A_CLUSTER) is not cluster, unit != LONGEST))


class Lanes(LoadScopeScheduling):
    """A free worker takes the next unit."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        unit = next_of(tuple(self.workqueue), cluster=node is next(iter(self.assigned_work)))
        self.workqueue.move_to_end(unit, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    """For every `-n`, whatever `--dist` says; in the order of a run by one worker."""
    config.option.loadscopereorder = False
    return Lanes(config, log)
