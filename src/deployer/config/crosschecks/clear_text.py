"""Values that look like secrets in files that are not encrypted.

Beginnings of tokens are those that their makers document so that scanners find them (GitHub, GitLab, AWS, Slack, Google, OpenAI);
what has no beginning of its own is known by its key and by how random it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from math import log2

from deployer.config.encryption import is_encrypted
from deployer.config.loaded import LoadedFleet
from deployer.config.messages import problem
from deployer.config.shelf import Shelf
from deployer.config.source_text import SourceText
from deployer.model.place import Place
from deployer.model.problem import Problem

_TOKENS = {
    "a token of GitHub": rb"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40,})",
    "a token of GitLab": rb"\bglpat-[\w-]{20}",
    "an access key of AWS": rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a token of Slack": rb"\bxox[abposr]-[\w-]{10,}",
    "an API key of Google": rb"\bAIza[\w-]{35}\b",
    "a client secret of Google": rb"\bGOCSPX-[\w-]{20,}",
    "a JSON web token": rb"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "a private key": rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "an age key": rb"\bAGE-SECRET-KEY-1[A-Z0-9]{20,}",
}
_TOKEN = re.compile(b"|".join(b"(%b)" % pattern for pattern in _TOKENS.values()))
_BEGINNING = re.compile(rb"gh[pousr]_|github_pat_|glpat-|AKIA|ASIA|xox|AIza|GOCSPX-|eyJ|-----BEGIN|AGE-SECRET-KEY-1")
"""A file without any of these has no such token: most files, found out in a tenth of the time."""
_IN_AN_ADDRESS = re.compile(rb"""://[^/\s:@"']*:(?![$<{%*])[^/\s@"']+@""")
"""A password between a user's name and the host; not one that is filled in later, as `$PASSWORD` or `{password}`."""
_KEY = re.compile(
    rb"""\b(\w*(?:secret|password|passwd|passphrase|token|api_?key|credentials?|crypt_?key|access_?key))["']?\s*$""",
    re.IGNORECASE,
)
_LONGEST_KEY = 120
_VALUE = re.compile(rb"""[:=](?=\s*["']?([A-Za-z0-9+/=_.~!@#$%^*-]{16,})["']?\s*(?:[,}\]#;]|$))""", re.MULTILINE)
_LEAST_BITS = 3.3
"""Shannon entropy a character: hexadecimal of 32 characters has about 3.5, words joined by hyphens mostly less than that of
random text with digits of the same length."""
_READ = (".yaml", ".yml", ".json", ".jsonnet", ".libsonnet", ".py")


def check(_fleet: LoadedFleet, shelf: Shelf) -> Iterator[Problem]:
    """Every file that people write below config/."""
    for path, content in shelf.tree.files.items():
        if path.startswith("config/") and path.endswith(_READ) and not is_encrypted(content):
            yield from _secrets(SourceText(path, content))


def _secrets(text: SourceText) -> Iterator[Problem]:
    told: set[int] = set()
    for match in _TOKEN.finditer(text.content) if _BEGINNING.search(text.content) else ():
        what = list(_TOKENS)[(match.lastindex or 1) - 1]
        told.add(_line(text, match.start()))
        yield problem("secret-in-clear", _hidden(text, match.start()), what=what)
    for match in _IN_AN_ADDRESS.finditer(text.content):
        if _line(text, match.start()) not in told:
            told.add(_line(text, match.start()))
            yield problem("secret-in-clear", _hidden(text, match.start()), what="a password in an address")
    for match in _VALUE.finditer(text.content):
        begins = max(0, match.start() - _LONGEST_KEY)
        key = _KEY.search(text.content[begins : match.start()])
        if key and _line(text, begins + key.start()) not in told and _is_random(match[1].decode()):
            yield problem("secret-in-clear", _hidden(text, begins + key.start()), what=f"the secret `{key[1].decode()}`")


def _is_random(value: str) -> bool:
    """Letters and digits without an order; not an address, a path, or names with points."""
    if not (re.search(r"\d", value) and re.search(r"[A-Za-z]", value)) or value.count("/") > 1 or "://" in value:
        return False
    if re.fullmatch(r"[a-z]+(?:[-_.][a-z0-9]+)+", value):
        return False
    bits = -sum(count / len(value) * log2(count / len(value)) for count in Counter(value).values())
    return bits >= _LEAST_BITS


def _line(text: SourceText, at: int) -> int:
    return text.content.count(b"\n", 0, at)


def _hidden(text: SourceText, at: int) -> Place:
    """Where it stands, without an excerpt: the line has the secret."""
    column = at - text.content.rfind(b"\n", 0, at)
    return Place(text.file, _line(text, at) + 1, column)
