"""The deployer as somebody runs it to whom the test cluster's name server is the DNS, and its ingress the way in."""

from __future__ import annotations

from dataclasses import dataclass

from tests.support.cluster_fleet import ClusterFleet
from tests.support.program import Ended, deployer


@dataclass
class InnerFleet(ClusterFleet):
    """A fleet whose deployer runs in the cluster's network. Chart repositories are out of its reach: `enter` fetches before."""

    def enter(self) -> None:
        """Go in, once the hub's file is written."""
        fetched = super().run("validate", "--fetch-charts")
        assert fetched.code == 0, fetched.err
        self.use(self.cluster.layout.own_kubeconfig("admin"))

    def run(self, *arguments: str, **env: str) -> Ended:
        direct = {"NO_PROXY": "*", "no_proxy": "*"}
        through = self.cluster.processes.inside([])
        return deployer(*arguments, cwd=self.root, through=through, **self.env | direct | env)
