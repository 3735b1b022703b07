"""What is wrong with a hub's file that shows only when it is compiled."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from deployer.compiling.checks.classes import OWN_IMAGE
from deployer.compiling.choices import profiles
from deployer.compiling.extras import builds_images
from deployer.compiling.findings_login import login_findings
from deployer.compiling.home import ON_ONE_VOLUME, home_kind
from deployer.compiling.inputs import CHECK_NAME, Inputs
from deployer.compiling.layers import layer_data, leaves
from deployer.compiling.machine_room import room_of
from deployer.compiling.said import Said, Tree, holders
from deployer.compiling.slugs import slug
from deployer.compiling.templates import unknown_fields
from deployer.config.messages import problem
from deployer.config.models.hub import Size
from deployer.config.suggestions import did_you_mean
from deployer.model.place import KeyPath, dotted, value_at
from deployer.model.problem import Problem
from deployer.model.release import Release

_BUCKET = re.compile(r"\$\{buckets\.([^.}]*)")
_IMAGE_PREFIX = ("binderhub-service", "config", "BinderHub", "image_prefix")
_RENAME = "give one another name"


def findings(of: Inputs, release: Release, lacking: Tree) -> Iterator[Problem]:
    """Every problem of one typed hub. `lacking` is what its chart has no key for."""
    for find in (_env, _bindings, _same_choices, _typed_defaults, _shares, _shared_folders, _mounted, _twice, _reserved):
        yield from find(of)
    yield from _builder(of, release)
    yield from login_findings(of, release)
    yield from _lacking(of, lacking)


def _env(of: Inputs) -> Iterator[Problem]:
    references = () if of.local else tuple(f"buckets.{name}.url" for name in of.hub.value.buckets)
    sections = [of.hub["env"], *(environment["env"] for environment in of.hub["environments"].each())]
    for section in sections:
        for name, text in section.entries():
            for field in unknown_fields(text.value, references):
                yield problem("env-field-unknown", text.place, field=field, name=name, advice=_field_advice(of, field))


def _field_advice(of: Inputs, field: str) -> str:
    """`${...}` can be what the cluster tells about a bucket, `{...}` who the person is."""
    bucket = _BUCKET.match(field)
    if not bucket:
        return "{username} is the person's name made safe for paths, {unescaped_username} the name itself"
    if of.local:
        return "there are buckets on clouds only"
    known = [known.name for known in of.cluster.value.storage.buckets]
    if bucket[1] in of.hub.value.buckets:
        return f"a bucket has but its address: ${{buckets.{bucket[1]}.url}}"
    if bucket[1] in known:
        return f"say that this hub reaches it: buckets: [{bucket[1]}]"
    return did_you_mean(bucket[1], known, otherwise="buckets of this cluster") or "this cluster has no buckets"


def _bindings(of: Inputs) -> Iterator[Problem]:
    offered = list(dict.fromkeys(machine.pool for machine in of.hub.value.machines))
    advice = f"offered are: {', '.join(offered)}" if offered else "add it to `machines`"
    for environment in of.hub["environments"].each():
        for pool in environment["machines"].each():
            if pool.value not in offered:
                name = environment.value.name
                yield problem("environment-without-machine", pool.place, environment=name, pool=pool.value, advice=advice)


def _same_choices(of: Inputs) -> Iterator[Problem]:
    yield from _repeated(
        (slug(environment.value.name), environment["name"], environment.value.name, _RENAME)
        for environment in of.hub["environments"].each()
    )
    pools: dict[str, KeyPath] = {}
    for machine in of.hub["machines"].each():
        pools.setdefault(machine.value.pool, machine.key)
    seen: set[KeyPath] = set()
    for profile in profiles(of):
        # A pool that is there twice is told as such.
        first = [choice for choice in profile.machines if choice.machine.key == pools[choice.machine.value.pool]]
        fresh = [choice for choice in first if choice.by.key not in seen]
        seen |= {choice.by.key for choice in fresh}
        yield from _repeated((choice.slug, *_called(choice.by)) for choice in fresh)


def _called(by: Said[Any]) -> tuple[Said[Any], str, str]:
    """What a choice of machines is called by, as text, and what to do with a second one."""
    if isinstance(by.value, Size):
        return by["name"], by.value.name, _RENAME
    return by, str(by.value), "it is the same share: take it away"


def _repeated(named: Iterable[tuple[str, Said[Any], str, str]]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for key, said, name, advice in named:
        if key in seen:
            yield problem("same-choice", said.place, name=name, other=seen[key], advice=advice)
        seen.setdefault(key, name)


def _typed_defaults(of: Inputs) -> Iterator[Problem]:
    for environment in of.hub["environments"].each():
        if environment.value.any_image and environment.value.default and len(of.hub.value.environments) > 1:
            yield problem("typed-image-default", environment["default"].place, name=environment.value.name)


def _shares(of: Inputs) -> Iterator[Problem]:
    for machine in of.hub["machines"].each():
        pool = machine.value.pool
        if machine.value.shares and pool in of.cluster.value.node_pools and room_of(of, pool) is None:
            yield problem("share-of-unknown-machine", machine["shares"].place, pool=pool)


def _shared_folders(of: Inputs) -> Iterator[Problem]:
    kind = home_kind(of).value
    if of.hub.value.shared_folders and kind not in ON_ONE_VOLUME:
        yield problem("nothing-to-share", of.hub["shared_folders"].place, kind=kind)


def _mounted(of: Inputs) -> Iterator[Problem]:
    """A folder where another is, and a file where a folder is: servers would not start, or not see what is below."""
    if not (of.hub.value.files or of.hub.value.temporary_folders):
        return
    home = of.hub.value.home.mount
    kind = home_kind(of).value
    taken = {} if kind == "none" else {home: "the home"}
    if kind in ON_ONE_VOLUME:
        taken |= {f"{home}/{folder.name}": "a shared folder" for folder in of.hub.value.shared_folders}
    for folder in of.hub["temporary_folders"].each():
        path = folder.value.path
        if path in taken:
            yield problem("folder-taken", folder["path"].place, path=path, what=taken[path])
        taken.setdefault(path, "a temporary folder")
    for file in of.hub["files"].each():
        inside = next((what for path, what in taken.items() if f"{path}/".startswith(f"{file.value.path}/")), None)
        if inside:
            yield problem("file-is-a-folder", file["path"].place, path=file.value.path, what=inside)


def _twice(of: Inputs) -> Iterator[Problem]:
    yield from _again(of.hub["files"], "path", slug, "file-twice")
    yield from _again(of.hub["content"], "folder", str, "content-twice")


def _again(entries: Said[Any], field: str, key: Callable[[str], str], code: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for entry in entries.each():
        said = entry[field]
        if key(said.value) in seen:
            yield problem(code, said.place, **{field: said.value})
        seen.add(key(said.value))


def _reserved(of: Inputs) -> Iterator[Problem]:
    for name, role in of.hub["roles"].entries():
        if name == CHECK_NAME:
            yield problem("reserved-role", of.hub.source.place(role.key, key=True), name=name)


def _builder(of: Inputs, release: Release) -> Iterator[Problem]:
    """Of where images go a mapping here says everything; `true` leaves it to `values`. The chart's own hub image has no form to
    build in."""
    extras = of.hub["extras"]
    if extras["image_builder"] and extras["binder"]:
        yield problem("builder-twice", of.hub.source.place(extras["binder"].key, key=True))
    elif extras["image_builder"].value is True and not value_at(release.values, _IMAGE_PREFIX):
        yield problem("builder-without-registry", extras["image_builder"].place)
    elif builder := builds_images(of):
        if not of.hub.value.environments:
            yield problem("builder-without-environments", builder.place)
        if (release.effective((*release.hub_at, "hub", "image", "name")) or OWN_IMAGE) == OWN_IMAGE:
            yield problem("builder-without-form", builder.place)


def _lacking(of: Inputs, lacking: Tree) -> Iterator[Problem]:
    """Keys of the hub's file that the chart cannot honour, each told once."""
    told: set[KeyPath] = set()
    for name, branch in lacking.items():
        deciding = (holder for _, (holder,) in leaves(holders(branch) or {}) if holder is not None)
        written = next((holder for holder in deciding if holder.written and holder.key[0] in {"home", "extras"}), None)
        if written is not None and written.key not in told:
            told.add(written.key)
            yield problem("chart-lacks", written.place, key=dotted(written.key), chart=of.loaded.chart, name=name)


def overridden(of: Inputs, values: Mapping[str, Any], holders_of: Callable[[], Any]) -> Iterator[Problem]:
    """Keys that somebody wrote, and of which the hub's own `values` leave nothing.

    `values` are the compiled ones; `holders_of()` tells who decides each of their leaves.
    """
    if not any(next(_replaced(values, layer_data(layer), ()), None) for layer in of.loaded.layers):
        return
    deciding = holders_of()
    written = Counter(holder.key for _, (holder,) in leaves(deciding) if holder is not None and _is_persons(of, holder))
    for layer in of.loaded.layers:
        replaced = [
            (path, holder.key)
            for path, branch in _replaced(deciding, layer_data(layer), ())
            for _, (holder,) in leaves(branch)
            if holder is not None and holder.key in written
        ]
        gone = Counter(key for _, key in replaced)
        useless: dict[KeyPath, dict[str, None]] = {}
        for path, key in replaced:
            if gone[key] == written[key]:
                useless.setdefault(path, {})[f"`{_section(key)}`"] = None
        for path, keys in useless.items():
            place = layer.source.place((*layer.base, *path), key=True)
            yield problem("values-win", place, keys=" and ".join(keys), path=dotted(path))


def _is_persons(of: Inputs, holder: Said[Any]) -> bool:
    """Written in the hub's file, or for all hubs of the fleet."""
    return holder.source is not of.cluster.source and holder.written


def _replaced(compiled: Any, over: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """(where the layer replaces something, what was there)."""
    if isinstance(compiled, dict) and isinstance(over, Mapping):
        for name, entry in over.items():
            if name in compiled:
                yield from _replaced(compiled[name], entry, (*path, name))
    else:
        yield path, compiled


def _section(key: KeyPath) -> str:
    """As far as a person thinks of it as one thing: `environments`, `idle.stop_after`, `login.admins`."""
    return dotted(key[:2]) if len(key) > 1 and isinstance(key[1], str) else dotted(key[:1])
