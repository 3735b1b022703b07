"""`deployer validate` on a fleet with mistakes."""

import shutil
from pathlib import Path

import pytest
from tests.support.program import deployer

FLEET = {
    "config/fleet.yaml": "operated_by: {name: Team}\n",
    "config/clusters/one/cluster.yaml": "name: one\nprovider: local\nlocal: {port: 8100}\n",
    "config/clusters/one/hubs/good.yaml": "login: {provider: dummy, allow: everyone}\n",
    "config/clusters/one/hubs/bad.yaml": "login: {provider: dummy, allow: everyone}\nhome:\n  quotta: 10Gi\n",
    "config/clusters/two/cluster.yaml": "name: two\nprovider: local\nlocal: {port: 8200}\n",
    "config/clusters/two/hubs/open.yaml": "login: {provider: dummy}\n",
}
QUOTTA = """\
config/clusters/one/hubs/bad.yaml:3:3: error: `quotta` is not a setting of `home`
    2 | home:
    3 |   quotta: 10Gi
      |   ^^^^^^
   hint: perhaps you meant `quota`
"""


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    for path, text in FLEET.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return tmp_path


def test_every_problem_of_the_fleet_is_told_at_once(fleet: Path) -> None:
    ended = deployer("validate", cwd=fleet)
    assert (ended.code, ended.err) == (1, "")
    assert ended.out.startswith(QUOTTA)
    assert "config/clusters/two/hubs/open.yaml:1:" in ended.out
    assert "2 clusters and 3 hubs checked in " in ended.out.splitlines()[-1]
    assert ended.out.splitlines()[-1].endswith(": 2 errors")


def test_only_what_was_asked_for_is_told(fleet: Path) -> None:
    assert deployer("validate", "one", "good", cwd=fleet).code == 0
    assert deployer("validate", "one", "bad", cwd=fleet).out.startswith(QUOTTA)
    cluster = deployer("validate", "two", cwd=fleet)
    assert cluster.code == 1
    assert "quotta" not in cluster.out
    assert "1 cluster and 1 hub " in cluster.out


@pytest.mark.parametrize("command", [("validate",), ("explain",), ("deploy", "--dry-run")])
def test_a_mistake_in_a_hub_that_another_extends_concerns_both(fleet: Path, command: tuple[str, ...]) -> None:
    (fleet / "config/clusters/one/hubs/second.yaml").write_text("extends: [bad.yaml]\n")
    ended = deployer(*command, "one", "second", cwd=fleet)
    assert ended.code == 1
    assert "bad.yaml:3:3: error: `quotta`" in ended.out + ended.err


def test_a_mistake_in_the_fleets_file_concerns_every_hub(fleet: Path) -> None:
    (fleet / "config/fleet.yaml").write_text("contat: a@b.org\n")
    ended = deployer("validate", "one", "good", cwd=fleet)
    assert ended.code == 1
    assert "perhaps you meant `contact`" in ended.out


def test_json_has_the_problems_and_the_counts(fleet: Path) -> None:
    ended = deployer("validate", "--format", "json", cwd=fleet)
    assert ended.code == 1
    assert [problem["code"] for problem in ended.data["problems"]] == ["unknown-key", "nobody-allowed"]
    assert {key: ended.data[key] for key in ("clusters", "hubs", "errors", "warnings", "unchanged")} == {
        "clusters": 2,
        "hubs": 3,
        "errors": 2,
        "warnings": 0,
        "unchanged": False,
    }


def test_annotations_have_the_path_in_the_repository(fleet: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    repository = tmp_path_factory.mktemp("repository")
    (repository / ".git").mkdir()
    shutil.copytree(fleet / "config", repository / "hubs" / "config")
    ended = deployer("validate", "--format", "github", cwd=repository / "hubs")
    assert ended.code == 1
    assert ended.out.startswith(
        "::error file=hubs/config/clusters/one/hubs/bad.yaml,line=3,col=3,endColumn=9,title=unknown-key::"
    )


@pytest.fixture
def right(fleet: Path) -> Path:
    """A fleet with one warning and no error."""
    (fleet / "config/clusters/one/hubs/bad.yaml").unlink()
    (fleet / "config/clusters/two/hubs/open.yaml").write_text(
        "login: {provider: dummy, allow: everyone}\nenvironments:\n  - {name: Python, image: quay.io/jupyter/scipy-notebook}\n"
    )
    return fleet


def test_an_unchanged_fleet_is_told_from_memory_and_a_changed_one_is_not(right: Path) -> None:
    first, second = (deployer("validate", cwd=right) for _ in range(2))
    assert (first.code, second.code) == (0, 0)
    assert ": warning: " in first.out
    assert second.out.splitlines()[:-1] == first.out.splitlines()[:-1]
    assert "unchanged since the last check" in second.out
    path = right / "config/clusters/two/hubs/open.yaml"
    path.write_text(path.read_text().replace("scipy-notebook", "scipy-notebook:2026-11-02"))
    third = deployer("validate", cwd=right).out
    assert "checked in" in third
    assert third.splitlines()[-1].endswith(": no problems")


def test_what_is_kept_has_no_text_of_the_files(right: Path) -> None:
    path = right / "config/clusters/two/hubs/open.yaml"
    path.write_text(path.read_text().replace("{name", "{description: hunter2, name"))
    shown = deployer("validate", cwd=right)
    assert "hunter2" in shown.out
    kept = [entry.read_bytes() for entry in (right / ".deployer" / "cache").iterdir()]
    assert kept
    assert not any(b"hunter2" in content for content in kept)


def test_errors_are_told_from_memory_word_for_word(fleet: Path) -> None:
    (fleet / "config/clusters/one/hubs/worse.yaml").write_bytes(b"domain: \xff\nlogin: {provider: hunter2}\n")
    (fleet / "config/clusters/two/hubs/quoting.yaml").write_text("login: {provider: hunter2}\n")
    first, *others = (deployer("validate", "--format", kind, cwd=fleet) for kind in ("json", "json", "text", "github"))
    assert [(one.code, one.err) for one in others] == [(1, "")] * 3
    assert (first.data["unchanged"], others[0].data["unchanged"]) == (False, True)
    assert others[0].data["problems"] == first.data["problems"]
    shutil.rmtree(fleet / ".deployer")
    for kind, kept in zip(("text", "github"), others[1:], strict=True):
        anew = deployer("validate", "--format", kind, cwd=fleet)
        shutil.rmtree(fleet / ".deployer")
        assert "hunter2" in kept.out
        assert kept.out.splitlines()[:-1] == anew.out.splitlines()[:-1]


def test_an_error_that_quotes_a_secret_is_not_kept_in_clear(fleet: Path) -> None:
    (fleet / "config/clusters/two/hubs/quoting.yaml").write_text("login: {provider: hunter2}\n")
    assert "hunter2" in deployer("validate", cwd=fleet).out
    kept = [entry.read_bytes() for entry in (fleet / ".deployer" / "cache").iterdir()]
    assert kept
    assert not any(word in content for content in kept for word in (b"hunter2", b"quoting", b"not-one-of"))


def test_a_damaged_memory_is_no_failure(right: Path) -> None:
    deployer("validate", cwd=right)
    for entry in (right / ".deployer" / "cache").iterdir():
        entry.write_bytes(b"x" * 100)
    assert deployer("validate", "--format", "json", cwd=right).data["unchanged"] is False


def test_a_state_that_cannot_be_written_is_no_failure(fleet: Path) -> None:
    (fleet / ".deployer").write_text("a file stands here\n")
    assert deployer("validate", "one", "good", cwd=fleet).code == 0


def test_an_empty_fleet_is_usage(tmp_path: Path) -> None:
    (tmp_path / "config" / "clusters").mkdir(parents=True)
    ended = deployer("validate", cwd=tmp_path)
    assert ended.code == 2
    assert "no clusters" in ended.err


def test_an_unchanged_fleet_needs_neither_models_nor_yaml(right: Path) -> None:
    deployer("validate", cwd=right)
    timed = deployer("validate", cwd=right, PYTHONPROFILEIMPORTTIME="1")
    imported = {line.rsplit("|", 1)[-1].strip() for line in timed.err.splitlines()}
    assert "deployer.workflows.validate" in imported
    assert not imported & {"pydantic", "yaml", "httpx", "rich", "gojsonnet", "deployer.config.loading"}
