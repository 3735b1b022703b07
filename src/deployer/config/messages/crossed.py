"""Messages on one file against another: names, domains, pools, homes."""

from __future__ import annotations

from deployer.config.messages.template import Template
from deployer.model.problem import Severity

TEMPLATES: dict[str, Template] = {
    # what stands where
    "cluster-file-missing": Template("this cluster has no cluster.yaml", "write {folder}/cluster.yaml, or remove the folder"),
    "cluster-file-name": Template("this file is not read", "name it cluster.yaml"),
    "hub-file-name": Template("this file is not read", "name it {name}.yaml"),
    "hub-file-nested": Template(
        "this file is no hub, and no hub extends it", "move it into the hubs/ folder itself", Severity.WARNING
    ),
    "file-place": Template("this file is not read", "its place is {right}"),
    "file-idle": Template("nothing reads this file", "{advice}", Severity.WARNING),
    "no-clusters": Template("this fleet has no cluster", "write one: deployer new cluster NAME", Severity.WARNING),
    "extends-default": Template("`extends` is not followed from here", "write it in the hubs' own files"),
    "extends-outside": Template("`{name}` leads out of this hubs/ folder", "copy the file into this folder"),
    "extends-cycle": Template("this goes in a circle: {chain}", "take one of the `extends` away"),
    "extends-missing": Template("there is no file `{name}` in this hubs/ folder", "{advice}"),
    "snippet-missing": Template("there is no file `{name}` in this hubs/ folder", "{advice}"),
    "python-syntax": Template("this is not Python: {reason}"),
    "secret-not-encrypted": Template(
        "this file is not encrypted",
        "change the secrets in it, they have been seen; then encrypt it: sops encrypt --in-place {file}",
    ),
    "value-not-encrypted": Template(
        "`{path}` is not encrypted, though its file is",
        "bring back the file's last version from git, then write a new value, as this one has been seen: deployer secrets set, "
        "or sops edit",
    ),
    "value-left-plain": Template(
        "`{path}` is not encrypted: this file was encrypted with `{setting}`",
        "take `{setting}` out of .sops.yaml, then write a new value, as this one has been seen: deployer secrets edit, "
        "or sops edit",
    ),
    "secret-in-clear": Template(
        "{what} stands here in clear, for everybody who can read the fleet",
        "replace it by a new one, it has been seen; then write that into the secret file: deployer secrets edit",
    ),
    "secret-missing": Template(
        "login by {provider} needs {keys}, and this file has no such key", "add it: deployer secrets edit {cluster} {hub}"
    ),
    "secret-file-missing": Template(
        "login by {provider} needs {keys}, and the hub {hub} has no secret file",
        "write it: deployer secrets edit {cluster} {hub}",
        Severity.WARNING,
    ),
    "secret-idle": Template(
        "`login.{key}` is nothing that login by {provider} reads",
        "{advice}: deployer secrets edit {cluster} {hub}",
        Severity.WARNING,
    ),
    "secret-not-text": Template("this value is not what is wanted here", "every secret is text: quote it"),
    "no-recipients": Template(
        "there is no .sops.yaml, so nothing says who may read encrypted files",
        "write .sops.yaml at the fleet's root: creation_rules with the recipients",
        Severity.WARNING,
    ),
    "recipients-pattern": Template("a path_regex is no regular expression: {reason}", "write it as Go's regexp reads it"),
    "recipients-rule": Template(
        "no rule of .sops.yaml is about this file",
        "add a rule whose path_regex matches its path, then: deployer secrets rotate",
        Severity.WARNING,
    ),
    "recipient-too-many": Template(
        "{recipients} may read this file, and .sops.yaml does not name them",
        "take them out: deployer secrets rotate; what they have read must be replaced by new secrets",
    ),
    "recipient-missing": Template(
        "{recipients} cannot read this file, and .sops.yaml names them", "let them in: deployer secrets rotate"
    ),
    "named-file-missing": Template("there is no file `{name}` in this cluster's folder", "{advice}"),
    "kubeconfig-credentials": Template(
        "this kubeconfig holds a credential in clear: `{path}`",
        "revoke it, then encrypt the file by sops and name it NAME.secret.yaml",
    ),
    "not-loaded": Template(
        "the hub {hub} did not load, though nothing is wrong with its files",
        "`deployer validate` tells what is wrong with the others",
    ),
    # names
    "cluster-name": Template("`name` is `{name}`, its folder is `{folder}`", "make them equal"),
    "hub-name": Template("`name` is `{name}`, its file is `{file}.yaml`", "make them equal, or take `name` away"),
    "hub-name-label": Template(
        "`{name}` cannot be a hub's name: it is the name of its namespace",
        "use lower-case letters, digits and hyphens, with a letter or digit at both ends",
    ),
    "hub-name-long": Template("`{name}` has {length} characters, a hub's name has at most 53", "choose a shorter one"),
    "hub-name-reserved": Template("`{name}` is reserved on a cluster", "choose another name"),
    "hub-twice": Template("the hub `{name}` is there twice, first in {first}", "keep one of the two"),
    "domain-missing": Template("`domain` is missing, a hub on a cluster needs one", "such as hub.example.org"),
    "domain-twice": Template("`{domain}` is used twice, first in {first}", "give one of the two another domain"),
    "domain-inherited": Template(
        "`{domain}` comes from {origin}, and leads elsewhere already", "say a domain of this hub's own: domain: hub.example.org"
    ),
    # clouds
    "cloud-block-missing": Template(
        "the provider is {provider}, the block `{provider}` is missing", "say which cluster it is: {example}"
    ),
    "cloud-block-other": Template(
        "the block `{block}` is for another provider than {provider}", "take it away, or change `provider`"
    ),
    "cloud-block-incomplete": Template("`{key}` is missing in `{block}`", "{advice}"),
    "pool-name-azure": Template(
        "`{name}` cannot be a node pool's name on Azure", "use at most 12 lower-case letters and digits, beginning with a letter"
    ),
    "pool-machine-unknown": Template("`{machine}` is no instance type that this deployer knows", "{advice}", Severity.WARNING),
    "pool-without-gpu": Template("`{machine}` has no GPU", "take `gpu` away, or choose a machine that has one"),
    "pool-range": Template("`min` is {min}, more than `max`, which is {max}", "swap them"),
    # machines and environments
    "pool-unknown": Template("there is no node pool `{pool}` in this cluster", "{advice}"),
    "pool-purpose": Template("the node pool `{pool}` is for {purpose}, servers run on pools for notebook", "choose another pool"),
    "pool-twice": Template("the pool `{pool}` is there twice", "put shares and sizes of one pool into one entry"),
    "environment-empty": Template(
        "the environment `{name}` says neither `image` nor `any_image`", "write image: with a tag, or any_image: true"
    ),
    "environment-both": Template("the environment `{name}` says `image` and `any_image`", "keep one of the two"),
    "default-twice": Template("a second default, the first is in line {first}", "keep one `default: true`"),
    "default-not-offered": Template("the default `{share}` is not among the shares", "one of: {shares}"),
    "shares-and-sizes": Template("a machine has shares or sizes, not both", "keep one of the two"),
    "share-too-small": Template(
        "{share} of a machine of `{pool}` is {memory}, too little for a server", "the smallest useful share has {least}"
    ),
    "memory-too-small": Template("`{memory}` of memory is too little to start with", "give at least {least}"),
    "size-too-large": Template(
        "`{size}` guarantees {wanted}, a machine of `{pool}` ({machine}) has room for {room}",
        "guarantee less, or choose a larger machine",
    ),
    # storage
    "home-size-missing": Template("homes of kind `{kind}` need a `size`", "{advice}"),
    "home-server-missing": Template("homes of kind nfs need `{key}`", "say which server and which exported folder"),
    "home-kind-cloud": Template(
        "homes of kind `{kind}` exist with {clouds} only, this cluster's provider is {provider}", "choose among: {kinds}"
    ),
    "quota-too-large": Template(
        "the quota of one person, {quota}, is more than the disk for all, {size}", "make the disk larger or the quota smaller"
    ),
    "quota-not-whole": Template("quotas of home-nfs are whole GiB, {quota} is none", "write {next}Gi"),
    "quota-without": Template("homes of kind `{kind}` have no quotas", "take `quota` away, or use kind: home-nfs"),
    "bandwidth-without": Template(
        "homes of kind `{kind}` have no limit of bandwidth", "take `bandwidth` away, or use kind: home-nfs"
    ),
    "bucket-unknown": Template("there is no bucket `{bucket}` in this cluster", "{advice}"),
    "bucket-twice": Template("there are two buckets named `{name}`", "keep one of them, or rename it"),
    "folder-twice": Template("there are two folders named `{name}`", "rename one of them"),
    "content-in-shared-folder": Template(
        "this is in the shared folder `{folder}`: {who} can bring it there",
        "choose a folder that is not in `{folder}`",
        Severity.WARNING,
    ),
    # logins
    "no-login": Template("nobody is allowed to log in: there is no `login`", "say who: login: {{provider: ..., allow: ...}}"),
    "nobody-allowed": Template("nobody is allowed to log in", "{advice}"),
    "only-staff-allowed": Template("nobody but the fleet's staff can log in", "{advice}", Severity.WARNING),
    "names-of-any-institution": Template(
        "names of Globus end before the @, so `alice` of any institution is the same person here",
        "say whose people may log in: allow: {{identity_provider: example.edu}}, with users or groups for some of them",
        Severity.WARNING,
    ),
    "dummy-login": Template(
        "dummy lets anybody be anybody, it is for hubs on this machine only", "choose another login provider"
    ),
    # fleet
    "deployer-specifier": Template("`{written}` is not a range of versions", 'write it like ">=0.1,<0.2"'),
    "deployer-version": Template(
        "this fleet asks for deployer {wanted}, this is {version}", "install the deployer that the fleet asks for"
    ),
    "ring-member-unknown": Template("there is no {kind} `{name}`", "{advice}"),
    "ring-member-twice": Template("the {kind} `{name}` is in two rings, `{first}` and `{second}`", "keep it in one of the two"),
    "ring-empty": Template("the ring `{ring}` has no hubs", "say which: hubs: [...], clusters: [...] or share: 1/10"),
    "policy-path": Template("`{path}` is no setting of a hub", "{advice}"),
    "policy-bound-kind": Template(
        "`{path}` has no order, so there is no limit to it", "limits are for numbers, durations and sizes"
    ),
    "policy-bound-value": Template("`{value}` is not a value of `{path}`: {reason}"),
    "policy-bound-empty": Template(
        "this limits nothing: `min` is more than `max`, or neither is there", "write min, max or both"
    ),
    "policy-bound-idle": Template(
        "this limits nothing: representatives may not change `{path}`",
        "add it to `may_change`, or take it away",
        Severity.WARNING,
    ),
}
