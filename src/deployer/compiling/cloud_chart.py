"""What our chart makes of a cloud: the account that people's servers run as, and the file server for homes with quotas.

What only the infrastructure knows (a role, a disk, an address) is not said here.
"""

from __future__ import annotations

from deployer.compiling.home import SHARED_ROOT, home_kind
from deployer.compiling.inputs import Inputs
from deployer.compiling.placement import placed
from deployer.compiling.said import Tree, first
from deployer.config.instance_types import GIB
from deployer.config.scalars import memory_size

ACCOUNT = "user-server"
"""The chart's name of the account, which z2jh's `singleuser.serviceAccountName` must repeat."""


def account_tree(of: Inputs) -> Tree:
    """Servers run as the hub's own account where people reach buckets by their cloud identity."""
    buckets = of.hub["buckets"]
    if of.local or not buckets:
        return {}
    return {"singleuser": {"serviceAccountName": buckets.decides(ACCOUNT)}}


def identity_tree(of: Inputs) -> Tree:
    """The chart's key `identity`: makes the account."""
    buckets = of.hub["buckets"]
    if of.local or not buckets:
        return {}
    return {"identity": buckets.decides({"enabled": True})}


def home_nfs_tree(of: Inputs) -> Tree:
    """The file server, with what one person may use. Its quotas are whole GiB; folders that people share have none."""
    kind, home = home_kind(of), of.hub["home"]
    if kind.value != "home-nfs":
        return {}
    quota = home["quota"].map(lambda text: memory_size(text) // GIB)
    manager = {"hard_quota": quota, "exclude": kind.decides([SHARED_ROOT])}
    stored = of.cluster["storage"]["homes"]
    size = first(home["size"], stored["size"]) if stored.value is not None else home["size"]
    return {
        "jupyterhub-home-nfs": {
            "enabled": kind.decides(True),
            "persistentVolume": {"size": size},
            "quotaEnforcer": {"config": {"QuotaManager": manager}},
            "nfsServer": home["bandwidth"].map(_limited),
            **placed(of, "core"),
        }
    }


def _limited(bandwidth: str) -> dict[str, Tree]:
    """NFS-Ganesha's own limit for all clients, in bytes a second."""
    return {"qos": {"enabled": True, "bandwidth": {"enabled": True, "combined": memory_size(bandwidth)}}}
