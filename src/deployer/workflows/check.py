"""check: use a running hub as a person would, and tell which step failed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from deployer.compiling.expected_login import expected_login
from deployer.compiling.profiles import profile_choices
from deployer.config.loaded import LoadedFleet
from deployer.errors import UnhealthyError, UsageError
from deployer.model.health import USUAL_CHECK, CheckOptions, CheckReport
from deployer.model.protocols import Effects
from deployer.model.release import HubRef, Release
from deployer.workflows.choosing import loaded, one
from deployer.workflows.preparation import prepared, releases
from deployer.workflows.reading import read_fleet

_LOG_LINES = 20


def check_hub(
    effects: Effects, cluster: str, hub: str, *, all_profiles: bool = False, options: CheckOptions = USUAL_CHECK
) -> CheckReport:
    """Check one hub while nobody deploys it. Raises UnknownNameError, and UnhealthyError where nothing runs to be checked.

    A file that is broken, or gone, keeps only `all_profiles` from being done: a hub can be checked while somebody edits its file.
    """
    fleet = read_fleet(effects)
    target, ref = one(effects, fleet, cluster, hub)
    with ThreadPoolExecutor(2) as beside:
        beside.submit(effects.prober.ready)
        running = beside.submit(target.running, ref)
        release = _release(effects, fleet, ref, needed=all_profiles)
    if running.result() is None:
        raise UnhealthyError(f"{ref} does not run", hint=f"`deployer deploy {ref.cluster} {ref.hub}` starts it.")

    def log(user: str | None) -> Iterator[str]:
        return target.logs(ref, user=user, lines=_LOG_LINES)

    with target.lock(ref):
        access = target.access(ref)
        if release:
            login = None if access.login_replaced else expected_login(release)
            access = replace(access, profiles=profile_choices(release), login=login)
        return effects.prober.check(access, all_profiles=all_profiles, log=log, options=options)


def _release(effects: Effects, fleet: LoadedFleet, ref: HubRef, *, needed: bool) -> Release | None:
    """What the hub's file comes to, without its secrets. Raises UsageError and ConfigurationError where it is `needed`."""
    if needed:
        if loaded(fleet, ref) is None and ref not in fleet.broken:
            raise UsageError(f"no file of this fleet names {ref}, so its choices are not known", hint="leave out --all-profiles")
        return releases(effects, fleet, (ref,))[0]
    pair = loaded(fleet, ref)
    return prepared(fleet, *pair)[0] if pair else None
