"""The stand-in makes the objects that the real chart makes; for machines with a clone of it, whose folder `Z2JH_CHART` names."""

import json
import os
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.charts import stand_in
from tests.support.helm import helm
from tests.support.hub_release import hub_values
from tests.support.real_chart import CLONE, packaged_clone

pytestmark = [
    pytest.mark.extra,
    pytest.mark.skipif(CLONE not in os.environ, reason=f"{CLONE} names no clone of zero-to-jupyterhub"),
]

LEFT_OUT = {"PodDisruptionBudget/user-placeholder", "StatefulSet/user-placeholder"}
RANDOM = ("checksum/", "auth_token", "cookie_secret", "CryptKeeper", "apiToken", "values.yaml")
"""Parts of keys whose values are generated, or hold all values, of which the stand-in has fewer."""
SAME_MEANING = ("scheme", "hub_runtime.zip", "binaryData")
"""The stand-in brings its hub runtime, and leaves Kubernetes' own defaults away."""

MORE: dict[str, Any] = {
    "hub": {
        "baseUrl": "/base/",
        "db": {"pvc": {"annotations": {"helm.sh/resource-policy": "keep"}, "storage": "2Gi", "storageClassName": "fast"}},
        "existingSecret": "own",
        "extraEnv": {"A": "b", "C": {"valueFrom": {"secretKeyRef": {"name": "n", "key": "k"}}}},
        "extraFiles": {
            "f": {"mountPath": "/etc/f.yaml", "data": {"a": 1}},
            "g": {"mountPath": "/etc/g", "stringData": "x", "mode": 384},
        },
        "extraVolumes": [{"name": "v", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "v", "mountPath": "/v"}],
        "initContainers": [{"name": "first", "image": "localhost/x:1"}],
        "annotations": {"of": "the pod"},
        "labels": {"of": "the-pod"},
        "nodeSelector": {"pool": "core"},
        "pdb": {"enabled": True},
        "serviceAccount": {"name": "own", "annotations": {"role": "r"}},
        "services": {"deployer-check": {"display": False}},
        "tolerations": [{"key": "k", "operator": "Exists"}],
    },
    "imagePullSecret": {"create": True, "registry": "quay.io", "username": "u", "password": "p"},
    "ingress": {"enabled": True, "hosts": ["a.example.org"], "ingressClassName": "traefik", "tls": [{"secretName": "t"}]},
    "proxy": {"chp": {"extraCommandLineFlags": ["--x"], "pdb": {"enabled": True}}, "service": {"labels": {"a": "b"}}},
    "scheduling": {"corePods": {"nodeAffinity": {"matchNodePurpose": "require"}}},
    "singleuser": {"extraFiles": {"note": {"mountPath": "/etc/n.json", "data": {"a": 1}}}},
}


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    both = {key: merged(below[key], value) for key, value in above.items() if isinstance(value, dict) and key in below}
    return {**below, **above, **both}


def objects(chart: Path, values: dict[str, Any]) -> dict[str, Any]:
    command = [str(helm()), "template", "campus", str(chart), "--namespace", "campus", "--values", "-"]
    done = subprocess.run(command, check=False, input=yaml.safe_dump(values), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {f"{item['kind']}/{item['metadata']['name']}": item for item in yaml.safe_load_all(done.stdout) if item}


def comparable(item: Any) -> Any:
    """Without what is random, and with lists in an order of their own where theirs has no meaning."""
    match item:
        case dict():
            ignored = (*RANDOM, *SAME_MEANING)
            pairs = {key: comparable(value) for key, value in item.items() if not any(part in key for part in ignored)}
            return pairs | {key: json.loads(b64decode(pairs[key])) for key in pairs if key == ".dockerconfigjson"}
        case list():
            return sorted((comparable(entry) for entry in item), key=lambda entry: json.dumps(entry, sort_keys=True))
        case str():
            return item.strip()
        case _:
            return item


@pytest.mark.parametrize("values", [hub_values(), merged(hub_values(), MORE)], ids=["few", "many"])
def test_both_charts_make_the_same_objects(values: dict[str, Any], tmp_path: Path) -> None:
    ours = objects(stand_in(tmp_path), values)
    theirs = objects(packaged_clone(Path(os.environ[CLONE]), tmp_path), values)
    assert set(theirs) - set(ours) == LEFT_OUT
    assert set(ours) <= set(theirs)
    for name in set(ours) - {"ConfigMap/hub", *(name for name in ours if name.startswith("NetworkPolicy/"))}:
        assert comparable(ours[name]) == comparable(theirs[name]), name
