"""The suite's own rules: on CI a skip fails, and a part over its budget fails the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.budget import FILE, Budget, read_budget
from tests.support.lanes import LONGEST, ON_A_CLUSTER, next_of, unit_of

PROJECT = FILE.parents[1]
KINDS, PLACES = "tests/functional/kubernetes/test_kinds.py", "tests/unit/config/test_places.py"
SKIPPING = {
    "while it runs": "import pytest\ndef test_it():\n    pytest.skip('no Chromium')\n",
    "by a mark": "import pytest\n@pytest.mark.skip(reason='no Chromium')\ndef test_it():\n    pass\n",
    "in a fixture": "import pytest\n@pytest.fixture\ndef it():\n    pytest.skip('no Chromium')\ndef test_it(it):\n    pass\n",
    "as a module": "import pytest\npytest.skip('no Chromium', allow_module_level=True)\n",
}


EXTRA = "import pytest\n@pytest.mark.extra\ndef test_it():\n    pytest.skip('no clone')\n"


def run(folder: Path, *sources: str, ci: bool, plugin: str) -> subprocess.CompletedProcess[str]:
    """pytest on these files with one plugin."""
    for number, source in enumerate(sources):
        (folder / f"test_{number}.py").write_text(source)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    extra: may be skipped\n")
    environment = {**os.environ, "CI": "true" if ci else "", "PYTHONPATH": str(PROJECT), "PYTEST_ADDOPTS": ""}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        plugin,
        "-p",
        "no:cacheprovider",
        "--continue-on-collection-errors",
        ".",
    ]
    return subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=60)


def test_every_skip_fails_on_ci_and_says_why(tmp_path: Path) -> None:
    finished = run(tmp_path, *SKIPPING.values(), EXTRA, ci=True, plugin="tests.support.skips")
    assert finished.returncode != 0
    assert finished.stdout.count("on CI nothing may be: ") >= len(SKIPPING)
    assert "1 failed, 1 skipped, 3 errors" in finished.stdout


def test_a_skip_is_a_skip_elsewhere_and_what_only_some_machines_have_may_be_missing_on_ci(tmp_path: Path) -> None:
    (tmp_path / "ci").mkdir()
    assert run(tmp_path, *SKIPPING.values(), ci=False, plugin="tests.support.skips").returncode == 0
    assert run(tmp_path / "ci", EXTRA, ci=True, plugin="tests.support.skips").returncode == 0


def test_a_test_of_no_part_fails_the_run_on_ci_only(tmp_path: Path) -> None:
    codes = [run(tmp_path, "def test_it():\n    pass\n", ci=ci, plugin="tests.support.budget").returncode for ci in (True, False)]
    assert codes == [1, 0]


def test_a_part_over_its_budget_is_named() -> None:
    budget = Budget(minutes={"tests/unit": 1.0, "tests/e2e": 1.0})
    assert budget.over({"tests/unit": 0.9, "tests/e2e": 0.9}) == []
    assert budget.over({"tests/unit": 1.2}) == ["tests/unit: 1.20 of 1.00 minutes"]


def test_a_test_belongs_to_its_innermost_part() -> None:
    budget = Budget(minutes={"tests/unit": 1.0, "tests/unit/config": 1.0})
    assert budget.part_of("tests/unit/config/test_x.py::test_y") == "tests/unit/config"
    assert budget.part_of("tests/unit/test_x.py::test_y") == "tests/unit"


def test_every_folder_of_tests_has_a_budget() -> None:
    folders = {f"tests/{path.name}" for path in (PROJECT / "tests").iterdir() if any(path.glob("**/test_*.py"))}
    assert folders <= set(read_budget().minutes)


def test_every_test_on_a_cluster_is_in_its_lane(request: pytest.FixtureRequest) -> None:
    collected = [(item.nodeid, item.get_closest_marker("cluster") is not None) for item in request.session.items]
    assert [nodeid for nodeid, marked in collected if marked is not unit_of(nodeid).startswith(ON_A_CLUSTER)] == []


@pytest.mark.parametrize(
    ("units", "cluster", "first"),
    [
        ((KINDS, PLACES, LONGEST), True, LONGEST),
        ((PLACES, KINDS), True, KINDS),
        ((KINDS, LONGEST, PLACES), False, PLACES),
        ((KINDS, LONGEST), False, LONGEST),
        ((PLACES,), True, PLACES),
    ],
)
def test_each_worker_begins_in_its_lane_and_helps_in_the_other(units: tuple[str, ...], *, cluster: bool, first: str) -> None:
    assert next_of(units, cluster=cluster) == first
    assert (PROJECT / LONGEST).is_file()
