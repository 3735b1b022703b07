"""Prepared charts: damage is noticed, what a killed process left goes, processes at once make a chart once."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from tests.support.charts import ChartRepository
from tests.support.helm import HELM_4
from tests.support.rendered_charts import ChartTool

BASEHUB = {"dask-gateway": {"enabled": True}}
PREPARING = """
import sys
from pathlib import Path
from tests.support.charts import ChartRepository
from tests.support.helm import HELM_4
from tests.support.rendered_charts import ChartTool

class Elsewhere(ChartRepository):
    url = sys.argv[2]

    def __init__(self) -> None: ...

tool = ChartTool(HELM_4, Path(sys.argv[1]), Elsewhere())
print("ready", flush=True)
sys.stdin.readline()
print(tool.prepared("basehub", {"dask-gateway": {"enabled": True}}))
"""


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def hidden(home: Path) -> list[Path]:
    return [path for path in home.rglob(".*") if path.is_dir()]


@pytest.mark.parametrize("damage", ["templates/_helpers.tpl", "charts", "Chart.yaml"])
def test_a_prepared_chart_that_is_damaged_is_made_anew(damage: str, repository: ChartRepository, tmp_path: Path) -> None:
    prepared = ChartTool(HELM_4, tmp_path, repository).prepared("basehub", BASEHUB)
    whole, asked = content(prepared), len(repository.asked)
    path = prepared / damage
    for file in path.iterdir() if path.is_dir() else [path]:
        file.write_bytes(file.read_bytes()[:-10])
    left = prepared.parent / ".half-made-by-somebody-who-was-killed"
    left.mkdir()
    assert ChartTool(HELM_4, tmp_path, repository).prepared("basehub", BASEHUB) == prepared
    assert content(prepared) == whole
    assert not hidden(tmp_path)
    assert len(repository.asked) == asked, "its archives are whole, and are not fetched again"


def test_processes_that_prepare_the_same_chart_at_once_make_it_once(repository: ChartRepository, tmp_path: Path) -> None:
    asked = len(repository.asked)
    command = [sys.executable, "-c", PREPARING, str(tmp_path), repository.url]
    started = [Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) for _ in range(4)]
    for one in started:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in started:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    ended = [(*one.communicate(timeout=120), one.returncode) for one in started]
    assert {code for _, _, code in ended} == {0}, ended
    (prepared,) = {Path(out.strip()) for out, _, _ in ended}
    fetched = [path for path in repository.asked[asked:] if path.endswith(".tgz")]
    assert len(fetched) == len(set(fetched)) == len(list((prepared / "charts").iterdir())) == 2
    assert not hidden(tmp_path)
