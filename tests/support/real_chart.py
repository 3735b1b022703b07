"""The real zero-to-jupyterhub chart out of a clone, for machines that have one; nothing of it is kept here."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import yaml
from tests.support.charts import package

CLONE = "Z2JH_CHART"
"""Names the folder `jupyterhub` of a clone of github.com/jupyterhub/zero-to-jupyterhub-k8s."""
ARCHIVES = "CHART_ARCHIVES"
"""Names a folder with archives of other charts that ours wrap, as their authors publish them: `dask-gateway-2026.3.0.tgz`."""
VERSION = "4.4.0"
"""What the clone is packaged as, so that charts that ask for the stand-in's version get it."""


def own_archive(dependency: Mapping[str, str]) -> Path:
    """Where a chart's own archive would be."""
    return Path(os.environ.get(ARCHIVES) or "/nonexistent") / f"{dependency['name']}-{dependency['version']}.tgz"


def packaged_clone(clone: Path, target: Path) -> Path:
    """Write the clone as an archive: its releases get a version, image tags and a JSON schema, which the sources lack."""
    schema = yaml.safe_load((clone / "values.schema.yaml").read_text())
    return package(clone, target, _released, {"values.schema.json": json.dumps(schema).encode()})


def _released(path: Path, content: bytes) -> bytes:
    match str(path):
        case "Chart.yaml":
            return re.sub(rb"^version: .*$", f"version: {VERSION}".encode(), content, flags=re.MULTILINE)
        case "values.yaml":
            return content.replace(b"set-by-chartpress", VERSION.encode())
        case _:
            return content
