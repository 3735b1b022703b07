"""Many hubs, wave after wave: side by side within one, and no further where too many failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing.pool import ThreadPool

from deployer.errors import UnhealthyError
from deployer.model.outcomes import HubOutcome, Outcome
from deployer.model.plan import Plan
from deployer.model.protocols import Effects
from deployer.model.release import HubRef, Release
from deployer.planning.waves import Wave
from deployer.reporting.deploys import outcome_to_text


@dataclass(frozen=True, slots=True)
class Waves:
    """`deploy` gives a failure as an outcome and raises none; `pending` tells whether it would find anything to do; `ailment` why
    a hub that was deployed is not well, empty where it is; `jobs`: how many hubs of a wave at a time."""

    effects: Effects
    deploy: Callable[[Release], HubOutcome]
    pending: Callable[[Release], bool]
    ailment: Callable[[HubRef], str]
    jobs: int
    _begun: list[HubRef] = field(default_factory=list)
    _ended: list[HubOutcome] = field(default_factory=list)
    _failed: list[HubRef] = field(default_factory=list)

    def run(self, planned: Sequence[Wave]) -> tuple[HubOutcome, ...]:
        """Every hub's outcome, in the order of the waves. Where somebody interrupts, it is told of those that had come to one."""
        try:
            return self._run(planned)
        except KeyboardInterrupt:
            for outcome in (ended for ended in self._ended if ended.outcome is not Outcome.PLANNED):
                for line in outcome_to_text(outcome).splitlines():
                    self.effects.progress.say(line)
            raise

    def _run(self, planned: Sequence[Wave]) -> tuple[HubOutcome, ...]:
        done: list[HubOutcome] = []
        for number, wave in enumerate(planned):
            begun = len(self._failed) <= (wave.failures or 0)
            done += self._wave(wave) if begun else map(_skipped, wave.releases)
            if wave.soak and begun:
                ring = {release.ref for one in planned if one.ring == wave.ring for release in one.releases}
                changed = [one.ref for one in done if one.ref in ring and one.outcome is Outcome.DEPLOYED]
                later = (release for one in planned[number + 1 :] for release in one.releases)
                if changed and any(map(self.pending, later)):
                    done = self._soaked(wave, done, changed)
        return tuple(done)

    def _wave(self, wave: Wave) -> list[HubOutcome]:
        one = partial(self._one, wave.failures)
        if self.jobs == 1 or len(wave.releases) == 1:
            return list(map(one, wave.releases))
        # Its threads are daemons: who interrupts twice waits for none of them.
        with ThreadPool(self.jobs) as pool:
            try:
                return pool.map(partial(self._reached, one), wave.releases, chunksize=1)
            except KeyboardInterrupt:
                self.effects.interruption.begin()
                self.effects.progress.warn(self._stopping())
                pool.close()
                pool.join()
                raise

    def _reached(self, one: Callable[[Release], HubOutcome], release: Release) -> HubOutcome:
        """In a thread, which stops with the main thread. What it returns then is seen by nobody."""
        try:
            with self.effects.interruption.reaches():
                self.effects.interruption.check()
                return one(release)
        except KeyboardInterrupt:
            return _skipped(release)

    def _stopping(self) -> str:
        ended = {outcome.ref for outcome in self._ended}
        names = ", ".join(str(ref) for ref in self._begun if ref not in ended)
        return (
            f"interrupted: no further hub is begun, and those in progress stop and are undone: {names}. "
            "Ctrl-C again ends at once, and leaves them to the next deploy."
        )

    def _one(self, failures: int | None, release: Release) -> HubOutcome:
        if failures is not None and len(self._failed) > failures:
            return _skipped(release)
        self._begun.append(release.ref)
        outcome = self.deploy(release)
        self._ended.append(outcome)
        if outcome.error:
            self._failed.append(release.ref)
        return outcome

    def _soaked(self, wave: Wave, done: Sequence[HubOutcome], changed: Sequence[HubRef]) -> list[HubOutcome]:
        """The outcomes, once the hubs that were changed have run for a while."""
        with self.effects.progress.step(f"Leave ring {wave.ring} to run for {wave.soak / 60:g} minutes"):
            self.effects.clock.sleep(wave.soak)
        ailments = {ref: ailment for ref in changed if (ailment := self.ailment(ref))}
        self._failed.extend(ailments)
        return [_sick(outcome, ailments[outcome.ref]) if outcome.ref in ailments else outcome for outcome in done]


def _skipped(release: Release) -> HubOutcome:
    return HubOutcome(ref=release.ref, outcome=Outcome.SKIPPED, plan=Plan(ref=release.ref))


def _sick(outcome: HubOutcome, ailment: str) -> HubOutcome:
    hint = f"`deployer rollback {outcome.ref.cluster} {outcome.ref.hub}` brings back the deploy before."
    error = UnhealthyError(f"{outcome.ref} was healthy after its deploy and is no longer: {ailment}", hint=hint)
    return replace(outcome, outcome=Outcome.FAILED, error=error)
