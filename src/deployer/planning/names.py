"""Whether a change gives people other names than theirs: their homes are called after these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from deployer.compiling.checks.tables import ConfigClass, table
from deployer.model.naming import CLAIMS, DOMAINS, IDPS, INSTITUTION, RENAMED, STRIP, naming
from deployer.model.place import value_at

_CLASS = ("JupyterHub", "authenticator_class")
_NOBODY = frozenset({"NullAuthenticator", "TmpAuthenticator"})
"""Whoever comes by these, comes to a home of nobody."""
_STRIPPING = "GoogleOAuthenticator"


def other_names(before: Any, after: Any) -> Iterator[str]:
    """What changes of the way in which people get their names, in words: `hub.config`, before and after."""
    was, becomes = _class(before), _class(after)
    if was in _NOBODY:
        return
    if was != becomes:
        yield f"people log in by `{becomes}` and no more by `{was}`, and homes are called after the names that it gives them"
        return
    old, new = _traits(before), _traits(after)
    told = (_claims(old, new), _idps(old, new), _renamed(old, new), _institution(old, new))
    yield from chain(*told, _stripped(old, new) if was == _STRIPPING else ())


def _known(config: Any) -> ConfigClass | None:
    return table().authenticator(str(value_at(config, _CLASS)))


def _class(config: Any) -> str:
    """A class has several names."""
    known = _known(config)
    return known.name if known else str(value_at(config, _CLASS) or "")


def _traits(config: Any) -> Mapping[str, Any]:
    """By the sections that the class reads, the nearest first; one of somebody's own may read any."""
    told, known = naming(config), _known(config)
    read: Iterable[str] = (known.name, *known.parents) if known else told
    return {name: value for section in reversed(list(read)) for name, value in told.get(section, {}).items()}


def _claims(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in CLAIMS:
        was, becomes = before.get(name), after.get(name)
        if was != becomes:
            yield f"people's names are made otherwise: {name} was {said(was)} and becomes {said(becomes)}"


def _idps(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """People of an identity provider that goes can log in no more. Where none stays, the same people come by another."""
    was, becomes = _derivations(before), _derivations(after)
    if was and not was.keys() & becomes.keys():
        yield "people's names are made otherwise: none of the identity providers stays"
    for idp in was.keys() & becomes.keys():
        if was[idp] != becomes[idp]:
            yield f"names of people of {idp} are made otherwise: from {said(was[idp])} before, from {said(becomes[idp])} now"


def _derivations(traits: Mapping[str, Any]) -> Mapping[str, Any]:
    idps: Mapping[str, Any] = next((traits[name] for name in IDPS if isinstance(traits.get(name), Mapping)), {})
    return {idp: value_at(told, ("username_derivation",)) for idp, told in idps.items()}


def _renamed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    was, becomes = (traits.get(RENAMED) or {} for traits in (before, after))
    for name in sorted(was.keys() | becomes.keys()):
        if was.get(name, name) != becomes.get(name, name):
            yield f"{name} was named {said(was.get(name, name))} and becomes {said(becomes.get(name, name))} ({RENAMED})"


def _institution(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Globus names are without their institution; where any could come before, nobody gets another home."""
    was, becomes = before.get(INSTITUTION), after.get(INSTITUTION)
    if was and was != becomes:
        yield f"people of other institutions have the same names: {INSTITUTION} was {said(was)} and becomes {said(becomes)}"


def _stripped(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """People whose domain is taken off their name only before, or only now."""
    for domain in sorted(_domains(before) | _domains(after)):
        if _admits(before, domain) and _admits(after, domain) and _strips(before, domain) != _strips(after, domain):
            how = "with" if _strips(before, domain) else "without"
            yield f"people of {domain} are named {how} their domain now: {STRIP} or {DOMAINS} changes"


def _domains(traits: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(traits.get(DOMAINS) or ())


def _admits(traits: Mapping[str, Any], domain: str) -> bool:
    return not _domains(traits) or domain in _domains(traits)


def _strips(traits: Mapping[str, Any], domain: str) -> bool:
    """Where nothing is said, oauthenticator takes it off of a single domain."""
    return domain in _domains(traits) and bool(traits.get(STRIP, len(_domains(traits)) <= 1))


def said(value: Any) -> str:
    """A setting's value in a sentence."""
    return "not set" if value is None else f"`{value}`"
