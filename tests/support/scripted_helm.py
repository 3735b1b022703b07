"""Stands for the program helm: keeps its revisions in a small API server, and ends as a test says."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from tests.support.small_api import SmallApi

from deployer.errors import ToolFailedError
from deployer.model.protocols import Finished

UNREACHABLE = "Error: Kubernetes cluster unreachable: dial tcp 127.0.0.1:6443: connect: connection refused"
BUSY = "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress"
_SUBJECT = {"upgrade": 2, "rollback": 1, "uninstall": 1}


@dataclass(frozen=True)
class End:
    """How one run ends. `error` is raised; a text as helm's last words. `leaves`: its revision's status; empty: it makes none."""

    error: str | BaseException
    leaves: str = "failed"


@dataclass
class ScriptedHelm:
    """`ends`: of the next runs that write; after them, each goes well. `first`: what happens before one writes; `fails_dry`:
    helm's last words where it only tries. `manifest`: of every release, and its `hooks`, which are no part of a revision's
    objects. `ran`: what wrote, and what rehearsed; `back`: to which revisions; `rendered`: how often without the cluster."""

    api: SmallApi
    ends: list[End | None] = field(default_factory=list)
    first: Callable[[], object] = lambda: None
    fails_dry: str = ""
    manifest: str = ""
    hooks: str = ""
    rendered: int = 0
    ran: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    _installed: str = ""

    def which(self, program: str) -> Path | None:
        return Path("/bin") / program

    def run(self, command: Sequence[str], **_: Any) -> Finished:
        verb = command[1]
        if verb == "version":
            return Finished(0, "v4.2.3", "")
        if verb == "template":
            self.rendered += 1
            return Finished(0, self.manifest + self.hooks, "")
        if verb in ("get", "show"):
            return Finished(0, self._installed if verb == "get" else "", "")
        name = command[1 + _SUBJECT[verb]]
        if verb == "rollback":
            self.back.append(command[3])
        dry = any(word.startswith("--dry-run") for word in command)
        if not dry and not self.api.carries_out():
            raise ToolFailedError(f"`helm {verb}` ended with 1:\n  {UNREACHABLE}")
        self.ran.append(f"{verb} --dry-run" if dry else verb)
        if dry and self.fails_dry:
            raise ToolFailedError(f"`helm {verb}` ended with 1:\n  {self.fails_dry}")
        number = 0 if dry else self._written(name, verb)
        made = {"version": number, "manifest": self.manifest, "hooks": [{"manifest": self.hooks}] if self.hooks else None}
        return Finished(0, json.dumps(made), "")

    def start(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path) -> int:
        raise AssertionError("nothing is started")

    def revisions(self, name: str) -> dict[int, str]:
        """Number to status."""
        found = [entry["metadata"]["labels"] for path, entry in self.api.objects.items() if f"release.v1.{name}.v" in path]
        return {int(label["version"]): label["status"] for label in found}

    def put(self, name: str, number: int, status: str) -> None:
        """A revision, as whoever made it."""
        labels = {"owner": "helm", "name": name, "version": str(number), "status": status}
        made = [{"manifest": self.hooks}] if self.hooks else []
        packed = gzip.compress(json.dumps({"manifest": self.manifest, "hooks": made}).encode())
        data = {"release": base64.b64encode(base64.b64encode(packed)).decode()}
        content = {"type": "helm.sh/release.v1", "metadata": {"labels": labels}, "data": data}
        self.api.put(self._place(name, number), content)

    def manifest_of(self, name: str, number: int) -> list[dict[str, Any]]:
        """The objects of a revision, as it is kept."""
        packed = self.api.objects[self._place(name, number)]["data"]["release"]
        kept = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(packed))))
        return list(yaml.safe_load_all(kept["manifest"]))

    def _uninstall(self, name: str, numbers: Sequence[int]) -> None:
        """Claims go but for those with a mark, as helm does it; of what else a manifest has, nothing was made."""
        for entry in self.manifest_of(name, numbers[-1]) if numbers else ():
            metadata = entry["metadata"]
            if (metadata.get("annotations") or {}).get("helm.sh/resource-policy") != "keep":
                path = f"/api/v1/namespaces/{name}/{entry['kind'].lower()}s/{metadata['name']}"
                self.api.answer("DELETE", path, {}, None)
        for number in numbers:
            del self.api.objects[self._place(name, number)]

    def _place(self, name: str, number: int) -> str:
        return f"/api/v1/namespaces/{name}/secrets/sh.helm.release.v1.{name}.v{number}"

    def _written(self, name: str, verb: str) -> int:
        self.first()
        known = self.revisions(name)
        last = max(known, default=0)
        if verb == "upgrade" and known.get(last, "").startswith("pending"):
            raise ToolFailedError(f"`helm upgrade` ended with 1:\n  {BUSY}")
        if verb == "uninstall":
            self._uninstall(name, sorted(known))
            return 0
        end = self.ends.pop(0) if self.ends else None
        status = end.leaves if end else "deployed"
        if status == "deployed":
            for number in (number for number, status in known.items() if status == "deployed"):
                self.put(name, number, "superseded")
            self._installed = self.manifest
        if status:
            self.put(name, last + 1, status)
        if end:
            raise ToolFailedError(f"`helm {verb}` ended with 1:\n  {end.error}") if isinstance(end.error, str) else end.error
        return last + 1
