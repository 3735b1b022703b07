"""Hubs on a one-node Kubernetes: what the deployer adds to helm, and what it costs to look at twenty hubs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psutil
import yaml
from tests.support import image
from tests.support.charts import ChartRepository, stand_in
from tests.support.cluster import Cluster
from tests.support.cluster.needs import missing
from tests.support.cluster_fleet import ClusterFleet, hub_file
from tests.support.helm import HELM_4, programs

from bench.measure import MEBIBYTE, Line, repeat

_HUBS = 20
_AT_ONCE = "4"
_DONE = re.compile(r"(?P<title>[^:\n]+): done in (?P<seconds>[\d.]+) s")
_TRIAL = "Try the new configuration beside what runs"
_SERVER = ("Server starts", "Server stops")
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class _Ended:
    """How a run of the deployer went: `memory` is the peak of its own process in bytes, `steps` title -> seconds."""

    seconds: float
    memory: int
    out: str
    steps: dict[str, float]


def lines(folder: Path, times: int) -> list[Line]:
    """Everything that needs a cluster; nothing, and why, where none can be had."""
    reason = missing()
    if reason is not None:
        print(f"no benchmarks on a cluster: {reason}")
        return []
    with _fleet(folder) as fleet:
        return [*_one_hub(fleet, times), *_many_hubs(fleet, times), *_rendered(fleet, times)]


@contextmanager
def _fleet(folder: Path) -> Iterator[ClusterFleet]:
    with ExitStack() as ends:
        (folder / "charts").mkdir()
        stand_in(folder / "charts")
        repository = ends.enter_context(ChartRepository(folder / "charts"))
        cluster = Cluster(folder / "cluster")
        ends.callback(cluster.down)
        cluster.up([image.archive()], ends_with_us=True)
        yield ClusterFleet(folder / "fleet", cluster, repository)


def _one_hub(fleet: ClusterFleet, times: int) -> list[Line]:
    overhead = Line("deploy over bare helm, without trial and check", "s", 2, peer="helm upgrade --install --wait, whole")
    check = Line("check of a warm hub on a cluster", "s", 15)
    besides = Line("the same, besides the server's start and stop", "s", 2)
    unchanged = Line("deploy of one unchanged hub on a cluster", "s", 1)
    memory = Line("deploy to a cluster, memory of the deployer itself", "MB", 300)
    fleet.write()
    _run(fleet, "deploy", "onenode", fleet.hub)
    numbers = count()

    def measure() -> None:
        bare = _bare_helm(fleet, str(next(numbers)))
        fleet.write(hub_file(annotations={"bench": str(next(numbers))}))
        deploy = _run(fleet, "deploy", "onenode", fleet.hub)
        checked = _run(fleet, "check", "onenode", fleet.hub, "--format", "json")
        steps = {step["name"]: step["seconds"] for step in json.loads(checked.out)["steps"]}
        others = sum(deploy.steps.get(name, 0) for name in (_TRIAL, *steps))
        overhead.values.append(deploy.seconds - others - bare)
        overhead.peer_values.append(bare)
        memory.values.append(deploy.memory / MEBIBYTE)
        check.values.append(checked.seconds)
        besides.values.append(checked.seconds - sum(steps[name] for name in _SERVER))
        unchanged.values.append(_run(fleet, "deploy", "onenode", fleet.hub).seconds)

    repeat(times, measure)
    return [overhead, memory, check, besides, unchanged]


def _many_hubs(fleet: ClusterFleet, times: int) -> list[Line]:
    unchanged = Line(
        f"deploy --all, {_HUBS} unchanged hubs on a cluster", "s", 3, peer="helm status of each, one after the other"
    )
    status = Line(f"status of {_HUBS} hubs on a cluster", "s", 1.5, peer="kubectl get pods -A")
    names = [fleet.hub, *(f"hub-{number}" for number in range(1, _HUBS))]
    for name in names:
        fleet.write({**hub_file(f"Hub {name}"), "domain": f"{name}.example.org"}, hub=name)
    _run(fleet, "deploy", "onenode", "--all", "--jobs", _AT_ONCE)

    def measure() -> None:
        unchanged.values.append(_run(fleet, "deploy", "onenode", "--all").seconds)
        unchanged.peer_values.append(sum(_helm(fleet, "status", name, "-n", name)[0] for name in names))
        status.values.append(_run(fleet, "status", "onenode").seconds)
        began = time.perf_counter()
        fleet.cluster.kubectl("get", "pods", "-A")
        status.peer_values.append(time.perf_counter() - began)

    repeat(times, measure)
    return [unchanged, status]


def _rendered(fleet: ClusterFleet, times: int) -> list[Line]:
    """Validation of the same hubs through helm, without a look at the cluster."""
    peer = "helm template of each, one after the other"
    cold = Line(f"validate with rendering, cold ({_HUBS} hubs)", "s", None, peer=peer)
    changed = Line("the same, one hub changed", "s", None, peer=peer)
    unchanged = Line("the same, unchanged", "s", None, peer=peer)
    (chart,) = (fleet.root / ".deployer" / "charts" / "prepared").glob("basehub-*/")
    numbers = count()

    def measure() -> None:
        shutil.rmtree(fleet.root / ".deployer" / "cache", ignore_errors=True)
        cold.values.append(_run(fleet, "validate").seconds)
        unchanged.values.append(_run(fleet, "validate").seconds)
        fleet.write(hub_file(f"Changed {next(numbers)}"))
        changed.values.append(_run(fleet, "validate").seconds)
        templates = sum(_helm(fleet, "template", fleet.hub, chart)[0] for _ in range(_HUBS))
        for line in (cold, unchanged, changed):
            line.peer_values.append(templates)

    repeat(times, measure)
    return [cold, unchanged, changed]


def _run(fleet: ClusterFleet, *arguments: str) -> _Ended:
    """The deployer to its end. Raises RuntimeError where it ends badly."""
    began = time.perf_counter()
    process = fleet.began(*arguments)
    watched, peak = psutil.Process(process.pid), 0
    with ThreadPoolExecutor(1) as pool:
        said = pool.submit(process.communicate)
        while not said.done():
            with suppress(psutil.Error):
                peak = max(peak, watched.memory_info().rss)
            wait([said], _POLL_SECONDS)
    seconds = time.perf_counter() - began
    out, complaints = said.result()
    if process.returncode != 0:
        raise RuntimeError(f"deployer {' '.join(arguments)} ended with {process.returncode}: {complaints}")
    steps = {match["title"]: float(match["seconds"]) for match in _DONE.finditer(complaints)}
    return _Ended(seconds, peak, out, steps)


def _bare_helm(fleet: ClusterFleet, number: str) -> float:
    """Seconds in which helm alone brings the same kind of change to the same release: an annotation, so the hub starts anew."""
    (chart,) = (fleet.root / ".deployer" / "charts" / "prepared").glob("basehub-*/")
    values = fleet.root / "bare.yaml"
    _, said = _helm(fleet, "get", "values", fleet.hub, "-n", fleet.hub, "-o", "yaml")
    content = yaml.safe_load(said)
    content["jupyterhub"]["hub"]["annotations"] = {"bench": f"bare {number}"}
    values.write_text(yaml.safe_dump(content))
    return _helm(fleet, "upgrade", "--install", fleet.hub, str(chart), "-n", fleet.hub, "-f", str(values), "--wait")[0]


def _helm(fleet: ClusterFleet, *arguments: str | Path) -> tuple[float, str]:
    """Seconds, and what it said."""
    command = [programs(HELM_4) / "helm", *arguments, "--kubeconfig", fleet.cluster.kubeconfig]
    began = time.perf_counter()
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    return time.perf_counter() - began, done.stdout
