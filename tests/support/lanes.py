"""How pytest-xdist's workers share the tests: what waits for a cluster runs beside what keeps a processor busy.

One worker begins on a cluster of its own, module by module; the other does all tests that need none, then helps with the rest on
a second cluster.
"""

from collections.abc import Sequence

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

ON_A_CLUSTER = ("tests/functional/cluster/", "tests/functional/kubernetes/", "tests/e2e/cluster/")
MACHINE = "machine"
FIRST = ("tests/functional/kubernetes/test_recovery.py", MACHINE)
"""What takes longest, so that the workers end at about the same time."""


def unit_of(nodeid: str) -> str:
    """Tests of one unit run one after the other, by one worker."""
    return nodeid.partition("::")[0] if nodeid.startswith(ON_A_CLUSTER) else MACHINE


def next_of(units: Sequence[str]) -> str:
    """The one to begin with, of those that nobody has begun."""
    return min(units, key=lambda unit: FIRST.index(unit) if unit in FIRST else len(FIRST))


class Lanes(LoadScopeScheduling):
    """A free worker takes the next unit."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(next_of(tuple(self.workqueue)), last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    """For every `-n`, whatever `--dist` says."""
    return Lanes(config, log)
