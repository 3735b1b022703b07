"""What all tests share."""

import signal

import pytest

# A background job of a shell ignores SIGINT and hands that on to what it starts; tests press Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ["tests.support.cluster.fixtures", "tests.support.budget", "tests.support.skips"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two lanes for pytest-xdist: tests on the one cluster wait for pods half of their time, which the others use."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group("cluster" if item.get_closest_marker("cluster") else "machine"))
