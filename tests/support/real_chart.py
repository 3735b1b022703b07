"""The real zero-to-jupyterhub chart out of a clone, for machines that have one; nothing of it is kept here."""

import json
import re
from pathlib import Path

import yaml
from tests.support.charts import package

CLONE = "Z2JH_CHART"
"""Names the folder `jupyterhub` of a clone of github.com/jupyterhub/zero-to-jupyterhub-k8s."""
VERSION = "4.4.0"
"""What the clone is packaged as, so that charts that ask for the stand-in's version get it."""


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
