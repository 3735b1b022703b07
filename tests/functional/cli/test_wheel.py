"""An installed deployer needs no checkout: the wheel, in an environment of its own, from an empty folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.support.cache import PROJECT

from deployer import __version__
from deployer.tools.environments import Installer, settings_of_installers
from deployer.tools.process import SystemProcess


def done(command: list[str | Path], cwd: Path) -> str:
    """Stdout of a program that must go well, in an environment that names no checkout."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "DEPLOYER_"))}
    ended = subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, timeout=280, check=False)
    assert ended.returncode == 0, ended.stderr + ended.stdout
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], PROJECT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program in a fresh environment: its pinned packages, and the wheel by a pip that finds nothing missing."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    installer = Installer(SystemProcess(os.environ), settings_of_installers(os.environ))
    installer.make(venv, PROJECT / "requirements" / "deployer.txt", Path(sys.executable))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", venv / "bin" / "python"]
    done([*pip, "install", "--quiet", "--no-deps", wheel], venv.parent)
    done([*pip, "check"], venv.parent)
    return venv / "bin" / "deployer"


def test_the_wheel_carries_everything(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (
        "deployer/_data/config/fleet.yaml",
        "deployer/_data/config/clusters/demo/hubs/welcome.yaml",
        "deployer/_data/helm-charts/basehub/Chart.yaml",
        "deployer/_data/requirements/hub.txt",
        "deployer/_data/requirements/proxy/package-lock.json",
        "deployer/workflows/scaffold/hub.yaml",
        "hub_runtime/supervisor/__init__.py",
    ):
        assert path in names
    tracked = subprocess.run(["git", "ls-files", "src"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split()
    assert {path.removeprefix("src/") for path in tracked if (PROJECT / path).exists()} <= names


def test_it_works_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    assert done([installed, "--version"], tmp_path) == f"deployer {__version__}\n"
    done([installed, "new", "fleet", "fleet"], tmp_path)
    fleet = tmp_path / "fleet"
    done([installed, "new", "cluster", "far", "--provider", "gcp"], fleet)
    done([installed, "new", "hub", "far", "prod", "--organization", "our-lab"], fleet)
    assert "2 clusters and 2 hubs checked" in done([installed, "validate"], fleet)
    assert "profileList" in done([installed, "explain", "far", "prod", "environments"], fleet)
    assert "demo/welcome" in done([installed, "status"], fleet)
