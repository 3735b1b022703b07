"""The program helm, 3.16 or newer and 4 (https://helm.sh/docs/helm)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from deployer.errors import ToolMissingError
from deployer.model.protocols import Finished, Process

OLDEST = (3, 16)
_PATIENCE, _PATIENCE_SECONDS = "20m", 1500
"""For hooks, for which helm waits itself: their pods may need a new node, which takes a quarter of an hour."""
_INSTALL = "Install helm 3.16 or newer: https://helm.sh/docs/intro/install"
_VERSION = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
_ADVICE = {
    "another operation (install/upgrade/rollback) is in progress": "Somebody else runs helm on this release, or was interrupted. "
    "Deploy again: a release that is stuck is repaired once nobody holds it.",
    "cannot reuse a name that is still in use": "A release of this name exists in another state; `deployer status` shows it.",
    "Kubernetes cluster unreachable": "Look at the cluster with `deployer doctor`.",
    "Unauthorized": "The credentials have expired or are wrong; get new ones, then look with `deployer doctor`.",
    "pvc can be resized": "A volume's size can change only where its storage class has `allowVolumeExpansion`. "
    "Write the size that it has.",
    "can not be less than": "A volume can grow and never shrink. Write at least the size that it has.",
    "is forbidden: User": "Your account lacks a right on this cluster; `deployer doctor` lists what is needed.",
    "no matches for kind": "The cluster lacks a kind of object that the chart uses; `deployer support deploy` installs it.",
    "Too long: must have at most": "The release is larger than the 1 MiB that helm can store; take big files out of the values.",
}


@dataclass(frozen=True, slots=True)
class KubeAccess:
    """How programs reach a cluster: a kubeconfig file and a context in it."""

    kubeconfig: Path
    context: str = ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """For helm."""
        return ("--kubeconfig", str(self.kubeconfig), *(("--kube-context", self.context) if self.context else ()))


class Helm:
    """helm with folders of its own, so that nobody's settings on this machine change what it does."""

    def __init__(self, process: Process, home: Path) -> None:
        self._process = process
        self._env = {
            "HELM_CACHE_HOME": str(home / "cache"),
            "HELM_CONFIG_HOME": str(home / "config"),
            "HELM_DATA_HOME": str(home / "data"),
            # A rendering process lives shortly: collecting garbage costs more than it gives (18.2 s to 13.9 s for 171 hubs).
            "GOGC": "off",
        }

    @cached_property
    def version(self) -> tuple[int, int, int]:
        """Raises ToolMissingError where helm is not there or older than 3.16."""
        if not self._process.which("helm"):
            raise ToolMissingError("`helm` is needed and not there", hint=_INSTALL)
        text = self._process.run(["helm", "version", "--template", "{{.Version}}"], env=self._env, timeout=30).stdout
        match = _VERSION.search(text)
        if not match:
            raise ToolMissingError(f"`helm version` says {text.strip()[:80]!r}, which is no version", hint=_INSTALL)
        found = int(match[1]), int(match[2]), int(match[3])
        if found[:2] < OLDEST:
            raise ToolMissingError(f"helm {'.'.join(map(str, found))} is too old", hint=_INSTALL)
        return found

    def template(
        self,
        name: str,
        chart: Path,
        *,
        namespace: str,
        values: Sequence[Path],
        kube_version: str,
        api_versions: Sequence[str] = (),
    ) -> str:
        """All manifests as one text, rendered without a cluster."""
        command = ["template", name, str(chart), "--namespace", namespace, *_files(values), "--kube-version", kube_version]
        for group in api_versions:
            command += ["--api-versions", group]
        return self._run(command, timeout=120).stdout

    def definitions(self, chart: Path) -> str:
        """The CustomResourceDefinitions that a chart and its dependencies carry, as one text."""
        return self._run(["show", "crds", str(chart)], timeout=60).stdout

    def lint(self, chart: Path, values: Sequence[Path]) -> None:
        """Raises ToolFailedError with what helm finds."""
        self._run(["lint", str(chart), "--strict", *_files(values)], timeout=120)

    def pull(self, chart: str, repository: str, version: str, into: Path) -> None:
        """Fetch one chart's archive from a repository or an OCI registry."""
        source = [f"{repository.rstrip('/')}/{chart}"] if repository.startswith("oci://") else [chart, "--repo", repository]
        self._run(["pull", *source, "--version", version, "--destination", str(into)], timeout=300)

    def package(self, chart: Path, into: Path) -> None:
        """Make an archive of a chart's folder, without what its `.helmignore` names."""
        self._run(["package", str(chart), "--destination", str(into)], timeout=60)

    def upgrade(
        self,
        access: KubeAccess,
        name: str,
        chart: Path,
        *,
        namespace: str,
        values: Sequence[Path],
        description: str = "",
        dry_run: bool = False,
        validate: bool = True,
    ) -> str:
        """Install or upgrade, without waiting for pods. With `dry_run` the API server renders (lookups work) and nothing is
        written; returns the manifests as JSON then, else what helm says of the release. `validate` holds them against the API's
        schema, which takes half of helm's time."""
        command = ["upgrade", "--install", name, str(chart), "--namespace", namespace, *_files(values), "--history-max", "10"]
        command += ["--timeout", _PATIENCE, "--output", "json", *self._forcing, *access.arguments]
        command += ["--dry-run=server"] if dry_run else ["--description", description]
        command += [] if validate else ["--disable-openapi-validation"]
        return self._run(command, timeout=_PATIENCE_SECONDS).stdout

    def rollback(self, access: KubeAccess, name: str, revision: int, *, namespace: str) -> None:
        """Back to a revision, without waiting for pods."""
        command = ["rollback", name, str(revision), "--namespace", namespace, "--timeout", _PATIENCE, "--history-max", "10"]
        self._run([*command, *self._forcing, *access.arguments], timeout=_PATIENCE_SECONDS)

    def uninstall(self, access: KubeAccess, name: str, *, namespace: str, keep_history: bool = False) -> None:
        """Remove a release; none is fine. Objects with the annotation `helm.sh/resource-policy: keep` stay."""
        command = ["uninstall", name, "--namespace", namespace, "--ignore-not-found", "--timeout", "10m"]
        self._run([*command, *(("--keep-history",) if keep_history else ()), *access.arguments], timeout=900)

    def manifests(self, access: KubeAccess, name: str, *, namespace: str) -> str:
        """The objects of the newest revision that came to its end, as one text. Raises ToolFailedError where there is none."""
        return self._run(["get", "manifest", name, "--namespace", namespace, *access.arguments], timeout=60).stdout

    @property
    def _forcing(self) -> tuple[str, ...]:
        """What somebody edited by hand becomes what the chart says again; helm 3 does so by itself."""
        return ("--server-side=true", "--force-conflicts") if self.version[0] >= 4 else ()

    def _run(self, arguments: Sequence[str], *, timeout: float, check: bool = True) -> Finished:
        _ = self.version
        return self._process.run(["helm", *arguments], env=self._env, timeout=timeout, check=check, advice=_ADVICE)


def _files(values: Sequence[Path]) -> list[str]:
    return [argument for path in values for argument in ("--values", str(path))]
