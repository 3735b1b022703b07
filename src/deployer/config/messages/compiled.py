"""Messages on compiling a hub."""

from __future__ import annotations

from deployer.config.messages.template import Template
from deployer.model.problem import Severity

TEMPLATES: dict[str, Template] = {
    "env-field-unknown": Template(
        "`{field}` in `{name}` is passed on as it is written; nothing is filled in",
        "{advice}",
        Severity.WARNING,
    ),
    "environment-without-machine": Template(
        "environment `{environment}` is bound to `{pool}`, which no entry of `machines` offers", "{advice}"
    ),
    "same-choice": Template("`{name}` and `{other}` would be one and the same choice for JupyterHub", "{advice}"),
    "typed-image-default": Template(
        "`{name}` cannot be the default: there is no image to start until the person names one",
        "make another environment the default",
        Severity.WARNING,
    ),
    "share-of-unknown-machine": Template(
        "nobody knows how big a machine of `{pool}` is, so it has no shares",
        "say memory and cpu of node_pools.{pool} in cluster.yaml, or use `sizes`",
    ),
    "groups-without-source": Template(
        "`groups` keeps everybody out: login by `{provider}` puts nobody into a group",
        "{advice}",
        Severity.WARNING,
    ),
    "group-without-organization": Template(
        "nobody is in `{group}`: teams of GitHub become groups named organization:team",
        "write the organization before it, such as my-organization:{group}",
        Severity.WARNING,
    ),
    "idp-prefix-and-strip": Template(
        "a user name cannot get a prefix and lose its domain at the same time", "keep one of `prefix` and `strip_domain`"
    ),
    "outside-hosted-domains": Template(
        "`{person}` cannot log in: hosted_domains lets in only people of {domains}",
        "add {domain} to hosted_domains and name the people or groups who may log in",
        Severity.WARNING,
    ),
    "nothing-to-share": Template(
        "`{kind}` homes have no common volume, so there is no place for shared folders",
        "use home-nfs, or take shared_folders away",
    ),
    "folder-taken": Template("`{path}` is {what} already", "choose another path"),
    "file-is-a-folder": Template("`{path}` is a folder, {what} is there", "choose another path for the file"),
    "file-twice": Template("`{path}` is there twice", "keep one of the two"),
    "content-twice": Template("two repositories go to the folder `{folder}`", "give one another folder"),
    "reserved-role": Template("the role `{name}` is the deployer's own", "give it another name"),
    "builder-twice": Template(
        "a hub builds images in one way: `extras.binder` and `extras.image_builder` are both here", "keep one of the two"
    ),
    "builder-without-registry": Template(
        "`extras.image_builder` does not say where built images go",
        "write image_builder: {{registry: quay.io, image_prefix: my-team/my-hub-}} with the team and hub of your own",
    ),
    "builder-without-environments": Template(
        "nobody can build an image: the spawn page has no `environments` to choose from", "name one that people start otherwise"
    ),
    "builder-without-form": Template(
        "nobody can build an image: the form for it is not in the hub's usual image",
        "let `hub.image` name an image that adds the package jupyterhub-fancy-profiles to quay.io/jupyterhub/k8s-hub",
    ),
    "chart-lacks": Template(
        "`{key}` has no effect: the chart {chart} has no key `{name}`",
        "say it under `values` in the chart's own words",
        Severity.WARNING,
    ),
    # what charts say when they are rendered; the reasons are helm's, and those of `deployer.tools.chart_files`
    "chart-refuses": Template(
        "the chart `{chart}` refuses what {cluster}/{hub} comes to: {reason}",
        "`deployer explain {cluster} {hub}` says who set each value",
    ),
    "chart-dependency": Template("{reason}", "{advice}"),
    "values-win": Template(
        "without effect: {keys}, as `{path}` in the chart's own words replaces it",
        "keep one of the two",
        Severity.WARNING,
    ),
}
