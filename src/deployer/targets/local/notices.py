"""What processes cannot honour of a hub's values: each named once, in words of a representative."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployer.model.place import value_at

_MOST_NAMES = 4
_PLACEMENT = (
    ("singleuser", "nodeSelector"),
    ("singleuser", "extraTolerations"),
    ("singleuser", "extraNodeAffinity"),
    ("singleuser", "extraPodAffinity"),
    ("scheduling",),
    ("prePuller",),
    ("ingress",),
    ("httpRoute",),
    ("hub", "pdb"),
    ("proxy", "pdb"),
    ("hub", "resources"),
    ("hub", "image"),
    ("hub", "nodeSelector"),
    ("rbac",),
    ("proxy", "service"),
    ("proxy", "https"),
    ("proxy", "chp"),
    ("proxy", "traefik"),
)
_EXTRAS = {
    "dask-gateway": "Dask Gateway",
    "dask-gateway-server": "Dask Gateway",
    "binderhub-service": "building images",
    "binderhub": "Binder",
    "jupyterhub-home-nfs": "the file server for homes",
    "dex": "the login provider Dex",
}


@dataclass(frozen=True, slots=True)
class Abilities:
    """What this machine can do for the servers of a hub."""

    root: bool
    """Each person's servers get a UID of their own, and CPU limits."""


def notices(values: Mapping[str, Any], abilities: Abilities) -> tuple[str, ...]:
    """Sentences on what is different here. `values` are the hub's own, without the chart's; z2jh's stand below `jupyterhub`."""
    hub = _mapping(values.get("jupyterhub"))
    user = _mapping(hub.get("singleuser"))
    overrides = tuple(_overrides(user))
    return (
        *_of_machine(abilities),
        *_of_database(_mapping(hub.get("hub"))),
        *_of_images(user, overrides),
        *_of_resources(user, overrides, abilities),
        *_of_containers(hub, user, overrides),
        *_of_storage(user),
        *_of_environment(user),
        *_of_extras(values),
        *_of_placement(hub, overrides),
    )


def _of_machine(abilities: Abilities) -> Iterator[str]:
    if not abilities.root:
        yield (
            "SECURITY: the deployer does not run as root, so everybody's servers run as one user of this machine and can read "
            "each other's homes and the hub's secrets. Use it for people who trust each other."
        )


def _of_database(hub: Mapping[str, Any]) -> Iterator[str]:
    url = _mapping(_mapping(hub.get("config")).get("JupyterHub")).get("db_url") or _mapping(hub.get("db")).get("url")
    if url and not str(url).startswith("sqlite"):
        # Not even its address: it may hold a password.
        yield "The hub's database is not used here: this hub has one of its own, and knows who logs in on this machine."


def _of_images(user: Mapping[str, Any], overrides: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    image = _mapping(user.get("image"))
    name = f"{image['name']}:{image['tag']}" if image.get("name") and image.get("tag") else str(image.get("name") or "")
    images = _unique([name, *(str(override.get("image") or "") for override in overrides)])
    if images:
        yield (
            f"{_listed('Image', images)} {_are(images)} not used here: servers run JupyterLab of the deployer's own environment."
        )


def _of_resources(user: Mapping[str, Any], overrides: Sequence[Mapping[str, Any]], abilities: Abilities) -> Iterator[str]:
    guarantees = any(_mapping(user.get(kind)).get("guarantee") for kind in ("memory", "cpu"))
    if guarantees or any(override.get("mem_guarantee") or override.get("cpu_guarantee") for override in overrides):
        yield "Guarantees of memory and CPU are told to servers, but nothing keeps them free on this machine."
    limited = _mapping(user.get("cpu")).get("limit") or any(override.get("cpu_limit") for override in overrides)
    if limited and not abilities.root:
        yield "CPU limits are not applied: only root may set them."
    if _mapping(user.get("extraResource")).get("limits") or any(override.get("extra_resource_limits") for override in overrides):
        yield "Graphics cards are not handed to servers one by one: they see what this machine has."


def _of_containers(hub: Mapping[str, Any], user: Mapping[str, Any], overrides: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    first = _names(user.get("initContainers"), *(override.get("init_containers") for override in overrides))
    beside = _names(user.get("extraContainers"), _mapping(hub.get("hub")).get("extraContainers"))
    if first:
        yield f"{_listed('Init container', first)} {_are(first)} not run: there are no containers on this machine."
    if beside:
        yield (
            f"SECURITY: {_listed('extra container', beside)} {_are(beside)} not run: what they would guard or serve beside a "
            "server is missing."
        )
    policy = _mapping(user.get("networkPolicy"))
    if policy or _mapping(user.get("cloudMetadata")):
        yield (
            "SECURITY: no network policy holds here: servers reach all that this machine reaches, also the metadata "
            "address of a cloud where it stands in one."
        )


def _of_storage(user: Mapping[str, Any]) -> Iterator[str]:
    storage = _mapping(user.get("storage"))
    if storage.get("capacity"):
        yield "The size of homes is not limited: they are folders on this machine's disk."
    volumes = _names(storage.get("extraVolumes"))
    if volumes:
        yield f"{_listed('Volume', volumes)} {_do(volumes)} not exist on this machine; a shared folder is missing there."


def _of_environment(user: Mapping[str, Any]) -> Iterator[str]:
    extra = user.get("extraEnv")
    pairs = extra.items() if isinstance(extra, Mapping) else ((item.get("name"), item) for item in _mappings(extra))
    unknown = _unique(str(name) for name, value in pairs if isinstance(value, Mapping) and "valueFrom" in value)
    if unknown:
        yield f"{_listed('Environment variable', unknown)} {_do(unknown)} not exist here: Kubernetes would fill them in."


def _of_extras(values: Mapping[str, Any]) -> Iterator[str]:
    missing = _unique(title for key, title in _EXTRAS.items() if _mapping(values.get(key)).get("enabled"))
    if missing:
        yield f"Not on this machine: {', '.join(missing)}."


def _of_placement(hub: Mapping[str, Any], overrides: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    said = [".".join(path) for path in _PLACEMENT if value_at(hub, path)]
    said += [key for key in ("node_selector", "tolerations") if any(override.get(key) for override in overrides)]
    if said:
        yield f"Without meaning here, as there are no nodes, pods and ingress: {_some(said)}."


def _overrides(user: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every `kubespawner_override` of the profile list, also those of options."""
    for profile in _mappings(user.get("profileList")):
        yield _mapping(profile.get("kubespawner_override"))
        for option in _mapping(profile.get("profile_options")).values():
            for choice in _mapping(_mapping(option).get("choices")).values():
                yield _mapping(_mapping(choice).get("kubespawner_override"))


def _names(*containers: Any) -> list[str]:
    """Names of containers or volumes, which stand in lists or, as z2jh allows, in mappings by name."""
    named: list[str] = []
    for group in containers:
        if isinstance(group, Mapping):
            named.extend(map(str, group))
        else:
            named.extend(str(item.get("name") or "without a name") for item in _mappings(group))
    return _unique(named)


def _listed(word: str, names: Sequence[str]) -> str:
    return f"{word}{'' if len(names) == 1 else 's'} {_some(names)}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _do(names: Sequence[str]) -> str:
    return "does" if len(names) == 1 else "do"


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _unique(names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []
