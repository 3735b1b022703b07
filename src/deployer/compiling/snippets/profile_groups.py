"""Which profiles and choices a person may see and start: those without `allowed_groups`, and those of one of their groups.

KubeSpawner knows no groups, but it asks this filter again for every start and takes only what is in the answer. So nothing here
hides: what is taken away cannot be started through the API either. What cannot be understood is taken away.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any


class DeployerProfiles:
    """A `profile_list` for KubeSpawner.

    `profiles` is z2jh's `singleuser.profileList`. `check` is the health check's user: it has no groups and must try everything.
    With nothing left for a person, `refuse()` is raised: an empty list would start a server without any profile.
    """

    def __init__(self, profiles: Any, check: str, refuse: Callable[[], Exception]) -> None:
        self._profiles = [profiles[name] for name in sorted(profiles)] if isinstance(profiles, dict) else list(profiles)
        self._check = check
        self._refuse = refuse

    def __call__(self, spawner: Any) -> list[dict[str, Any]]:
        """The profiles of the person whose server this is."""
        profiles = deepcopy(self._profiles)
        if self._is_the_check(spawner):
            return profiles
        groups = {group.name.casefold() for group in spawner.user.groups}
        allowed = [reduced for profile in profiles if (reduced := self._reduced(profile, groups)) is not None]
        if not allowed:
            raise self._refuse()
        return allowed

    def _is_the_check(self, spawner: Any) -> bool:
        """Its name, and nobody can log in under it."""
        return bool(spawner.user.name == self._check and self._check in spawner.authenticator.blocked_users)

    def _reduced(self, profile: dict[str, Any], groups: set[str]) -> dict[str, Any] | None:
        """A profile as the person may use it; None where it is not theirs, or where one of its lists would be empty."""
        if not self._may_use(profile, groups):
            return None
        options = {name: self._reduced_option(option, groups) for name, option in (profile.get("profile_options") or {}).items()}
        if not all(options.values()):
            return None
        return profile | {"profile_options": options} if options else profile

    def _reduced_option(self, option: dict[str, Any], groups: set[str]) -> dict[str, Any] | None:
        """A list of choices without those that the person may not take; None where nothing is left of it."""
        choices = {name: choice for name, choice in (option.get("choices") or {}).items() if self._may_use(choice, groups)}
        typed = option.get("unlisted_choice") or {}
        reduced = {name: entry for name, entry in option.items() if name != "unlisted_choice"} | {"choices": choices}
        if typed.get("enabled") and self._may_use(typed, groups):
            reduced["unlisted_choice"] = typed
        return reduced if choices or "unlisted_choice" in reduced else None

    @staticmethod
    def _may_use(entry: dict[str, Any], groups: set[str]) -> bool:
        """An entry that says nothing of groups is everybody's; otherwise one of them must be the person's, whatever its case."""
        if "allowed_groups" not in entry:
            return True
        allowed = entry["allowed_groups"]
        return isinstance(allowed, list) and any(isinstance(name, str) and name.casefold() in groups for name in allowed)
