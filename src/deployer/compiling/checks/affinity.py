"""Where pods would rather be, in terms that KubeSpawner makes into Kubernetes' own at each start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from deployer.compiling.checks.tables import KINDS, kind_of
from deployer.compiling.checks.view import Values, each
from deployer.config.suggestions import did_you_mean
from deployer.model.place import KeyPath

# kubernetes_asyncio's V1NodeSelectorTerm, V1PreferredSchedulingTerm, V1PodAffinityTerm and V1WeightedPodAffinityTerm.
_NODE = ("matchExpressions", "matchFields")
_POD = ("topologyKey", "labelSelector", "namespaceSelector", "namespaces", "matchLabelKeys", "mismatchLabelKeys")
_TERMS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "node_affinity_required": (_NODE, ()),
    "node_affinity_preferred": (("weight", "preference"), ("weight", "preference")),
    **{f"{kind}_required": (_POD, ("topologyKey",)) for kind in ("pod_affinity", "pod_anti_affinity")},
    **{
        f"{kind}_preferred": (("weight", "podAffinityTerm"), ("weight", "podAffinityTerm"))
        for kind in ("pod_affinity", "pod_anti_affinity")
    },
}
_KEYS = {"extraNodeAffinity": "node_affinity", "extraPodAffinity": "pod_affinity", "extraPodAntiAffinity": "pod_anti_affinity"}


def check_affinity(values: Values) -> None:
    """The chart's keys, and what `hub.config` says of the spawner."""
    for key, kind in _KEYS.items():
        for how, terms in values.mapping("singleuser", key).items():
            _terms(values, ("singleuser", key, how), f"{kind}_{how}", terms)
    check_affinity_traits(values, ("hub", "config", "KubeSpawner"), values.mapping("hub", "config", "KubeSpawner"))


def check_affinity_traits(values: Values, path: KeyPath, settings: Mapping[str, Any]) -> None:
    """Settings of KubeSpawner, by their own names."""
    for trait in settings:
        if "affinity" in trait:
            _terms(values, (*path, trait), trait, settings[trait])


def _terms(values: Values, path: KeyPath, trait: str, terms: Any) -> None:
    if trait not in _TERMS:
        return
    known, needed = _TERMS[trait]
    for index, term in each(terms):
        at = (*path, index)
        if not isinstance(term, dict):
            values.tell("values-not-a-mapping", at, found=KINDS[kind_of(term)])
            continue
        keys = {_camel(str(key)): str(key) for key in term}
        for key in keys.keys() - {*known}:
            advice = did_you_mean(keys[key], known, otherwise="its keys")
            values.tell("affinity-term", (*at, keys[key]), key=True, name=keys[key], advice=advice)
        for key in needed:
            if key not in keys:
                values.tell("affinity-incomplete", at, key=True, missing=key)


def _camel(key: str) -> str:
    """KubeSpawner takes `match_expressions`, too."""
    return re.sub(r"_(.)", lambda letter: letter[1].upper(), key)
