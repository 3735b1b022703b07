"""Who may read encrypted files: the rules of `.sops.yaml`, and what an encrypted file says of itself.

Both as sets of texts that can be compared, such as `age age1...` or `gcp_kms projects/...`. Formats: https://getsops.io/docs,
"Using .sops.yaml conf to select KMS, PGP and age for new files".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CONFIGURATION = ".sops.yaml"
_OF_A_RULE = {
    "age": "age",
    "kms": "kms",
    "gcp_kms": "gcp_kms",
    "azure_keyvault": "azure_kv",
    "hc_vault_transit_uri": "hc_vault",
    "hc_vault": "hc_vault",
    "vault": "hc_vault",
    "pgp": "pgp",
}
"""A kind of key as rules call it -> as files call it."""


class PatternError(ValueError):
    """A rule's path_regex is no regular expression."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(reason)
        self.number = number


@dataclass(frozen=True, slots=True)
class Rule:
    """One creation rule. `pattern`: None matches every path."""

    number: int
    pattern: re.Pattern[str] | None
    recipients: frozenset[str]

    def covers(self, path: str) -> bool:
        """The rule is about this path, relative to .sops.yaml."""
        return self.pattern is None or bool(self.pattern.search(path))


def rules(configuration: Any) -> Iterator[Rule]:
    """The creation rules, in order; the first that covers a path counts. Raises PatternError."""
    for number, rule in enumerate(_list(_get(configuration, "creation_rules"))):
        if isinstance(rule, Mapping):
            yield Rule(number, _pattern(number, rule.get("path_regex")), frozenset(_of_rule(rule)))


def _pattern(number: int, written: Any) -> re.Pattern[str] | None:
    try:
        return re.compile(str(written)) if written else None
    except re.error as error:
        raise PatternError(number, str(error)) from None


def _of_rule(rule: Mapping[str, Any]) -> Iterator[str]:
    groups = _list(rule.get("key_groups")) or [rule]
    for group in groups:
        for name, kind in _OF_A_RULE.items():
            for entry in _entries(_get(group, name)):
                yield _recipient(kind, entry)
        for merged in _list(_get(group, "merge")):
            yield from _of_rule({"key_groups": [merged]})


def of_file(block: Any) -> frozenset[str]:
    """The recipients that the block `sops` of an encrypted file names."""
    groups = _list(_get(block, "key_groups")) or [block]
    kinds = dict.fromkeys(_OF_A_RULE.values())
    return frozenset(_recipient(kind, entry) for group in groups for kind in kinds for entry in _entries(_get(group, kind)))


def _entries(said: Any) -> Sequence[Any]:
    """A list, or names with commas between them."""
    if isinstance(said, str):
        return [name.strip() for name in said.replace("\n", ",").split(",") if name.strip()]
    return [part for entry in _list(said) for part in (_entries(entry) if isinstance(entry, str) else [entry])]


def _recipient(kind: str, entry: Any) -> str:
    name = entry if isinstance(entry, str) else _named(kind, entry if isinstance(entry, Mapping) else {})
    match kind:
        case "pgp":
            name = name.replace(" ", "").upper()
        case "kms":
            name = name.partition("+")[0]
        case "azure_kv":
            # A rule may leave the version out, then sops writes down the newest of that time.
            name = re.sub(r"^(https://[^/]+/keys/[^/]+).*$", r"\1", name)
        case _:
            name = name.rstrip("/")
    return f"{kind} {name}"


def _named(kind: str, entry: Mapping[str, Any]) -> str:
    """A key that is written as a mapping: of a file always, of a rule in `key_groups`."""

    def field(*names: str) -> str:
        return next((str(entry[name]) for name in names if entry.get(name)), "")

    match kind:
        case "azure_kv":
            return f"{field('vault_url', 'vaultUrl').rstrip('/')}/keys/{field('name', 'key')}"
        case "hc_vault":
            return f"{field('vault_address').rstrip('/')}/v1/{field('engine_path')}/keys/{field('key_name')}"
        case _:
            return field("recipient", "resource_id", "arn", "fp")


def _get(node: Any, name: str) -> Any:
    return node.get(name) if isinstance(node, Mapping) else None


def _list(node: Any) -> list[Any]:
    return node if isinstance(node, list) else []
