"""Braces in what KubeSpawner fills in by `str.format`: a field that it does not know, or a stray brace, ends every start."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from deployer.compiling.checks.view import Values, each
from deployer.config.scalars import SERVER_FIELDS, fields
from deployer.config.suggestions import did_you_mean
from deployer.model.place import KeyPath

URL_FIELDS = ("username", "base_url")
"""What JupyterHub 5.5 fills into addresses (`Spawner.template_namespace`)."""

# zero-to-jupyterhub 4.4, files/hub/jupyterhub_config.py: keys of singleuser that become the traits below, or a part of them.
_SERVERS = frozenset(
    {
        "podNameTemplate",
        "extraLabels",
        "extraAnnotations",
        "serviceAccountName",
        "initContainers",
        "extraContainers",
        "extraPodConfig",
    }
)
_STORAGE = frozenset({"extraLabels", "homeMountPath", "static", "dynamic", "extraVolumes", "extraVolumeMounts"})
_SECTIONS: Mapping[KeyPath, frozenset[str]] = {("singleuser",): _SERVERS, ("singleuser", "storage"): _STORAGE}
_TRAITS = frozenset(
    {
        "pod_name_template",
        "pvc_name_template",
        "secret_name_template",
        "user_namespace_template",
        "user_namespace_labels",
        "user_namespace_annotations",
        "pod_connect_ip",
        "volumes",
        "volume_mounts",
        "init_containers",
        "extra_containers",
        "extra_labels",
        "extra_annotations",
        "extra_pod_config",
        "storage_extra_labels",
        "storage_extra_annotations",
        "storage_selector",
        "service_account",
    }
)
_URLS = frozenset({"default_url", "notebook_dir"})
_FILLED_ONCE = "working_dir"
"""When the spawner is made: a choice that overrides it is taken as it is written."""


def check_filled(values: Values) -> None:
    """The chart's keys, and what `hub.config` says of the spawner."""
    for section, keys in _SECTIONS.items():
        said = values.mapping(*section)
        for key in keys & said.keys():
            check_fields(values, (*section, key), said[key])
    check_fields(values, ("singleuser", "defaultUrl"), values.get("singleuser", "defaultUrl"), URL_FIELDS)
    for name, file in values.mapping("singleuser", "extraFiles").items():
        if isinstance(file, dict):
            check_fields(values, ("singleuser", "extraFiles", name, "mountPath"), file.get("mountPath"))
    for path in (("hub", "config", "Spawner"), ("hub", "config", "KubeSpawner")):
        check_filled_traits(values, path, values.mapping(*path))
        check_fields(values, (*path, _FILLED_ONCE), values.get(*path, _FILLED_ONCE))


def check_filled_traits(values: Values, path: KeyPath, settings: Mapping[str, Any]) -> None:
    """Settings of KubeSpawner, by their own names."""
    for trait in settings:
        if trait in _TRAITS or trait in _URLS:
            check_fields(values, (*path, trait), settings[trait], URL_FIELDS if trait in _URLS else SERVER_FIELDS)


def check_fields(values: Values, path: KeyPath, value: Any, known: Collection[str] = SERVER_FIELDS) -> None:
    """Every text in the value, however deep."""
    if isinstance(value, str):
        if "{" in value or "}" in value:
            _text(values, path, value, known)
    elif value:
        for key, entry in each(value):
            if not isinstance(entry, str) or "{" in entry or "}" in entry:
                check_fields(values, (*path, key), entry, known)


def _text(values: Values, path: KeyPath, text: str, known: Collection[str]) -> None:
    name = next(step for step in reversed(path) if isinstance(step, str))
    try:
        found = fields(text)
    except ValueError:
        values.tell("braces-open", path, name=name)
        return
    for field in found:
        if field not in known:
            of_a_shell = f"${{{field}" in text or not field.isidentifier()
            advice = "" if of_a_shell else did_you_mean(field, known)
            values.tell("field-unknown", path, name=name, field=field, advice=advice or "write {{ and }} for braces of your own")
