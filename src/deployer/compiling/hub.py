"""A hub's file in the chart's words: the values that a target runs, each leaf knowing who set it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from deployer.compiling.blocked import with_check_blocked
from deployer.compiling.choices import choices_tree
from deployer.compiling.cloud_chart import account_tree, home_nfs_tree, identity_tree
from deployer.compiling.extras import extras_tree, services_tree
from deployer.compiling.findings import findings, overridden
from deployer.compiling.home import home_tree, homes_for_chart
from deployer.compiling.hub_process import hub_tree
from deployer.compiling.inputs import Inputs, inputs
from deployer.compiling.kept_entries import with_kept_entries
from deployer.compiling.layers import Origins, below, layer_data
from deployer.compiling.legacy import UPSTREAM, legacy_tree, upstream_path
from deployer.compiling.login import login_tree
from deployer.compiling.outside import ingress_tree, landing_tree, network_tree, spare_tree, uptime_tree
from deployer.compiling.placement import core_tree
from deployer.compiling.said import Tree, holders, joined, plain
from deployer.compiling.secret_paths import SecretPaths
from deployer.compiling.secret_values import builder_secrets, decrypted_paths, secrets_tree
from deployer.compiling.servers import servers_tree
from deployer.config.loaded import ChartKeys, LoadedCluster, LoadedFleet, LoadedHub, ValuesLayer
from deployer.model.place import KeyPath, value_at
from deployer.model.problem import Problem, in_order
from deployer.model.release import Release, merged

OWN_CHART = "basehub"

UPSTREAM_SECTIONS: tuple[Callable[[Inputs], Tree], ...] = (
    login_tree,
    choices_tree,
    home_tree,
    servers_tree,
    hub_tree,
    core_tree,
    landing_tree,
    ingress_tree,
    network_tree,
    spare_tree,
    services_tree,
    secrets_tree,
    account_tree,
)
OWN_SECTIONS: tuple[Callable[[Inputs], Tree], ...] = (
    homes_for_chart,
    extras_tree,
    builder_secrets,
    uptime_tree,
    identity_tree,
    home_nfs_tree,
)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A release, and what is wrong with the file it was made from."""

    release: Release
    problems: tuple[Problem, ...]


def compile_hub(fleet: LoadedFleet, cluster: LoadedCluster, hub: LoadedHub) -> Compiled:
    """The values of a hub: what its typed file says, then its `values`, which win."""
    of = inputs(fleet, cluster, hub)
    chart = fleet.chart_of(hub)
    found = upstream_path(_with_layers({}, hub.layers), chart)
    upstream = UPSTREAM if found is None else found
    own = {} if hub.legacy else joined(section(of) for section in OWN_SECTIONS)
    tree = legacy_tree(found) if hub.legacy else typed_tree(of, upstream, own, chart)
    before = plain(tree) or {}
    values, added = _with_layers(before, hub.layers), frozenset[KeyPath]()
    if found is not None or not hub.legacy:
        values, blocked = with_check_blocked(values, upstream, chart.defaults if chart and hub.legacy else {})
        values, kept = with_kept_entries(values, upstream, chart.defaults if chart else {})
        added = blocked | kept
    origins = Origins(partial(holders, tree), hub.layers, added)
    release = Release(
        ref=hub.ref,
        chart=hub.chart,
        values=values,
        origins=origins,
        secret_paths=SecretPaths(values, partial(decrypted_paths, origins, hub)),
        display_name=hub.spec.display_name or hub.ref.hub,
        domain=hub.spec.domain or "",
        login=_login_name(hub, values, upstream),
        stage=hub.spec.stage,
        defaults=chart.defaults if chart else {},
        hub_at=upstream,
        chart_override=hub.chart_override,
    )
    # Nobody knows what a chart lacks that is not there.
    lacking = {name: branch for name, branch in own.items() if chart and name not in tree}
    return Compiled(
        release,
        () if hub.legacy else in_order((*findings(of, release, lacking), *overridden(of, before, partial(holders, tree)))),
    )


def typed_tree(of: Inputs, upstream: KeyPath, own: dict[str, Tree], chart: ChartKeys | None) -> dict[str, Tree]:
    """All sections below the wrapped chart's key, and beside it those keys of our chart that this chart has, too."""
    known = chart.top_level if chart else frozenset(own if of.loaded.chart == OWN_CHART else ())
    sections = joined(section(of) for section in UPSTREAM_SECTIONS)
    return joined([below(upstream, sections), {name: branch for name, branch in own.items() if name in known}])


def _with_layers(values: dict[str, Any], layers: Sequence[ValuesLayer]) -> dict[str, Any]:
    for layer in layers:
        values = merged(values, layer_data(layer))
    return values


def _login_name(hub: LoadedHub, values: dict[str, Any], upstream: KeyPath) -> str:
    """The provider as the file says it, else the class that the values name."""
    if hub.spec.login is not None:
        return hub.spec.login.provider
    name = value_at(values, (*upstream, "hub", "config", "JupyterHub", "authenticator_class"))
    return name if isinstance(name, str) else ""
