"""A hub's lock: a Lease in a namespace of ours, which a namespace being made or removed cannot take away.

A lock has expired when it has not changed for LEASE_SECONDS as we observe it; clocks of different machines are never compared.
"""

from __future__ import annotations

import os
import platform
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from deployer.errors import DeployerError, GuardError, LockedError
from deployer.model.protocols import Clock, Progress
from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.api.objects import Namespace, Object

NAMESPACE = "deployer"
LEASE_SECONDS = 20
_PATIENCE = 900


@dataclass(slots=True)
class Held:
    """A lock that this process holds, until it is lost."""

    holder: str
    still: Callable[[], bool]
    """Looks in the cluster whether it is still ours."""
    lost: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def require(self) -> None:
        """Before each write. Raises LockedError where somebody else has taken the lock."""
        if self.lost.is_set() or not self.still():
            raise LockedError("the lock was lost to somebody else", hint="Nothing further was changed; deploy again.")


@dataclass(frozen=True, slots=True)
class Leases:
    """Locks on one cluster."""

    connection: Connection
    clock: Clock
    progress: Progress
    user: str
    seconds: float = LEASE_SECONDS
    """For which a lock must not have changed before another may take it; its holder renews it four times as often."""

    @property
    def _renewal(self) -> float:
        return self.seconds / 4

    @contextmanager
    def held(self, name: str) -> Iterator[Held]:
        """Hold the lock `name`; waits while another holds it, saying who. Raises LockedError after a quarter of an hour."""
        namespace = Namespace(self.connection, NAMESPACE)
        if namespace.manifest() is None:
            labels = {"app.kubernetes.io/managed-by": "deployer"}
            manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}
            with suppress(GuardError):  # somebody else made it at the same time
                self.connection.request("POST", "/api/v1/namespaces", body=manifest)
        holder = f"{self.user} on {platform.node()} (process {os.getpid()}, {uuid.uuid4().hex[:8]})"
        held = Held(holder, lambda: _holder(namespace.get("leases", name)) == holder)
        self._take(namespace, name, held)
        renewing = threading.Thread(target=self._renew, args=(namespace, name, held), daemon=True)
        renewing.start()
        try:
            yield held
        finally:
            held.ended.set()
            renewing.join()
            with suppress(DeployerError):  # the cluster cannot be reached: it expires
                if not held.lost.is_set() and held.still():
                    namespace.delete("leases", name)

    def _take(self, namespace: Namespace, name: str, held: Held) -> None:
        began = self.clock.monotonic()
        seen, since, told = "", began, ""
        while True:
            asked = self.clock.monotonic()
            lease = namespace.get("leases", name)
            now = self.clock.monotonic()
            version = lease["metadata"]["resourceVersion"] if lease else ""
            # While the API server was away, nobody could renew either.
            if version != seen or now - asked > self._renewal:
                seen, since = version, now
            if lease is None or now - since > self.seconds:
                if self._write(namespace, name, held, lease):
                    return
                continue
            holder = _holder(lease)
            if holder == held.holder:  # we got it, and the answer that said so was lost
                return
            if holder != told:
                told = holder
                self.progress.say(f"{name} is being changed by {holder}; waiting for it")
            if now - began > _PATIENCE:
                raise LockedError(f"{name} is still being changed by {holder}", hint="Wait for them, or ask them to stop.")
            self.clock.sleep(1)

    def _write(self, namespace: Namespace, name: str, held: Held, lease: Object | None) -> bool:
        """Whether we got it; somebody else may be faster."""
        manifest = _manifest(name, held.holder, self.seconds, self.clock)
        try:
            if lease is None:
                namespace.create("leases", manifest)
            else:
                manifest["metadata"]["resourceVersion"] = lease["metadata"]["resourceVersion"]
                return namespace.replace("leases", manifest) is not None
        except GuardError:
            return False
        return True

    def _renew(self, namespace: Namespace, name: str, held: Held) -> None:
        while not held.ended.wait(self._renewal):
            try:
                lease = namespace.get("leases", name)
                if _holder(lease) != held.holder:
                    held.lost.set()
                    return
                self._write(namespace, name, held, lease)
            except DeployerError:
                continue  # the API server is asked again; `require` looks before each write


def _holder(lease: Object | None) -> str:
    return str(lease["spec"].get("holderIdentity", "somebody")) if lease else ""


def _manifest(name: str, holder: str, seconds: float, clock: Clock) -> Object:
    now = clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name},
        "spec": {"holderIdentity": holder, "leaseDurationSeconds": max(1, int(seconds)), "renewTime": now},
    }
