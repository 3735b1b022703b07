"""Messages on files in the format of 2i2c's fleet."""

from __future__ import annotations

from deployer.config.messages.template import Template
from deployer.model.problem import Severity

TEMPLATES: dict[str, Template] = {
    "listed-file-missing": Template("the file `{file}` does not exist", "{advice}"),
    "listed-file-kind": Template("`{file}` is no values file", "values stand in .yaml, .yml, .json or .jsonnet files"),
    "domain-override": Template("`{file}` says no `domain`", "write `domain:` and the name that replaces the hub's own"),
    "chart-override": Template("`{file}` is no Chart.yaml", "a Chart.yaml has `name`, `version` and `dependencies`"),
    "chart-override-name": Template(
        "this Chart.yaml is called `{name}`, which is neither the chart `{chart}` nor one inside it", "{advice}"
    ),
    "chart-override-unpinned": Template(
        "the chart `{chart}` gives the digest of another version of {name}, and none of {version}",
        "add `{name}-{version}` to its digests.yaml; until then, each machine keeps to what it fetches first",
        Severity.WARNING,
    ),
    "chart-unknown": Template("there is no chart `{chart}`", "{advice}"),
    "chart-schema": Template("this is not JSON: {reason}", "make it anew from values.schema.yaml, or mend it"),
    "jsonnet-syntax": Template("this is not jsonnet: {reason}"),
    "jsonnet-error": Template("evaluating this jsonnet fails: {reason}"),
    "jsonnet-import": Template(
        "this import fails: {reason}", "jsonnet may import files of this fleet, by a path from its own folder"
    ),
    "jsonnet-variable": Template("there is no external variable `{name}`", "there are: {known}"),
    "jsonnet-too-long": Template("evaluating this jsonnet was given up after {seconds} s", "look for a loop without an end"),
    "jsonnet-not-a-mapping": Template("this jsonnet gives no mapping", "the file must end in an object: {{ ... }}"),
}
