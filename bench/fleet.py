"""A fleet to measure with: 30 clusters and 171 hubs of our own invention, one of them with 95 near-identical hubs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

CLUSTERS = 30
HUBS = 171
_BIG = 95
_PROVIDERS = ("aws", "gcp", "azure")
_BLOCKS = {
    "aws": 'aws: {{account: "123456789012", region: us-west-2, cluster: {name}}}',
    "gcp": "gcp: {{project: {name}-lab, region: us-central1, zones: [us-central1-b], cluster: {name}}}",
    "azure": 'azure: {{subscription: "0000-{number}", resource_group: {name}, location: westeurope, cluster: {name}}}',
}
_FLEET = """\
deployer: ">=0.1,<1"
contact: hubs@team.example.org
operated_by: {name: Hub Team, url: https://team.example.org}
staff: {github: [alice, bob], cilogon: [alice@example.org, bob@example.org]}
defaults:
  hub: {idle: {stop_after: 1h}, named_servers: 0}
"""
_CLUSTER = """\
name: {name}
provider: {provider}
{block}
kubernetes: {{version: "1.36"}}
node_pools:
  core: {{purpose: core, machine: m, min: 1, max: 6, memory: 32G, cpu: 4}}
  small: {{purpose: notebook, machine: m, min: 0, max: 100, memory: 32G, cpu: 4}}
  big: {{purpose: notebook, machine: m, min: 0, max: 50, memory: 128G, cpu: 16}}
  gpu: {{purpose: notebook, machine: g, min: 0, max: 10, gpu: 1, memory: 16G, cpu: 4}}
storage:
  homes: {{kind: home-nfs, size: 500Gi}}
  buckets: [{{name: scratch, expire: 7d}}]
dns: {{zone: {name}.example.org}}
support: {{grafana: {{domain: grafana.{name}.example.org}}}}
"""
_COMMON = """\
community:
  url: https://{name}.example.org
  logo: https://{name}.example.org/logo.svg
  funded_by: {{name: A Fund, url: https://fund.example.org}}
  links: [{{title: Help, url: "https://help.{name}.example.org"}}]
environments:
  - {{name: Python, image: "quay.io/jupyter/scipy-notebook:2026-11-02", description: The usual, default: true}}
  - {{name: R, image: "quay.io/jupyter/r-notebook:2026-11-02", interface: /rstudio, groups: ["lab:r-users"]}}
  - {{name: Data, image: "quay.io/jupyter/datascience-notebook:2026-11-02", machines: [small, big]}}
  - {{name: PyTorch, image: "quay.io/jupyter/pytorch-notebook:2026-11-02", machines: [gpu]}}
  - {{name: Bring your own, any_image: true}}
machines:
  - {{pool: small, shares: [1/8, 1/4, 1/2, 1], default: 1/8}}
  - pool: big
    sizes:
      - {{name: Medium, memory: 4G..8G, cpu: 0.5..4}}
      - {{name: Large, memory: 16G..32G, cpu: 2..8}}
  - {{pool: gpu, shares: [1], groups: ["lab:gpu-users"]}}
home: {{kind: home-nfs, size: 500Gi, quota: 10Gi}}
shared_folders: [{{name: shared, writable_by: admins}}]
buckets: [scratch]
extras: {{dask_gateway: {dask}}}
"""
_HUB = """\
display_name: Hub {number} of {name}
domain: hub-{number}.{name}.example.org
stage: {stage}
extends: [_common.yaml]
community:
  name: Community {number}
  announcements: ["Workshop {number}"]
  representatives: [rep-{number}]
{login}
files: [{{path: /etc/gitconfig, content: "[user]\\nname = {number}\\n"}}]
content: [{{repo: "https://example.org/course-{number}.git", branch: main, folder: course}}]
idle: {{stop_after: {minutes}m, stop_after_running: 7d}}
env: {{GREETING: "hello {{username}}", COMMUNITY: "{number}"}}
hub: {{database: {{size: 1Gi}}, concurrent_spawns: 64}}
values:
  jupyterhub:
    hub: {{networkPolicy: {{enabled: true}}}}
"""
_LOGINS = (
    "login: {{provider: github, allow: {{organizations: [org-{number}]}}, admins: [rep-{number}], populate_teams: true}}",
    "login: {{provider: cilogon, allow: {{idps: {{https://idp-{number}.example.org/shib: "
    "{{username_claim: email, everyone: true}}}}}}, groups_claim: isMemberOf, admins: [rep@example.org]}}",
)


_SECRET = """\
login:
  client_id: ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]
  client_secret: ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]
sops:
  age: [{recipient: age177upef6lj0h3rmer602xajy8fgpa9ksz8f7kdu8ra0v6fkv789csl4u08x, enc: none}]
  mac: ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]
  version: 3.11.0
"""
"""Nobody can open it, and validating needs nobody to."""


def files() -> Iterator[tuple[str, str]]:
    """(path, text) of every file of the fleet."""
    yield ".sops.yaml", "creation_rules: [{age: age177upef6lj0h3rmer602xajy8fgpa9ksz8f7kdu8ra0v6fkv789csl4u08x}]\n"
    yield "config/fleet.yaml", _FLEET
    yield "config/policy.yaml", "representatives: {may_change: [community, environments]}\n"
    number = 0
    for index in range(CLUSTERS):
        name, provider = f"cluster-{index:02}", _PROVIDERS[index % len(_PROVIDERS)]
        folder = f"config/clusters/{name}"
        block = _BLOCKS[provider].format(name=name, number=index)
        yield f"{folder}/cluster.yaml", _CLUSTER.format(name=name, provider=provider, block=block)
        yield f"{folder}/hubs/_common.yaml", _COMMON.format(name=name, dask="true" if index % 3 else "false")
        for _ in range(_hubs_of(index)):
            yield f"{folder}/hubs/hub-{number}.yaml", _hub(name, number)
            yield f"{folder}/secrets/hub-{number}.secret.yaml", _SECRET
            number += 1


def _hubs_of(index: int) -> int:
    """95 in the first cluster, the others share the rest."""
    if index == 0:
        return _BIG
    rest, others = HUBS - _BIG, CLUSTERS - 1
    return rest // others + (index <= rest % others)


def _hub(name: str, number: int) -> str:
    login = _LOGINS[number % len(_LOGINS)].format(number=number)
    stage = "staging" if number % 7 == 0 else "production"
    return _HUB.format(name=name, number=number, stage=stage, login=login, minutes=30 + number % 30)


def write(root: Path) -> Path:
    """Write the fleet below `root`."""
    for path, text in files():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return root
