"""What the shell offers for a cluster's or hub's name."""

from __future__ import annotations

from pathlib import Path

import typer

from deployer.cli.session import Session, fleet_root
from deployer.errors import DeployerError


def complete_cluster(context: typer.Context, incomplete: str) -> list[str]:
    """Names of clusters that begin so."""
    return sorted(name for folder in _clusters(context) if (name := folder.name).startswith(incomplete))


def complete_hub(context: typer.Context, incomplete: str) -> list[str]:
    """Names of this cluster's hubs that begin so and are not on the line yet."""
    cluster, named = context.params.get("cluster"), set(context.params.get("hubs") or ())
    names = {name for folder in _clusters(context) if folder.name == cluster for name in _hubs(folder)}
    return sorted(name for name in names - named if name.startswith(incomplete))


def _clusters(context: typer.Context) -> list[Path]:
    session = context.find_root().ensure_object(Session)
    try:
        root = fleet_root(session.chosen_fleet, Path.cwd())
    except DeployerError:
        return []
    return [file.parent for file in root.glob("config/clusters/*/cluster.yaml")]


def _hubs(folder: Path) -> set[str]:
    return {file.stem for file in folder.glob("hubs/[!_]*.yaml")} | _inline_hubs(folder / "cluster.yaml")


def _inline_hubs(file: Path) -> set[str]:
    """Hubs in 2i2c's format; none where the file cannot be read, as completion has nobody to tell."""
    import yaml

    try:
        hubs = yaml.load(file.read_bytes(), yaml.CSafeLoader).get("hubs", ())
        return {hub["name"] for hub in hubs if isinstance(hub["name"], str)}
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError):
        return set()
