"""How a secret is known where nobody says that it is one: by its beginning, by its name, and by how random it is.

Beginnings are those that makers of tokens document so that scanners find them (GitHub, GitLab, AWS, Slack, Google, OpenAI,
Anthropic, Stripe, Hugging Face, Docker, Grafana); what has none of its own is known by its name and by how random it is.
"""

from __future__ import annotations

import re
from functools import cache

TOKENS = {
    "a token of GitHub": rb"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40,})",
    "a token of GitLab": rb"\bgl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct)-[\w.-]{20,}",
    "an access key of AWS": rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a token of Slack": rb"\bxox[abeposr][.-][\w.-]{10,}|\bxapp-\d-[\w-]{10,}",
    "a webhook of Slack": rb"\bhooks\.slack\.com/(?:services|workflows|triggers)/\w+/\w+/\w+",
    "an API key of Google": rb"\bAIza[\w-]{35}\b",
    "a client secret of Google": rb"\bGOCSPX-[\w-]{20,}",
    "an API key of OpenAI or Anthropic": rb"\bsk-(?:(?:proj|svcacct|admin|ant-\w+)-[\w-]{20,}|[A-Za-z0-9]{32,})",
    "a key of Stripe": rb"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",
    "a token of Hugging Face": rb"\bhf_[A-Za-z0-9]{30,}",
    "a token of Docker": rb"\bdckr_[op]at_[\w-]{20,}",
    "a token of Grafana": rb"\bglsa_\w{32,}|\bglc_eyJ[\w+/=-]{20,}",
    "a JSON web token": rb"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "a private key": rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----",
    "an age key": rb"\bAGE-SECRET-KEY-1[A-Z0-9]{20,}",
}
"""What a token is -> how it looks, in bytes."""
BEGINNING = re.compile(
    rb"(?<![A-Za-z0-9])(?:gh[pousr]_|github_pat_|gl[a-z]{2,5}-|A[KS]IA|xox|xapp-|hooks\.slack|AIza|GOCSPX-|sk-|[rs]k_|hf_|dckr_|"
    rb"gls?[ac]_|eyJ|-----BEGIN|AGE-SECRET-KEY-1)"
)
"""Where one of them can begin: found in a tenth of the time."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_SECRET = frozenset({"secret", "password", "passwd", "passphrase", "pwd", "pass", "token", "apikey"})
"""As the last word of a name: everything below it is secret."""
_SECRET_TEXT = _SECRET | {"credential", "credentials", "auth", "authorization"}
"""As the last word of a text's own name; below such a name there are also servers and user names."""
_KEYED = frozenset({"api", "access", "private", "secret", "crypt", "encryption", "signing", "account", "keeper"})
_NOT_SECRET = frozenset({"existing", "mount", "automount", "create", "enable", "enabled", "image"})

LEAST = 16
"""Characters: what is shorter is no key that a machine made."""
_VALUE = re.compile(r"(?=\D*\d)(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9+/=_.~!@#$%^*-]{16,}")
_SCHEME = re.compile(r"(?:Bearer|Basic|Token) +", re.IGNORECASE)
"""What stands before a token in the header `Authorization`."""
_REFERENCE = re.compile(r"\$\w+|.*\.[a-z]{2,5}|[a-z]+(?:[-_.][a-z0-9]{1,8})+")
"""A variable that is filled in later; a file, or a host; names joined by hyphens or points."""
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NUMBERS = re.compile(r"\d+")
_FEW = 2
_SPEAKABLE = re.compile(r"(?=.*[aeiouy]).{3,}", re.IGNORECASE)


@cache
def is_secret_name(name: str, *, of_text: bool = True) -> bool:
    """`client_secret`, `apiToken`, `GITHUB_TOKEN`, `CryptKeeper.keys`; not `existingSecret`, `secretName`, `token_url`."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words or words[0] in _NOT_SECRET:
        return False
    if words[-1] in {"key", "keys"}:
        return len(words) > 1 and words[-2] in _KEYED
    return words[-1] in (_SECRET_TEXT if of_text else _SECRET)


def is_random(value: str) -> bool:
    """A key as a machine makes them: letters and digits without an order; no address, no file, no names that people give."""
    value = _SCHEME.sub("", value.strip(), count=1)
    return len(value) >= LEAST and bool(_VALUE.fullmatch(value)) and not (_REFERENCE.fullmatch(value) or _is_spoken(value))


def _is_spoken(value: str) -> bool:
    """Made of words: two thirds of its letters belong to something that can be said aloud; few letters stand alone, and few
    digits. Of what is random, one in a hundred is like that at 32 characters, one in ten at 16."""
    parts = _PARTS.findall(value)
    spoken = sum(len(part) for part in parts if _SPEAKABLE.fullmatch(part))
    alone = sum(len(part) == 1 for part in parts)
    return alone <= _FEW and len(_NUMBERS.findall(value)) <= _FEW and 3 * spoken >= 2 * sum(map(len, parts))
