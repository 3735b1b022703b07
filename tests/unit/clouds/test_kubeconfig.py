"""A kubeconfig of the fleet, as programs get it."""

from __future__ import annotations

import base64
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployer.clouds.kubeconfig import KubeconfigCloud
from deployer.errors import ExternalError
from deployer.model.access import ClusterAccess
from deployer.tools.fleet_files import FolderFiles

ACCESS = ClusterAccess(cluster="campus", provider="kubeconfig", facts={"file": "kubeconfig.yaml"})


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def written(folder: Path, *, key: str = "", **more: Any) -> KubeconfigCloud:
    user = {"client-certificate-data": encoded("a certificate"), "client-key-data": key or encoded("a key")}
    content = {
        "current-context": "a",
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "clusters": [{"name": "a", "cluster": {"server": "https://x", "certificate-authority-data": encoded("an authority")}}],
        "users": [{"name": "a", "user": user}, {"name": "b", "user": {"token": "t"}}],
    }
    (folder / "kubeconfig.yaml").write_text(yaml.safe_dump(content | more))
    return KubeconfigCloud(FolderFiles(folder), None)  # type: ignore[arg-type]


def test_keys_lie_beside_it_and_go_with_it(tmp_path: Path) -> None:
    with written(tmp_path).kubeconfig(ACCESS) as found:
        content = yaml.safe_load(found.file.read_text())
        user, cluster = content["users"][0]["user"], content["clusters"][0]["cluster"]
        named = [user["client-certificate"], user["client-key"], cluster["certificate-authority"]]
        assert [Path(path).read_text() for path in named] == ["a certificate", "a key", "an authority"]
        assert {Path(path).parent for path in named} == {found.file.parent}
        assert {stat.S_IMODE(Path(path).stat().st_mode) for path in named} == {0o600}
        assert "-data" not in found.file.read_text()
        assert content["users"][1]["user"] == {"token": "t"}
    assert not any(Path(path).exists() for path in named)


@pytest.mark.parametrize("wrong", [{"key": "abc"}, {"users": "nobody"}])
def test_what_is_no_kubeconfig_is_told(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ExternalError, match=r"kubeconfig\.yaml is no kubeconfig"), written(tmp_path, **wrong).kubeconfig(ACCESS):
        pass
