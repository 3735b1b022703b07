"""Digests where secrets stand, so that values can be compared, kept and shown."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from typing import Any

from deployer.model.place import KeyPath
from deployer.model.release import Release
from deployer.model.secret import Secret

_DIGEST_LETTERS = 16
_SECRET_KEY = re.compile(
    r"(pass(word|wd|phrase)|secret|token|crypt_?key|private_?key|api_?key|access_?key|credential|^keys$)", re.IGNORECASE
)
_ABOUT_SECRETS = re.compile(r"(name|url|uri|file|path|claim|length|expires.*|expiry|ref|selector|type)$", re.IGNORECASE)
"""Keys that speak of a secret and do not hold it: secretName, token_url ..."""
_URL_PASSWORD = re.compile(r"(?<=://)([^/\s:@]*):([^/\s@]+)(?=@)")


def redacted(release: Release, key: bytes) -> Release:
    """The release with `hidden:<digest>` for each leaf that is secret: by its path, by a key that says so (somebody wrote
    a password in the open), and in addresses. Equal secrets give equal digests under one `key`, and only there."""
    values = _Redaction(key, release.secret_paths).of(release.values, (), hidden=False)
    return replace(release, values=values)


@dataclass(frozen=True, slots=True)
class _Redaction:
    key: bytes
    secret_paths: Container[KeyPath]

    def of(self, value: Any, path: KeyPath, *, hidden: bool) -> Any:
        hidden = hidden or path in self.secret_paths
        if isinstance(value, Mapping):
            return {
                name: self.of(inner, (*path, name), hidden=hidden or _is_secret(value, name)) for name, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.of(inner, (*path, number), hidden=hidden) for number, inner in enumerate(value)]
        if isinstance(value, Secret):
            return self._digest(value.reveal())
        if value is None or isinstance(value, bool) or value == "":
            return value
        if hidden:
            return self._digest(str(value))
        return _URL_PASSWORD.sub(self._in_address, value) if isinstance(value, str) else value

    def _in_address(self, match: re.Match[str]) -> str:
        return f"{match[1]}:{self._digest(match[2])}"

    def _digest(self, text: str) -> str:
        return f"hidden:{hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()[:_DIGEST_LETTERS]}"


def _is_secret(mapping: Mapping[Any, Any], key: Any) -> bool:
    """A key of a mapping that holds a secret by its name; in `{name: ..., value: ...}`, by what `name` is."""
    named = mapping.get("name") if key == "value" else key
    value = mapping[key]
    if not isinstance(named, str) or not _SECRET_KEY.search(named) or _ABOUT_SECRETS.search(named):
        return False
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))
