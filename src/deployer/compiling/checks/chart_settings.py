"""Keys of the chart that become traits as they are: they must be what the trait takes, or the hub does not start."""

from __future__ import annotations

import re
from typing import Any

from deployer.compiling.checks.classes import check_trait
from deployer.compiling.checks.tables import KINDS, Trait, kind_of, table
from deployer.compiling.checks.view import Values
from deployer.model.place import KeyPath

# zero-to-jupyterhub 4.4, files/hub/jupyterhub_config.py: section -> class -> keys that give the trait of the same name.
_SAME_NAME: dict[str, dict[str, str]] = {
    "hub": {
        "JupyterHub": "concurrentSpawnLimit activeServerLimit baseUrl allowNamedServers namedServerLimitPerUser "
        "authenticatePrometheus redirectToServer shutdownOnLogout templatePaths templateVars",
        "Spawner": "consecutiveFailureLimit",
    },
    "singleuser": {
        "KubeSpawner": "podNameTemplate startTimeout extraLabels extraAnnotations uid fsGid nodeSelector lifecycleHooks "
        "extraPodConfig allowPrivilegeEscalation cmd defaultUrl",
    },
}
_OTHER_NAME: dict[KeyPath, tuple[str, str]] = {
    ("singleuser", "events"): ("KubeSpawner", "events_enabled"),
    ("singleuser", "serviceAccountName"): ("KubeSpawner", "service_account"),
    ("singleuser", "image", "pullPolicy"): ("KubeSpawner", "image_pull_policy"),
    ("singleuser", "storage", "extraLabels"): ("KubeSpawner", "storage_extra_labels"),
    ("singleuser", "storage", "dynamic", "storageClass"): ("KubeSpawner", "storage_class"),
    ("singleuser", "storage", "dynamic", "pvcNameTemplate"): ("KubeSpawner", "pvc_name_template"),
    ("singleuser", "storage", "dynamic", "storageAccessModes"): ("KubeSpawner", "storage_access_modes"),
    ("singleuser", "extraResource", "limits"): ("KubeSpawner", "extra_resource_limits"),
    ("singleuser", "extraResource", "guarantees"): ("KubeSpawner", "extra_resource_guarantees"),
}
_NUMBER = Trait(frozenset({"integer"}))
_TRUTH = Trait(frozenset({"boolean"}))
_TEXT = frozenset({"string"})
_OF_THE_CHART: dict[KeyPath, Trait] = {
    **{("cull", key): _NUMBER for key in ("timeout", "every", "concurrency", "maxAge")},
    **{("cull", key): _TRUTH for key in ("enabled", "users", "adminUsers", "removeNamedServers")},
    ("debug", "enabled"): _TRUTH,
    ("singleuser", "cloudMetadata", "blockWithIptables"): _TRUTH,
    ("hub", "db", "type"): Trait(_TEXT, words=("sqlite-pvc", "sqlite-memory", "mysql", "postgres", "other")),
    ("singleuser", "storage", "type"): Trait(_TEXT, words=("dynamic", "static", "none")),
    **{
        ("scheduling", pods, "nodeAffinity", "matchNodePurpose"): Trait(_TEXT, words=("ignore", "prefer", "require"))
        for pods in ("userPods", "corePods")
    },
    ("proxy", "https", "type"): Trait(_TEXT, words=("letsencrypt", "manual", "offload", "secret")),
}
_CONTENTS = ("data", "stringData", "binaryData")


def _trait_name(key: str) -> str:
    return re.sub(r"([A-Z])", lambda letter: f"_{letter[1].lower()}", key)


def _becoming_traits() -> dict[KeyPath, tuple[str, str]]:
    named: dict[KeyPath, tuple[str, str]] = {
        (section, key): (cls, _trait_name(key))
        for section, classes in _SAME_NAME.items()
        for cls, keys in classes.items()
        for key in keys.split()
    }
    return {**named, **_OTHER_NAME}


TRAITS = _becoming_traits()
"""Path of a key -> (class, trait) that it becomes."""


def check_chart_settings(values: Values) -> None:
    """Every key that is said and becomes a trait or an argument."""
    for path, (owner, name) in TRAITS.items():
        cls = table().find(owner)
        if cls and values.is_said(*path):
            _check(values, path, cls.traits[name])
    for path, trait in _OF_THE_CHART.items():
        if values.is_said(*path):
            _check(values, path, trait)
    for section in ("hub", "singleuser"):
        for name, file in values.mapping(section, "extraFiles").items():
            _file(values, (section, "extraFiles", name), file)


def _check(values: Values, path: KeyPath, trait: Trait) -> None:
    value = values.get(*path)
    if value is not None:
        check_trait(values, path, values.named(path), trait, value)


def _file(values: Values, path: KeyPath, file: Any) -> None:
    if not isinstance(file, dict):
        values.tell("values-not-a-mapping", path, key=True, found=KINDS[kind_of(file)])
        return
    if not isinstance(file.get("mountPath"), str):
        values.tell("extra-file", path, key=True, name=path[-1], missing="a mountPath")
    given = [key for key in _CONTENTS if file.get(key) is not None]
    if len(given) != 1:
        values.tell("extra-file", path, key=True, name=path[-1], missing=f"exactly one of {', '.join(_CONTENTS)}")
    mode = file.get("mode")
    if mode is not None and (isinstance(mode, bool) or not isinstance(mode, int) or not 0 <= mode <= 0o777):
        written = values.written((*path, "mode"), mode)
        octal = f"0{written}" if re.fullmatch("[0-7]{3}", written) else "0644"
        values.tell("extra-file-mode", (*path, "mode"), written=written, octal=octal)
