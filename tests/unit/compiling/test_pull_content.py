"""The script that brings repositories into homes, with real repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from deployer.compiling.snippets import source

IDENTITY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PATH": os.environ["PATH"]}


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=Author", "-c", "user.email=author@example.org", "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=IDENTITY).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    made = tmp_path / "upstream"
    made.mkdir()
    git(made, "init", "--quiet", "--initial-branch=main")
    publish(made, "lesson.txt", "one\ntwo\nthree\n")
    return made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    return made


def publish(repository: Path, name: str, text: str) -> None:
    (repository / name).write_text(text)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", f"Change {name}")


def pull(home: Path, *arguments: object) -> str:
    """Runs as a server's postStart does; returns its log."""
    command = ["/bin/sh", "-c", source("pull_content.sh"), "pull-content", *map(str, arguments)]
    done = subprocess.run(command, env=IDENTITY | {"HOME": str(home)}, cwd="/", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return (home / ".cache/deployer/content.log").read_text()


def test_a_repository_comes_into_its_folder_and_follows_its_branch(repository: Path, home: Path) -> None:
    pull(home, repository, "main", "lessons/course")
    publish(repository, "lesson.txt", "one\ntwo\nfour\n")
    pull(home, repository, "main", "lessons/course")
    assert (home / "lessons/course/lesson.txt").read_text() == "one\ntwo\nfour\n"


def test_what_a_person_changed_is_kept_and_wins(repository: Path, home: Path) -> None:
    pull(home, repository, "main", "course")
    (home / "course/lesson.txt").write_text("MINE\ntwo\nthree\n")
    (home / "course/notes.txt").write_text("my notes\n")
    publish(repository, "lesson.txt", "theirs\ntwo\nthree\nfour\n")
    pull(home, repository, "main", "course")
    pull(home, repository, "main", "course")
    assert (home / "course/lesson.txt").read_text() == "MINE\ntwo\nthree\nfour\n"
    assert (home / "course/notes.txt").read_text() == "my notes\n"


def test_a_file_that_a_person_made_moves_out_of_the_way_of_a_new_one(repository: Path, home: Path) -> None:
    pull(home, repository, "main", "course")
    (home / "course/new.txt").write_text("mine\n")
    publish(repository, "new.txt", "theirs\n")
    pull(home, repository, "main", "course")
    assert (home / "course/new.txt").read_text() == "theirs\n"
    assert [path.read_text() for path in (home / "course").glob("new.txt.mine.*")] == ["mine\n"]


def test_a_deleted_file_comes_back(repository: Path, home: Path) -> None:
    pull(home, repository, "main", "course")
    (home / "course/lesson.txt").unlink()
    pull(home, repository, "main", "course")
    assert (home / "course/lesson.txt").exists()


def test_names_with_spaces_and_other_letters_survive(repository: Path, home: Path) -> None:
    pull(home, repository, "main", "course")
    (home / "course/größer und kleiner.txt").write_text("mine\n")
    publish(repository, "größer und kleiner.txt", "theirs\n")
    pull(home, repository, "main", "course")
    assert (home / "course/größer und kleiner.txt").read_text() == "theirs\n"


def test_one_that_fails_is_told_and_keeps_nothing_else_from_coming(repository: Path, home: Path, tmp_path: Path) -> None:
    log = pull(home, tmp_path / "nowhere", "main", "gone", repository, "other", "branch", repository, "main", "course")
    assert (home / "course/lesson.txt").exists()
    assert not (home / "gone").exists()
    assert "gone: could not bring in main" in log
    assert "branch: could not bring in other" in log


def test_both_sides_removing_and_changing_leaves_the_persons_file(repository: Path, home: Path) -> None:
    pull(home, repository, "main", "course")
    (home / "course/lesson.txt").write_text("MINE\n")
    git(repository, "rm", "--quiet", "lesson.txt")
    git(repository, "commit", "--quiet", "--message", "Remove")
    publish(repository, "other.txt", "theirs\n")
    log = pull(home, repository, "main", "course")
    assert (home / "course/lesson.txt").read_text() == "MINE\n"
    assert "could not" in log
    assert git(home / "course", "status", "--porcelain") == ""


@pytest.mark.parametrize("of_the_person", ["course/notes.txt", "course"])
def test_what_a_person_has_under_that_name_is_left_alone(repository: Path, home: Path, of_the_person: str) -> None:
    made = home / of_the_person
    made.parent.mkdir(exist_ok=True)
    made.write_text("mine\n")
    log = pull(home, repository, "main", "course")
    assert [path for path in home.rglob("*") if path.is_file() and ".cache" not in path.parts] == [made]
    assert log == f"course: something of this name is there already, which is no copy of {repository}; it was left alone\n"


def test_an_empty_folder_is_filled(repository: Path, home: Path) -> None:
    (home / "course").mkdir()
    folder = (home / "course").stat().st_ino
    pull(home, repository, "main", "course")
    assert (home / "course/lesson.txt").exists()
    assert (home / "course").stat().st_ino == folder  # which may be a volume's


def test_a_copy_that_was_interrupted_is_completed(repository: Path, home: Path) -> None:
    (home / "course.77.incomplete").mkdir()
    pull(home, repository, "main", "course")
    assert sorted(path.name for path in home.iterdir()) == [".cache", "course"]
    (home / "course/lesson.txt").unlink()  # the history had come, and nothing else
    assert "up to date" in pull(home, repository, "main", "course")
    assert (home / "course/lesson.txt").read_text() == "one\ntwo\nthree\n"
    assert git(home / "course", "log", "--oneline").count("\n") == 1


def test_without_git_the_server_starts(home: Path) -> None:
    command = ["/bin/sh", "-c", source("pull_content.sh"), "pull-content", "x", "y", "z"]
    done = subprocess.run(command, env={"HOME": str(home), "PATH": str(home)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0
