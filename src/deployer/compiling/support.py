"""The support stack of a cluster in its chart's words: what cluster.yaml and fleet.yaml say of addresses, metrics and nodes.

Plain values stand in the chart; here is only what differs from cluster to cluster.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from deployer.compiling.layers import Origins, layer_data
from deployer.compiling.said import Said, Tree, holders, plain
from deployer.compiling.secret_paths import SecretPaths
from deployer.config.loaded import LoadedCluster, LoadedFleet
from deployer.config.models.cluster import Support
from deployer.model.place import value_at
from deployer.model.release import HubRef, Release, merged

NAME = "support"
"""The release, its namespace and its chart; no hub may be called so."""
CERT_MANAGER = "cert-manager"
CERTIFICATES = "certificates"
"""The chart's key of the issuers, which need cert-manager."""


def compile_support(fleet: LoadedFleet, cluster: LoadedCluster) -> Release | None:
    """The values of the release, then what `support.values` says, which wins; None where the deployer runs no support stack."""
    spec = cluster.spec
    said = Said(spec.support or Support(), cluster.source, ("support",))
    if spec.provider == "local" or not said.value.enabled:
        return None
    chart = fleet.charts.get(NAME)
    sections = {
        CERTIFICATES: {"email": Said(fleet.fleet, fleet.fleet_source)["contact"]},
        "prometheus": _prometheus(said["prometheus"]),
        "grafana": _grafana(said["grafana"]),
        "cluster-autoscaler": _autoscaler(Said(spec, cluster.source)),
    }
    tree = {name: branch for name, branch in sections.items() if chart is None or name in chart.top_level}
    values: dict[str, Any] = plain(tree) or {}
    for layer in cluster.support_layers:
        values = merged(values, layer_data(layer))
    return Release(
        ref=HubRef(cluster.name, NAME),
        chart=NAME,
        values=values,
        origins=Origins(partial(holders, tree), cluster.support_layers),
        secret_paths=SecretPaths(values),
        defaults=chart.defaults if chart else {},
        hub_at=(),
        contact=fleet.fleet.contact or "",
    )


def ingress_class(fleet: LoadedFleet, cluster: LoadedCluster) -> str:
    """The class that the stack's Traefik serves, as its chart's values and the cluster's have it; empty where there is none."""
    chart = fleet.charts.get(NAME)
    if chart is None or not (cluster.spec.support or Support()).enabled:
        return ""
    value: Any = dict(chart.defaults)
    for layer in cluster.support_layers:
        value = merged(value, layer_data(layer))
    name = value_at(value, ("traefik", "ingressClass", "name"))
    return name if isinstance(name, str) and value_at(value, ("traefik", "enabled")) is not False else ""


def cert_manager(cluster: str) -> Release:
    """Its own release, of which no file says anything: the chart's plain values."""
    return Release(ref=HubRef(cluster, CERT_MANAGER), chart=CERT_MANAGER, values={}, hub_at=())


def _prometheus(said: Said[Any]) -> Tree:
    return {
        "server": {
            "retention": said["retention"],
            "persistentVolume": {"size": said["size"]},
            "ingress": _ingress(said["domain"], "prometheus-certificate"),
        }
    }


def _grafana(said: Said[Any]) -> Tree:
    """Its GitHub login reads the OAuth app's id and secret from values that are encrypted, below the same key."""
    domain, teams = said["domain"], said["organizations"]
    settings = {
        "server": {"root_url": domain.map(lambda name: f"https://{name}/")},
        "auth.github": teams.decides(_github(teams.value)) if teams else None,
    }
    return {"ingress": _ingress(domain, "grafana-certificate"), "grafana.ini": settings}


def _github(teams: list[str]) -> Tree:
    """Grafana knows organizations by name, and teams as `@organization/team` among a person's groups. Where teams are named,
    people without a role are refused, and of a whole organization whoever is in any of its teams may look."""
    organizations = sorted({team.partition(":")[0] for team in teams})
    github: dict[str, Tree] = {"enabled": True, "allow_sign_up": True, "allowed_organizations": " ".join(organizations)}
    if any(":" in team for team in teams):
        github["scopes"] = "user:email,read:org"
        github["role_attribute_path"] = " || ".join(f"{_belongs(team)} && 'Viewer'" for team in teams)
        github["role_attribute_strict"] = True
    return github


def _belongs(team: str) -> str:
    """A condition on a person's groups (https://jmespath.org/specification.html)."""
    organization, _, name = team.partition(":")
    if name:
        return f"contains(groups[*], '@{organization}/{name}')"
    return f"length(groups[?starts_with(@, '@{organization}/')]) > `0`"


def _ingress(domain: Said[Any], certificate: str) -> Tree:
    return domain.map(lambda name: {"enabled": True, "hosts": [name], "tls": [{"hosts": [name], "secretName": certificate}]})


def _autoscaler(cluster: Said[Any]) -> Tree:
    """Google's and Azure's clusters add nodes by themselves; Amazon's do not."""
    aws = cluster["aws"]
    if cluster.value.provider != "aws" or aws.value is None:
        return None
    name = aws["cluster"] if aws.value.cluster else aws["cluster_name"]
    return {
        "enabled": cluster["provider"].decides(True),
        "awsRegion": aws["region"],
        "autoDiscovery": {"clusterName": name},
    }
