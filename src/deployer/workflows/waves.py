"""Many hubs, wave after wave: side by side within one, and no further where too many failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

from deployer.errors import UnhealthyError
from deployer.model.outcomes import HubOutcome, Outcome
from deployer.model.plan import Plan
from deployer.model.protocols import Effects
from deployer.model.release import HubRef, Release
from deployer.planning.waves import Wave


@dataclass(frozen=True, slots=True)
class Waves:
    """`deploy` gives a failure as an outcome and raises none; `pending` tells whether it would find anything to do; `ailment` why
    a hub that was deployed is not well, empty where it is; `jobs`: how many hubs of a wave at a time."""

    effects: Effects
    deploy: Callable[[Release], HubOutcome]
    pending: Callable[[Release], bool]
    ailment: Callable[[HubRef], str]
    jobs: int
    _failed: list[HubRef] = field(default_factory=list)

    def run(self, planned: Sequence[Wave]) -> tuple[HubOutcome, ...]:
        """Every hub's outcome, in the order of the waves."""
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
        with ThreadPoolExecutor(self.jobs) as pool:
            return list(pool.map(one, wave.releases))

    def _one(self, failures: int | None, release: Release) -> HubOutcome:
        if failures is not None and len(self._failed) > failures:
            return _skipped(release)
        outcome = self.deploy(release)
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
