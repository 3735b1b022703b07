"""The Target of one Kubernetes cluster."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial

from deployer.errors import ExternalError, GuardError, UnknownNameError, UsageError
from deployer.model.findings import Expected, Findings
from deployer.model.health import HubAccess
from deployer.model.plan import Manifests, Running, Step
from deployer.model.protocols import Clock, Progress, Target
from deployer.model.release import HubRef, Release
from deployer.model.secret import Secret
from deployer.targets.kubernetes.ailment import ailment
from deployer.targets.kubernetes.api import namespaces
from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.api.kinds import Kind, api_versions, define, defined_by, known_kinds, missing, require_known
from deployer.targets.kubernetes.api.lease import Held, Leases
from deployer.targets.kubernetes.api.objects import Glance, Namespace, Object, documents_of
from deployer.targets.kubernetes.api.relay import relay
from deployer.targets.kubernetes.database import Database
from deployer.targets.kubernetes.doctor import examine
from deployer.targets.kubernetes.entrance import Entrance
from deployer.targets.kubernetes.pods.accounts import renew_tokens
from deployer.targets.kubernetes.pods.diagnosis import SERVER, SERVERS, Diagnosis, owner
from deployer.targets.kubernetes.pods.rollout import Rollout
from deployer.targets.kubernetes.pods.words import telling_container
from deployer.targets.kubernetes.release.before import Before, before, is_unfinished, last_checked, returned, take_back
from deployer.targets.kubernetes.release.installing import Installer
from deployer.targets.kubernetes.release.keys import Keys
from deployer.targets.kubernetes.release.live import base_path, before_us, hub_of, served
from deployer.targets.kubernetes.release.neighbours import require_alone
from deployer.targets.kubernetes.release.record import Record, Records
from deployer.targets.kubernetes.release.releases import Releases
from deployer.targets.kubernetes.release.rendering import Renderer, hub_values
from deployer.targets.kubernetes.release.repairing import STUCK_SECONDS, put_right, repair
from deployer.targets.kubernetes.removal import Removal
from deployer.targets.kubernetes.stack import LOCK
from deployer.targets.kubernetes.trial.job import Trial, Tried
from deployer.targets.kubernetes.trial.schema import lies_elsewhere, migrates, require_usable, stays

CHECK_USER = "deployer-check"
_TOKEN = f"hub.services.{CHECK_USER}.apiToken"
_NAMESPACE, _REPAIR, _DEFINE = "namespace", "repair", "define"
_TRY, _SAVE, _UPGRADE = "try", "save-database", "upgrade"


@dataclass(slots=True)
class _Attempt:
    """What one deploy finds out on its way. `saved`: schema revision of the copy beside the database; `final`: of one outside of
    the cluster the new hub changes the schema; `before` is known once its upgrade begins."""

    held: Held
    tried: Tried = field(default_factory=Tried)
    saved: str = ""
    final: bool = False
    before: Before | None = None


@dataclass(slots=True, kw_only=True)
class KubernetesTarget:
    """Hubs of one cluster."""

    name: str
    cluster: str
    connection: Connection
    renderer: Renderer
    leases: Leases
    installer: Installer
    clock: Clock
    progress: Progress
    user: str
    rollout: Callable[[Namespace], Rollout]
    stuck_seconds: float = STUCK_SECONDS
    removal_seconds: float = namespaces.REMOVAL_SECONDS
    _kinds: frozenset[Kind] | None = None
    _attempts: dict[HubRef, _Attempt] = field(default_factory=dict)
    _new_keys: dict[HubRef, bytes] = field(default_factory=dict)
    _glance: Glance | None = None
    _overview: Target | None = None

    def overview(self) -> Target:
        if self._overview is None:
            self._overview = replace(self, _glance=Glance(self.connection, self.clock))
        return self._overview

    def digest_key(self, ref: HubRef, *, keep: bool) -> bytes:
        """A new key is written down with the first record, under the lock: until then it is this process's own."""
        return self._records(ref).digest_key() or self._new_keys.setdefault(ref, secrets.token_bytes(32))

    def render(self, release: Release) -> Manifests:
        versions = api_versions(self._known() | defined_by(self.renderer.definitions(release)))
        return Manifests(self.renderer.documents(release, self.connection.version.lstrip("v"), versions))

    def running(self, ref: HubRef) -> Running | None:
        namespace = self._namespace(ref)
        records = self._records(ref)
        record, revisions = records.read(), Releases(namespace, ref.hub).revisions()
        last = next(reversed(revisions), None)
        if record is None and last is None:
            return None
        deployments = namespace.list("deployments")
        detail = ailment(records, record, last, deployments)
        hub = next((entry for entry in deployments if entry["metadata"]["name"] == "hub"), None)
        return Running(
            documents=record.documents if record else {},
            foreign={} if record else before_us(namespace),
            healthy=not detail,
            address=record.address if record else "",
            version=record.chart if record else "",
            image=_image(hub),
            users=sum(owner(pod) != CHECK_USER for pod in namespace.list("pods", labels=SERVERS, metadata_only=True)),
            deployed_at=record.deployed_at if record else "",
            deployed_by=record.deployed_by if record else "",
            detail=detail,
            up=bool(deployments),
            login=record.login if record else "",
            returnable=any(revision.status == "deployed" for revision in revisions),
            interrupted=last_checked(revisions, record, records) is not None,
            unfinished=is_unfinished(revisions, record, records),
        )

    def hubs(self, cluster: str | None = None) -> tuple[HubRef, ...]:
        return namespaces.hubs(self.connection) if cluster in (None, self.cluster) else ()

    def steps(self, release: Release, manifests: Manifests, running: Running | None) -> tuple[Step, ...]:
        if running and running.healthy and running.documents == manifests.documents:
            return ()
        definitions = self.renderer.definitions(release)
        require_known(release.ref, manifests.documents, self._known(), definitions)
        namespace = self._namespace(release.ref)
        last = Releases(namespace, release.ref.hub).last()
        if last is None:
            require_alone(release.ref, namespace.list("deployments"))
        steps = [] if namespaces.stands(namespace.manifest()) else [Step(_NAMESPACE, f"Make the namespace {release.ref.hub}")]
        if last and last.pending:
            steps.append(Step(_REPAIR, "Repair the release that was interrupted"))
        if undefined := missing(definitions, self._known()):
            names = ", ".join(entry["spec"]["names"]["kind"] for entry in undefined)
            steps.append(Step(_DEFINE, f"Define kinds of objects that the cluster does not know: {names}"))
        steps.append(Step(_TRY, "Try the new configuration beside what runs"))
        if running:
            steps.append(Step(_SAVE, "Save the hub's database"))
        pauses = running.pause(manifests.documents, self._edited(release.ref)) if running else ""
        return (*steps, Step(_UPGRADE, "Upgrade the release and wait until it runs", pauses))

    @contextmanager
    def lock(self, ref: HubRef) -> Iterator[None]:
        with self.leases.held(ref.hub) as held:
            self._attempts[ref] = _Attempt(held)
            try:
                yield
            finally:
                del self._attempts[ref]

    def apply(self, step: Step, release: Release, manifests: Manifests) -> None:
        self._attempts[release.ref].held.require()
        carry_out: Mapping[str, Callable[[Release], None]] = {
            _NAMESPACE: self._make_namespace,
            _REPAIR: lambda release: self._repair(release.ref),
            _DEFINE: self._define,
            _TRY: self._try,
            _SAVE: self._save,
            _UPGRADE: partial(self._upgrade, manifests=manifests),
        }
        carry_out[step.name](release)

    def settle(self, ref: HubRef) -> None:
        self._attempts[ref].held.require()
        Keys(self._namespace(ref)).put_aside()
        self._records(ref).settle()

    def undo(self, ref: HubRef) -> bool:
        attempt = self._attempts[ref]
        attempt.held.require()
        found = attempt.before or before(Releases(self._namespace(ref), ref.hub), self._records(ref))
        if not found.revision and found.record is None:
            return self._removal(ref).take_back(installed=attempt.before is not None, check_user=CHECK_USER)
        if attempt.before is None:
            return False
        if attempt.final:
            raise GuardError(
                f"the database of {ref} outside of the cluster may have the new hub's schema, which what ran before cannot use",
                hint="Mend it and deploy again; or put your copy of the database back, then `deployer rollback`.",
            )
        revision = self._return(ref, found.revision)
        take_back(found, self._records(ref), revision)
        self.rollout(self._namespace(ref)).wait()
        return True

    def rollback(self, ref: HubRef) -> None:
        records = self._records(ref)
        record, previous = records.read(), records.previous()
        kept = {revision.number for revision in Releases(self._namespace(ref), ref.hub).revisions()}
        if record is None or previous is None or previous.revision not in kept:
            hint = "Change its file and deploy again."
            raise UsageError(f"{ref} has no earlier deploy to go back to", hint=hint)
        self._attempts[ref].held.require()
        self._repair(ref)
        schema = (Database(self._namespace(ref), self.clock).schema() or record.becomes) if record.database else ""
        if migrates(record.database, schema):
            raise GuardError(
                f"the last deploy of {ref} has changed its database, which the hub before it cannot use",
                hint="Deploy a file with the newer hub image. The copy from before is beside the database: *.before-deploy",
            )
        revision = self._return(ref, previous.revision)
        records.put(returned(previous, records, revision), record)
        self.rollout(self._namespace(ref)).wait()

    def earlier(self, ref: HubRef) -> Mapping[str, str]:
        records = self._records(ref)
        if previous := records.previous():
            return previous.documents
        return {} if records.read() else self._removal(ref).homes()

    def diagnose(self, ref: HubRef, user: str) -> Findings:
        return Diagnosis(self._namespace(ref), ref, user).findings()

    def examine(self, cluster: str, expected: Expected) -> Findings:
        return examine(self.connection, self.renderer.helm, expected, self.render)

    def access(self, ref: HubRef) -> HubAccess:
        namespace = self._namespace(ref)
        pods = namespace.list("pods", labels="component=proxy", fields="status.phase=Running")
        pods = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
        if not pods:
            raise ExternalError(f"{ref} has no proxy that runs", hint=f"Look with `deployer status {ref.cluster} {ref.hub}`.")
        secret = namespace.secret("hub")
        scheme, inside = served(pods[0])
        port = relay(self.connection, namespace.name, pods[0]["metadata"]["name"], inside)
        record, entrance = self._records(ref).read(), Entrance(self.connection, namespace.name)
        return HubAccess(
            ref=ref,
            url=f"{scheme}://127.0.0.1:{port}{base_path(hub_of(secret))}",
            vouched=True,
            token=Secret(secret.get(_TOKEN, "")),
            user=CHECK_USER,
            public=record.address if record else "",
            entrance=entrance.address(),
            certificate=entrance.certificate(),
        )

    def logs(self, ref: HubRef, *, user: str | None, lines: int, follow: bool = False) -> Iterator[str]:
        namespace = self._namespace(ref)
        if user is None:
            pods = namespace.list("pods", labels="component=hub")
        else:
            pods = [pod for pod in namespace.list("pods", labels=SERVERS) if owner(pod) == user]
        if not pods:
            whose = f"{user} has no server" if user else "there is no hub pod"
            raise UnknownNameError(f"{whose} on {ref}", hint=f"Look with `deployer status {ref.cluster} {ref.hub}`.")
        newest = max(pods, key=lambda pod: pod["metadata"]["creationTimestamp"])
        container = telling_container(newest, "hub" if user is None else SERVER)
        read = namespace.followed_log if follow else namespace.log
        yield from read(newest["metadata"]["name"], container=container, lines=lines)

    def volumes(self, ref: HubRef) -> tuple[str, ...]:
        return self._removal(ref).volumes()

    def remaining(self, ref: HubRef) -> tuple[str, ...]:
        return self._removal(ref).remaining()

    def destroy(self, ref: HubRef, *, also: frozenset[str]) -> tuple[str, ...]:
        self._attempts[ref].held.require()
        return self._removal(ref).remove(also)

    def _make_namespace(self, release: Release) -> None:
        ref = release.ref
        namespaces.make(self._namespace(ref), namespaces.labels_of(ref), self.clock, self.progress, self.removal_seconds)

    def _repair(self, ref: HubRef) -> None:
        repair(ref, Releases(self._namespace(ref), ref.hub), self._records(ref), self.stuck_seconds)

    def _define(self, release: Release) -> None:
        with self.leases.held(LOCK):
            define(self.connection, missing(self.renderer.definitions(release), self._known()), self.clock)
            self._kinds = None

    def _try(self, release: Release) -> None:
        namespace = self._namespace(release.ref)
        Keys(namespace).take_up()
        trial = Trial(namespace, self.rollout(namespace), self.clock)
        self._attempts[release.ref].tried = trial.run(self.installer.manifests(release, hooks=True))

    def _save(self, release: Release) -> None:
        attempt, database = self._attempts[release.ref], Database(self._namespace(release.ref), self.clock)
        settings = hub_values(release).get("db") or {}
        last = self._records(release.ref).read()
        now, copied = "", last.database if last and not last.settled else ""
        if copied:
            now = database.schema()
        if stays(copied, now):
            attempt.saved = copied
        else:
            now = attempt.saved = self._saved(database, attempt.tried.schema)
        now = database.expected() if lies_elsewhere(settings) else now
        require_usable(release.ref, now, attempt.tried, settings)
        attempt.final = lies_elsewhere(settings) and migrates(now, attempt.tried.schema)
        if attempt.final:
            self.progress.warn(
                "the new hub changes the schema of its database outside of the cluster: nothing is rolled back from here"
            )

    def _saved(self, database: Database, becomes: str) -> str:
        schema = database.save(becomes)
        if schema is None:
            self.progress.warn("the hub does not run, so its database is not saved before this deploy")
        return schema or ""

    def _upgrade(self, release: Release, *, manifests: Manifests) -> None:
        namespace, records, attempt = self._namespace(release.ref), self._records(release.ref), self._attempts[release.ref]
        releases = Releases(namespace, release.ref.hub)
        last, attempt.before = releases.last(), before(releases, records)
        settled = records.read()
        edited = records.edited(settled) if settled else []
        url = f"https://{release.domain}{base_path(hub_values(release))}" if release.domain else ""
        records.begin(
            Record(
                documents=dict(manifests.documents),
                revision=last.number + 1 if last else 1,
                deployed_at=self.clock.now().isoformat(timespec="seconds"),
                deployed_by=self.user,
                address=url,
                login=f"Log in by {release.login}" if release.login else "",
                database=attempt.saved,
                becomes=attempt.tried.schema,
                chart=self.renderer.version(release),
                marks=settled.marks if settled else {},
            ),
            self.digest_key(release.ref, keep=True),
        )
        if last is None:
            Keys(namespace).make()
        rollout = self.rollout(namespace)
        attempt.held.require()
        with rollout.told_meanwhile():
            applied = self.installer.upgrade(release, rehearsed=True)
        records.number(applied.number)
        put_right(namespace, documents_of(applied.manifest), edited)
        renew_tokens(namespace)
        rollout.wait()

    def _return(self, ref: HubRef, revision: int) -> int:
        """Helm's revision again, with the database as it was where the new hub has changed its schema. Returns its new number."""
        namespace, attempt = self._namespace(ref), self._attempts[ref]
        last = Releases(namespace, ref.hub).last()
        if last and last.number == revision:
            return revision
        migrated = migrates(attempt.saved, attempt.tried.schema)
        with Database(namespace, self.clock).put_back() if migrated else nullcontext():
            attempt.held.require()
            self._records(ref).begin_return(last.number + 1 if last else 1, revision, copied=not migrated)
            self.installer.rollback(ref, revision)
        last = Releases(namespace, ref.hub).last()
        return last.number if last else revision

    def _edited(self, ref: HubRef) -> list[str]:
        """The objects that somebody edited by hand."""
        records = self._records(ref)
        record = records.read()
        return records.edited(record) if record else []

    def _known(self) -> frozenset[Kind]:
        self._kinds = self._kinds or known_kinds(self.connection)
        return self._kinds

    def _namespace(self, ref: HubRef) -> Namespace:
        return Namespace(self.connection, ref.hub, self._glance)

    def _records(self, ref: HubRef) -> Records:
        return Records(self._namespace(ref), ref)

    def _removal(self, ref: HubRef) -> Removal:
        return Removal(ref, self._namespace(ref), self.installer, self.clock, self.progress)


def _image(hub: Object | None) -> str:
    return str(hub["spec"]["template"]["spec"]["containers"][0]["image"]) if hub else ""
