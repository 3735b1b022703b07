"""What is built once is built once, whole, and anew when its inputs change."""

import os
import threading
import time
from pathlib import Path

import pytest
from tests.support.cache import cached, digest


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEPLOYER_TEST_CACHE", str(tmp_path))


def test_it_is_built_once() -> None:
    builds: list[Path] = []

    def build(folder: Path) -> None:
        builds.append(folder)
        (folder / "file").write_text("built")

    assert (cached("part/one", build) / "file").read_text() == "built"
    assert cached("part/one", build) == cached("part/one", build)
    assert len(builds) == 1


def test_a_half_made_one_is_never_used() -> None:
    def fails(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        cached("part", fails)
    assert list(cached("part", lambda folder: (folder / "whole").touch()).iterdir()) == [cached("part", fails) / "whole"]


def test_older_ones_go_once_nobody_has_used_them_for_a_week(tmp_path: Path) -> None:
    for name, days in (("part/thing-old", 8), ("part/thing-recent", 6), ("part/other-old", 8)):
        folder = cached(name, lambda _: None)
        os.utime(folder, (time.time() - days * 86400,) * 2)
    cached("part/thing-new", lambda _: None)
    left = sorted(path.name for path in (tmp_path / "part").iterdir() if path.is_dir())
    assert left == ["other-old", "thing-new", "thing-recent"]


def test_of_two_at_once_one_builds_and_the_other_waits() -> None:
    building, go_on = threading.Event(), threading.Event()
    builds: list[str] = []

    def slowly(folder: Path) -> None:
        building.set()
        go_on.wait(10)
        builds.append("first")

    first = threading.Thread(target=cached, args=("part", slowly))
    first.start()
    assert building.wait(10)
    second = threading.Thread(target=cached, args=("part", lambda _: builds.append("second")))
    second.start()
    go_on.set()
    first.join(10)
    second.join(10)
    assert builds == ["first"]


def test_a_digest_stands_for_contents_and_their_order(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("a")
    other.write_text("b")
    assert digest([one, other]) != digest([other, one])
    before = digest([one], "word")
    assert digest([one], "words") != before
    one.write_text("c")
    assert digest([one], "word") != before
