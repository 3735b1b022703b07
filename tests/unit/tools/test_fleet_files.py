"""A fleet's folder becomes a mapping: what cannot be read is a fault, and nothing outside the fleet is ever read or written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deployer.errors import MachineError, UsageError
from deployer.model.tree import MAX_FILE_BYTES
from deployer.tools.fleet_files import FolderFiles


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "fleet"
    (folder / "config" / "clusters" / "aurora").mkdir(parents=True)
    (folder / "config" / "fleet.yaml").write_text("contact: a@example.org\n")
    return folder


def test_configuration_is_read_whole_and_charts_in_part(root: Path) -> None:
    chart = root / "helm-charts" / "basehub"
    (chart / "templates").mkdir(parents=True)
    read = ("Chart.yaml", "digests.yaml", "values.yaml", "values.jsonnet", "values.schema.json")
    for name in (*read, "README.md", "templates/values.yaml"):
        (chart / name).write_text("x")
    (root / "config" / "clusters" / "aurora" / "logo.bin").write_bytes(b"\xff")
    (root / "config" / ".hidden").write_text("x")
    (root / "elsewhere.yaml").write_text("x")
    tree = FolderFiles(root).read()
    charts = {f"helm-charts/basehub/{name}" for name in read}
    assert tree.files.keys() == {"config/fleet.yaml", "config/clusters/aurora/logo.bin", *charts}
    assert tree.files["config/clusters/aurora/logo.bin"] == b"\xff"
    assert tree.faults == {}


def test_links_inside_the_fleet_are_followed(root: Path) -> None:
    (root / "config" / "shared").mkdir()
    (root / "config" / "shared" / "a.yaml").write_text("a")
    (root / "config" / "clusters" / "aurora" / "one.yaml").symlink_to(root / "config" / "shared" / "a.yaml")
    (root / "config" / "clusters" / "all").symlink_to("../shared")
    tree = FolderFiles(root).read()
    assert tree.files["config/clusters/aurora/one.yaml"] == b"a"
    assert tree.files["config/clusters/all/a.yaml"] == b"a"
    assert tree.faults == {}


@pytest.mark.parametrize(
    ("fault", "path"),
    [
        ("not-a-file", "config/clusters/aurora/cluster.yaml"),
        ("symlink-loop", "config/clusters/aurora/self.yaml"),
        ("symlink-loop", "config/clusters/aurora/up"),
        ("outside-fleet", "config/clusters/aurora/passwd.yaml"),
        ("outside-fleet", "config/clusters/aurora/etc"),
        ("unreadable", "config/clusters/aurora/nowhere.yaml"),
        ("special-file", "config/clusters/aurora/pipe.yaml"),
        ("file-too-big", "config/clusters/aurora/big.yaml"),
    ],
)
def test_what_cannot_be_read_is_a_fault(root: Path, fault: str, path: str) -> None:
    place = root / path
    match place.name:
        case "cluster.yaml":
            place.mkdir()
        case "self.yaml":
            place.symlink_to(place)
        case "up":
            place.symlink_to("..")
        case "passwd.yaml":
            place.symlink_to("/etc/passwd")
        case "etc":
            place.symlink_to("/etc")
        case "nowhere.yaml":
            place.symlink_to("nowhere-at-all")
        case "pipe.yaml":
            os.mkfifo(place)
        case _:
            with place.open("wb") as file:
                file.truncate(MAX_FILE_BYTES + 1)
    tree = FolderFiles(root).read()
    assert tree.faults == {path: fault}
    assert tree.files.keys() == {"config/fleet.yaml"}


def test_two_folders_that_link_to_each_other_end(root: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        (root / "config" / name).mkdir()
        (root / "config" / name / "link").symlink_to(f"../{other}")
    assert set(FolderFiles(root).read().faults.values()) == {"symlink-loop"}


def test_a_fleet_that_is_no_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        FolderFiles(tmp_path / "nothing").read()


def test_new_files_are_made_with_their_folders_and_never_over_others(root: Path) -> None:
    files = FolderFiles(root)
    files.write("config/clusters/new/hubs/a.yaml", "first\n")
    with pytest.raises(MachineError, match="exists already"):
        files.write("config/clusters/new/hubs/a.yaml", "second\n")
    assert (root / "config/clusters/new/hubs/a.yaml").read_text() == "first\n"
    assert [path.name for path in (root / "config/clusters/new/hubs").iterdir()] == ["a.yaml"]


def test_a_file_is_replaced_with_its_mode_kept(root: Path) -> None:
    path = root / "config" / "fleet.yaml"
    path.chmod(0o640)
    FolderFiles(root).replace("config/fleet.yaml", "contact: b@example.org\n")
    assert path.read_text() == "contact: b@example.org\n"
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("path", ["../outside.yaml", "config/out/outside.yaml"])
def test_nothing_is_written_outside(root: Path, path: str) -> None:
    (root / "config" / "out").symlink_to(root.parent)
    with pytest.raises(MachineError, match="leads out of the fleet"):
        FolderFiles(root).write(path, "x")
    assert not (root.parent / "outside.yaml").exists()
