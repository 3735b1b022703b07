"""Two lanes for pytest-xdist: tests on the one cluster, which wait for pods half of their time, and all others."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

ON_A_CLUSTER = ("tests/functional/cluster/", "tests/functional/kubernetes/", "tests/e2e/cluster/")
CLUSTER, MACHINE = "cluster", "machine"


def lane_of(nodeid: str) -> str:
    """Tests of one lane run one after the other."""
    return CLUSTER if nodeid.startswith(ON_A_CLUSTER) else MACHINE


class Lanes(LoadScopeScheduling):
    """A worker a lane."""

    def _split_scope(self, nodeid: str) -> str:
        return lane_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    """For every `-n`, whatever `--dist` says."""
    return Lanes(config, log)
