"""The deployer's own effects on the test cluster, with one part or another that a test wants different."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from tests.support.cluster_fleet import ClusterFleet

from deployer.cli.progress import PlainProgress
from deployer.clouds.kubeconfig import KubeconfigCloud
from deployer.model.protocols import Effects
from deployer.targets.kubernetes.clusters import KubernetesClusters
from deployer.wiring import effects


@contextmanager
def effects_with(fleet: ClusterFleet, **patience: float) -> Iterator[Effects]:
    """The deployer's own effects, whose Kubernetes targets are less patient."""
    usual = effects(fleet.root, fleet.root / ".deployer", PlainProgress(sys.stderr), {**os.environ, **fleet.env})
    with ExitStack() as ends:
        clusters = KubernetesClusters(
            fleet=usual.fleet,
            state=usual.state,
            process=usual.process,
            clock=usual.clock,
            progress=usual.progress,
            journal=usual.journal,
            user="test",
            clouds={"kubeconfig": KubeconfigCloud(usual.fleet, usual.secrets)},
            ends=ends,
            **patience,
        )
        yield replace(usual, kubernetes=clusters.target)
