"""Our hub configuration means what zero-to-jupyterhub's does: the same 20 values files, the same traits.

What the real one makes of them is recorded in `z2jh/recorded`. With Z2JH_CHART naming the folder `jupyterhub` of a clone, the
recording itself is checked; `RECORD=1` writes it anew. Intended differences are all in `as_the_chart`.
"""

import base64
import copy
import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.helm import helm
from tests.support.hub_environment import SOURCES, hub_python
from tests.support.real_chart import CLONE, VERSION, packaged_clone

from hub_runtime.values import chart_defaults

HERE = Path(__file__).parent / "z2jh"
CASES = sorted(path.stem for path in (HERE / "values").glob("*.yaml"))
RELEASE = "welcome"
DATABASE_PASSWORDS = ("PGPASSWORD", "MYSQL_PWD")
"""Of the hub's database on a cluster, which a hub of this machine never reaches."""
needs_clone = pytest.mark.skipif(CLONE not in os.environ, reason=f"{CLONE} names no clone of the chart")


def _run(*arguments: str) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES)}
    ended = subprocess.run(
        [hub_python(), HERE / "traits.py", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What our configuration makes of all cases."""
    output = tmp_path_factory.mktemp("ours")
    _run("ours", str(HERE / "values"), str(output))
    return output


@cache
def _clone() -> Path:
    return Path(os.environ[CLONE])


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the chart's templates and its hub configuration make of all cases."""
    rendered, output = tmp_path_factory.mktemp("rendered"), tmp_path_factory.mktemp("real")
    chart = packaged_clone(_clone(), tmp_path_factory.mktemp("chart"))
    for case in CASES:
        (rendered / f"{case}.json").write_text(json.dumps(_pod_files(chart, HERE / "values" / f"{case}.yaml")))
    _run("real", str(rendered), str(output), str(_clone() / "files" / "hub"))
    if os.environ.get("RECORD"):
        (HERE / "recorded").mkdir(exist_ok=True)
        for case in CASES:
            (HERE / "recorded" / f"{case}.json").write_text((output / f"{case}.json").read_text())
    return output


def _pod_files(chart: Path, values: Path) -> dict[str, Any]:
    """The files that the hub's pod would have mounted, by Helm itself."""
    command = [helm(), "template", RELEASE, chart, "--namespace", RELEASE, "--values", values, "--kube-version", "1.36.0"]
    command += ["--show-only", "templates/hub/secret.yaml", "--show-only", "templates/hub/configmap.yaml"]
    command += ["--show-only", "templates/hub/deployment.yaml"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{values.name}: {ended.stderr}"
    objects = {found["kind"]: found for found in yaml.safe_load_all(ended.stdout)}
    (container,) = objects["Deployment"]["spec"]["template"]["spec"]["containers"]
    environment = {entry["name"]: entry["value"] for entry in container["env"] if "value" in entry}
    del environment["PYTHONUNBUFFERED"]
    environment["POD_NAMESPACE"] = RELEASE
    secret = {key: base64.b64decode(text).decode() for key, text in objects["Secret"]["data"].items()}
    names = {key: text for key, text in objects["ConfigMap"]["data"].items() if "\n" not in text}
    return {"secret": secret | objects["Secret"].get("stringData", {}), "config": names, "environment": environment}


def as_the_chart(traits: dict[str, Any]) -> dict[str, Any]:
    """Ours without what this machine changes on purpose, each difference checked on the way."""
    traits = copy.deepcopy(traits)
    hub, names = traits["JupyterHub"], traits["KubeSpawner"]
    assert hub.pop("bind_url").startswith("http://127.0.0.1:8000/")
    assert hub.pop("hub_bind_url") == hub.pop("hub_connect_url") == "http://127.0.0.1:8081"
    assert traits["ConfigurableHTTPProxy"].pop("api_url") == "http://127.0.0.1:8001"
    assert hub.pop("spawner_class") == "<class LocalSpawner>"
    assert hub.pop("db_url") == "sqlite:///jupyterhub.sqlite"
    assert hub.pop("upgrade_db") is True
    assert hub["services"].pop()["name"] == hub["load_roles"].pop()["name"] == "deployer-supervisor"
    assert hub["template_vars"].pop("deployer_local") == {"notices": [], "login_reason": ""}
    assert names.pop("additional_profile_form_template_paths") == []
    for service in hub["services"]:
        service.update({"command": _of_the_pod(service["command"])} if "command" in service else {})
    return traits


def _of_the_pod(command: list[str]) -> list[str]:
    return [word.replace("http://127.0.0.1:8081", "http://localhost:8081") for word in command]


def as_everywhere(traits: dict[str, Any]) -> dict[str, Any]:
    """The chart's without the addresses, the database and the spawner, which only a cluster has."""
    traits = copy.deepcopy(traits)
    for name in ("hub_bind_url", "hub_connect_url", "db_url", "spawner_class"):
        traits["JupyterHub"].pop(name)
    traits["ConfigurableHTTPProxy"].pop("api_url")
    return traits


def differences(ours: dict[str, Any], chart: dict[str, Any]) -> list[str]:
    """Traits that are not the same, each with both values."""
    traits = sorted({(section, trait) for sections in (ours, chart) for section in sections for trait in sections[section]})
    both = {(section, trait): (ours.get(section, {}).get(trait), chart.get(section, {}).get(trait)) for section, trait in traits}
    return [f"{section}.{trait}: {one} / {other}" for (section, trait), (one, other) in both.items() if one != other]


def test_there_are_twenty_cases() -> None:
    assert len(CASES) == 20
    assert sorted(path.stem for path in (HERE / "recorded").glob("*.json")) == CASES


@pytest.mark.parametrize("case", CASES)
def test_ours_means_what_the_chart_means(case: str, ours: Path) -> None:
    found = json.loads((ours / f"{case}.json").read_text())
    recorded = json.loads((HERE / "recorded" / f"{case}.json").read_text())
    assert differences(as_the_chart(found["traits"]), as_everywhere(recorded["traits"])) == []
    elsewhere = {name: text for name, text in recorded["environment"].items() if name not in DATABASE_PASSWORDS}
    assert found["environment"] == elsewhere


@pytest.mark.extra
@needs_clone
@pytest.mark.parametrize("case", CASES)
def test_the_recording_is_what_the_chart_makes(case: str, real: Path) -> None:
    assert json.loads((real / f"{case}.json").read_text()) == json.loads((HERE / "recorded" / f"{case}.json").read_text())


@pytest.mark.extra
@needs_clone
def test_our_defaults_are_the_charts() -> None:
    chart = yaml.safe_load((_clone() / "values.yaml").read_text().replace("set-by-chartpress", VERSION))

    def chosen(of: Any, like: Any) -> Any:
        return {key: chosen(of[key], like[key]) for key in like} if isinstance(like, dict) and like else of

    ours = chart_defaults()
    assert chosen(chart, ours) == ours
