"""check: use a running hub as a person would, and tell which step failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from deployer.compiling.profiles import profile_choices
from deployer.config.loaded import LoadedFleet
from deployer.errors import UnhealthyError, UsageError
from deployer.model.health import USUAL_CHECK, CheckOptions, CheckReport, ProfileChoice
from deployer.model.protocols import Effects
from deployer.model.release import HubRef
from deployer.workflows.choosing import loaded, one
from deployer.workflows.preparation import read_fleet, releases

_LOG_LINES = 20


def check_hub(
    effects: Effects, cluster: str, hub: str, *, all_profiles: bool = False, options: CheckOptions = USUAL_CHECK
) -> CheckReport:
    """Check one hub while nobody deploys it. Raises UnknownNameError, and UnhealthyError where nothing runs to be checked.

    The hub's file is read for `all_profiles` alone, so that a hub can be checked while somebody is editing its file.
    """
    fleet = read_fleet(effects)
    target, ref = one(effects, fleet, cluster, hub)
    if target.running(ref) is None:
        raise UnhealthyError(f"{ref} does not run", hint=f"`deployer deploy {ref.cluster} {ref.hub}` starts it.")
    profiles = _profiles(effects, fleet, ref) if all_profiles else ()

    def log(user: str | None) -> Iterator[str]:
        return target.logs(ref, user=user, lines=_LOG_LINES)

    with target.lock(ref):
        access = replace(target.access(ref), profiles=profiles)
        return effects.prober.check(access, all_profiles=all_profiles, log=log, options=options)


def _profiles(effects: Effects, fleet: LoadedFleet, ref: HubRef) -> tuple[ProfileChoice, ...]:
    if loaded(fleet, ref) is None and ref not in fleet.broken:
        raise UsageError(f"no file of this fleet names {ref}, so its choices are not known", hint="leave out --all-profiles")
    (release,) = releases(effects, fleet, (ref,))
    return profile_choices(release)
