"""What helm is told by Kubernetes comes with what to do about exactly that."""

from __future__ import annotations

from pathlib import Path

import pytest

from deployer.errors import ToolFailedError
from deployer.tools.helm import Helm, KubeAccess
from deployer.tools.process import SystemProcess

CLAIM = 'cannot patch "homes" with kind PersistentVolumeClaim: '
ADVICE = {
    f'{CLAIM}persistentvolumeclaims "homes" is forbidden: only dynamically provisioned pvc can be resized and the storageclass '
    "that provisions the pvc must support resize": "Write the size that it has",
    f'{CLAIM}PersistentVolumeClaim "homes" is invalid: spec.resources.requests.storage: Forbidden: field can not be less than '
    "status.capacity": "A volume can grow and never shrink",
    'secrets is forbidden: User "ada" cannot list resource "secrets" in API group ""': "Your account lacks a right",
}


@pytest.mark.parametrize("said", ADVICE)
def test_a_refusal_comes_with_its_own_advice(said: str, tmp_path: Path) -> None:
    program = tmp_path / "helm"
    program.write_text(f"#!/bin/sh\ncase $1 in version) echo v4.2.3;; *) echo 'Error: {said}' >&2; exit 1;; esac\n")
    program.chmod(0o700)
    helm = Helm(SystemProcess({"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}), tmp_path)
    with pytest.raises(ToolFailedError) as failed:
        helm.upgrade(KubeAccess(tmp_path), "prod", tmp_path, namespace="prod", values=[])
    assert ADVICE[said] in failed.value.hint
