"""Writes the names of the keys that zero-to-jupyterhub's values may have, without any of its texts or defaults.

`python generate_z2jh_keys.py CHART VERSION > src/deployer/compiling/data/z2jh_keys.json`, CHART being the folder `jupyterhub` of
a clone of github.com/jupyterhub/zero-to-jupyterhub-k8s at that version. Only names are kept: no text, no default, no type.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from deployer.config.key_tree import KeyTree, both, of_schema, to_data


def names_of(values: Any) -> KeyTree:
    """The keys of the chart's default values; they are known, others may be too."""
    if not isinstance(values, dict):
        return KeyTree()
    return KeyTree(children={name: names_of(below) for name, below in values.items()})


def main(chart: Path, version: str) -> None:
    """Print the table as JSON."""
    schema = of_schema(yaml.safe_load((chart / "values.schema.yaml").read_text()))
    values = names_of(yaml.safe_load((chart / "values.yaml").read_text()))
    source = "names of keys in values.yaml and values.schema.yaml of the chart jupyterhub (zero-to-jupyterhub-k8s)"
    json.dump({"source": source, "version": version, "keys": to_data(both(schema, values))}, sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
