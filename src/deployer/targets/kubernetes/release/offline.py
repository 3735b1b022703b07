"""Every hub of a fleet through helm, without a cluster: a process for each core, and none where the same was rendered before."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from deployer.errors import ExternalError
from deployer.model.protocols import FleetFiles, Process, State
from deployer.model.release import HubRef, Release
from deployer.model.rendering import Asked, ChartFault, Rendered
from deployer.targets.kubernetes.release.rendering import USUAL_VERSION, Charts, RefusedError, Renderer
from deployer.tools.chart_files import ChartError
from deployer.tools.charts import ChartCache
from deployer.tools.helm import Helm
from deployer.tools.resources import resource

_HUB_CHART = "jupyterhub"
"""zero-to-jupyterhub, as charts depend on it."""


@dataclass(frozen=True, slots=True)
class OfflineRendering:
    """Uses the charts and the memory that deploys from this machine use, too."""

    fleet: FleetFiles
    state: State
    process: Process

    def hub_chart_values(self, release: Release) -> tuple[str, bytes] | None:
        try:
            return self._renderer({}, fetch=False).values_inside(release, _HUB_CHART)
        except ExternalError:
            return None

    def _renderer(self, mirrors: Mapping[str, str], *, fetch: bool) -> Renderer:
        helm = Helm(self.process, self.state.root / "helm")
        cache = ChartCache(helm, self.state.root / "charts", mirrors, fetch=fetch)
        return Renderer(helm=helm, charts=Charts(self.fleet.root, resource("helm-charts")), cache=cache, state=self.state)

    def rendered(self, asked: Sequence[Asked], *, mirrors: Mapping[str, str], fetch: bool) -> Rendered:
        renderer = self._renderer(mirrors, fetch=fetch)
        ready, untried, broken = self._ready(renderer.helm, renderer, asked)
        refused: dict[HubRef, str] = {}
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for one, reason in zip(ready, pool.map(lambda one: _refusal(renderer, one), ready), strict=True):
                if isinstance(reason, RefusedError):
                    refused[one.release.ref] = reason.reason
                elif reason is not None:
                    untried[one.release.ref] = reason.message
        return Rendered(refused=refused, broken=broken, untried=untried)

    def _ready(
        self, helm: Helm, renderer: Renderer, asked: Sequence[Asked]
    ) -> tuple[list[Asked], dict[HubRef, str], dict[HubRef, ChartFault]]:
        """Those whose chart is complete; charts are made ready one after the other, as most hubs share one."""
        ready: list[Asked] = []
        untried: dict[HubRef, str] = {}
        broken: dict[HubRef, ChartFault] = {}
        for one in asked:
            try:
                _ = helm.version
                renderer.chart(one.release)
                ready.append(one)
            except ChartError as error:
                broken[one.release.ref] = error.fault
            except ExternalError as error:
                untried[one.release.ref] = error.message
        return ready, untried, broken


def _refusal(renderer: Renderer, one: Asked) -> ExternalError | None:
    try:
        renderer.accept(one.release, one.kube_version or USUAL_VERSION)
    except ExternalError as error:
        return error
    return None
