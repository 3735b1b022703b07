"""The deployer's own effects on the test cluster, with one part or another that a test wants different."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from tests.support.cluster_fleet import ClusterFleet

from deployer.cli.progress import PlainProgress
from deployer.clouds.kubeconfig import KubeconfigCloud
from deployer.model.protocols import Clock, Effects, Journal, Progress
from deployer.targets.kubernetes.clusters import KubernetesClusters
from deployer.tools.clock import SystemClock
from deployer.tools.journal import SILENT
from deployer.wiring import effects

SOON = 1.0
"""Seconds after which a lock that nobody renews is free, where who held it was killed: nobody needs more."""


@contextmanager
def effects_at(
    root: Path,
    environ: Mapping[str, str],
    *,
    journal: Journal = SILENT,
    clock: Clock | None = None,
    progress: Progress | None = None,
    **patience: float,
) -> Iterator[Effects]:
    """The effects of the fleet at `root`, whose Kubernetes targets are less patient."""
    usual = effects(root, root / ".deployer", progress or PlainProgress(sys.stderr), environ, journal=journal)
    told = clock or SystemClock()
    with ExitStack() as ends:
        clusters = KubernetesClusters(
            fleet=usual.fleet,
            state=usual.state,
            process=usual.process,
            clock=told,
            progress=usual.progress,
            journal=journal,
            user="test",
            clouds={"kubeconfig": KubeconfigCloud(usual.fleet, usual.secrets)},
            ends=ends,
            **patience,
        )
        yield replace(usual, clock=told, kubernetes=clusters.target, support=clusters.stack)


@contextmanager
def effects_with(
    fleet: ClusterFleet, clock: Clock | None = None, progress: Progress | None = None, **patience: float
) -> Iterator[Effects]:
    """The effects of a test's fleet."""
    with effects_at(fleet.root, {**os.environ, **fleet.env}, clock=clock, progress=progress, **patience) as found:
        yield found
