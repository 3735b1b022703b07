"""Grammars of the small texts in the files: quantities, durations, shares, names, image references.

Each function takes the text as written and returns its meaning, or raises ValueError with a sentence for its author.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from fractions import Fraction
from functools import lru_cache
from string import Formatter
from urllib.parse import urlsplit

_SUFFIXES = {
    "": 1,
    "K": 1000,
    "M": 1000**2,
    "G": 1000**3,
    "T": 1000**4,
    "P": 1000**5,
    "Ki": 1024,
    "Mi": 1024**2,
    "Gi": 1024**3,
    "Ti": 1024**4,
    "Pi": 1024**5,
}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)([KMGTP]i?)?", re.ASCII)
_MILLI_CPUS = re.compile(r"\d+m", re.ASCII)
_CPUS = re.compile(r"\d+(\.\d+)?", re.ASCII)
_SHARE = re.compile(r"(\d+)(?:/(\d+))?", re.ASCII)
_SPACE = re.compile(r"\s")
_DURATION = re.compile(r"(\d+)(s|m|h|d)", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_MOST_BYTES, _MOST_CPUS, _LONGEST = 2**60, 100_000, 50 * 365 * 86400
"""Beyond these, numbers are slips, and do not fit into what Kubernetes, Helm and timers count with."""
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_TYPESET = "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{SINGLE LOW-9 QUOTATION MARK}`"
_TYPESET += "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{DOUBLE LOW-9 QUOTATION MARK}\xab\xbb"
"""Quotes as word processors set them, which YAML takes for letters."""
_GITHUB_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_DOMAIN_PATTERN = re.compile(r"[A-Za-z0-9*?\[][A-Za-z0-9*?!.\[\]_-]*")
_URN = re.compile(r"urn:[A-Za-z0-9][-A-Za-z0-9]*:\S+")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# The grammar of https://github.com/distribution/reference, with a registry, a path, a tag and a digest.
_IMAGE = re.compile(
    r"(?P<name>(?:(?:[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*(?::\d+)?/)?"
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,}))?",
    re.ASCII,
)

_SSH = re.compile(r"(?:ssh://)?(?:[\w.-]+@)(?P<host>[\w.-]+)(?::\d+/|:|/)(?P<path>\S+)")
_REGISTRY = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d+)?")
_IMAGE_PREFIX = re.compile(r"[a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*(?:[._/]|__|-+)?")

SERVER_FIELDS = (
    "username",
    "unescaped_username",
    "escaped_username",
    "safe_username",
    "userid",
    "servername",
    "unescaped_servername",
    "escaped_servername",
    "safe_servername",
    "user_server",
    "escaped_user_server",
    "safe_user_server",
    "hubnamespace",
    "namespace",
    "pod_name",
    "pvc_name",
)
"""What KubeSpawner 7.1 fills in (`KubeSpawner._expand_user_properties`)."""


def memory_bytes(text: str) -> int:
    """`512M`, `1.5G`, `10Gi` -> bytes."""
    match = _QUANTITY.fullmatch(text)
    if not match:
        raise ValueError(f"`{text}` is not a size; write a number and a unit, such as 512M or 2G (no space)")
    size = float(match[1]) * _SUFFIXES[match[2] or ""]
    if size > _MOST_BYTES:
        raise ValueError(f"`{text}` is more than any machine or disk has")
    return int(size)


def memory_size(text: str) -> int:
    """A quantity of memory or disk that says its unit: `512M`, `10Gi` -> bytes, more than none."""
    size = memory_bytes(text)
    if text.isdigit() or text.replace(".", "").isdigit():
        raise ValueError(f"`{text}` has no unit; write {text}Gi or {text}M")
    if not size:
        raise ValueError(f"`{text}` is nothing at all")
    return size


@lru_cache(maxsize=1024)
def memory_range(text: str) -> tuple[int, int]:
    """`512M..1G` -> (guarantee, limit) in bytes; `1G` is both."""
    low, _, high = text.partition("..")
    bounds = memory_size(low), memory_size(high or low)
    if bounds[0] > bounds[1]:
        raise ValueError(f"`{text}` begins with more than it ends with")
    return bounds


def cpu_count(text: str | float) -> float:
    """`0.5`, `2`, `"500m"` -> CPUs."""
    written = str(text)
    if _MILLI_CPUS.fullmatch(written):
        return int(written[:-1]) / 1000
    if not _CPUS.fullmatch(written):
        raise ValueError(f"`{written}` is not a number of CPUs; write 0.5 or 2")
    if float(written) > _MOST_CPUS:
        raise ValueError(f"`{written}` is more than any machine has")
    return float(written)


@lru_cache(maxsize=1024)
def cpu_range(text: str | float) -> tuple[float, float]:
    """`0.05..2` -> (guarantee, limit) in CPUs; `1` is both."""
    low, _, high = str(text).partition("..")
    bounds = cpu_count(low), cpu_count(high or low)
    if bounds[0] > bounds[1]:
        raise ValueError(f"`{text}` begins with more than it ends with")
    return bounds


def duration_seconds(text: str) -> int:
    """`90s`, `30m`, `1h`, `7d` -> seconds."""
    match = _DURATION.fullmatch(text)
    if not match:
        raise ValueError(f"`{text}` is not a duration; write a whole number and s, m, h or d, such as 30m or 7d")
    seconds = int(match[1]) * _SECONDS[match[2]]
    if seconds > _LONGEST:
        raise ValueError(f"`{text}` is longer than fifty years")
    return seconds


def time_span(text: str) -> int:
    """A duration that is more than none."""
    seconds = duration_seconds(text)
    if not seconds:
        raise ValueError(f"`{text}` is no time at all")
    return seconds


@lru_cache(maxsize=1024)
def share(text: str | int) -> Fraction:
    """`1/8` or `1` -> the fraction of a whole, above 0 and at most 1."""
    match = _SHARE.fullmatch(str(text))
    if not match or not int(match[2] or 1):
        raise ValueError(f"`{text}` is not a share; write a fraction such as 1/8, or 1 for the whole")
    fraction = Fraction(int(match[1]), int(match[2] or 1))
    if not 0 < fraction <= 1:
        raise ValueError(f"`{text}` is not between nothing and the whole")
    return fraction


def dns_label(text: str) -> str:
    """A Kubernetes name: lower-case letters, digits and hyphens, at most 63."""
    if len(text) > 63 or not _LABEL.fullmatch(text):
        raise ValueError(f"`{text}` is not a name that Kubernetes takes: lower-case letters, digits and hyphens, at most 63")
    return text


def domain(text: str) -> str:
    """A host name with at least one dot, in lower case."""
    if not _DOMAIN.fullmatch(text) and _DOMAIN.fullmatch(text.lower()):
        raise ValueError(f"`{text}` has capital letters; write {text.lower()}")
    if not _DOMAIN.fullmatch(text):
        raise ValueError(f"`{text}` is not a domain name; write it like hub.example.org, without https://")
    return text


def url(text: str) -> str:
    """An http or https address."""
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError(f"`{text}` is not an address; write it like https://example.org/page, without brackets") from None
    if parts.scheme not in ("http", "https") or not parts.netloc or _SPACE.search(text):
        raise ValueError(f"`{text}` is not an address; it begins with https:// or http://")
    return text


def git_repository(text: str) -> str:
    """Where git clones from without a key: an http or https address."""
    over_ssh = _SSH.fullmatch(text)
    if over_ssh:
        https = f"https://{over_ssh['host']}/{over_ssh['path']}"
        raise ValueError(f"`{text}` needs a key, which servers have not; write {https}")
    return url(text)


def entity_id(text: str) -> str:
    """The name of an identity provider in SAML's federations: an address, or a URN in those that are older."""
    if _URN.fullmatch(text):
        return text
    try:
        return url(text)
    except ValueError:
        raise ValueError(f"`{text}` is not an entity id; it begins with https:// or urn:") from None


def chart_repository(text: str) -> str:
    """Where charts come from: a repository's address, or a registry's with oci://."""
    if not text.startswith("oci://"):
        return url(text)
    url(f"https://{text.removeprefix('oci://')}")
    return text


def image_reference(text: str) -> tuple[str, str, str]:
    """`quay.io/a/b:tag@sha256:...` -> (name, tag or "", digest or "")."""
    match = _IMAGE.fullmatch(text)
    if not match:
        raise ValueError(f"`{text}` is not an image; write it like quay.io/jupyter/scipy-notebook:2026-11-02")
    return match["name"], match["tag"] or "", match["digest"] or ""


def registry_host(text: str) -> str:
    """The host of a registry, with its port where it has one; no address, and no path."""
    if not _REGISTRY.fullmatch(text):
        host = re.sub(r"^[a-z]+://", "", text.strip()).partition("/")[0].lower()
        advice = f"write {host}" if _REGISTRY.fullmatch(host) else "write its host, such as quay.io"
        raise ValueError(f"`{text}` is not the host of a registry; {advice}; what follows it begins image_prefix")
    return text


def image_prefix(text: str) -> str:
    """What stands between a registry and the rest of an image's name."""
    if not _IMAGE_PREFIX.fullmatch(text):
        raise ValueError(f"`{text}` cannot begin an image's name; write it like my-team/my-hub-, in lower-case letters")
    return text


def fields(text: str) -> list[str]:
    """The names in braces that `str.format` would fill in; ValueError where braces do not close."""
    return [field.split(".")[0].split("[")[0] for _, field, _, _ in Formatter().parse(text) if field is not None]


def filled_in(text: str, known: Collection[str] = SERVER_FIELDS) -> str:
    """A text in which the start of a server puts `{username}` and its like; other braces would end it."""
    try:
        found = fields(text)
    except ValueError:
        raise ValueError(f"`{text}` has a brace that does not close; take it away") from None
    for field in found:
        if field not in known:
            raise ValueError(
                f"`{{{field}}}` is nothing that is filled in here; write {{username}} for the person's name, or no braces"
            )
    return text


def env_name(text: str) -> str:
    """The name of an environment variable."""
    if not _ENV_NAME.fullmatch(text):
        raise ValueError(f"`{text}` is not a name for an environment variable: letters, digits and _, not beginning with a digit")
    return text


def file_mode(text: str) -> int:
    """`"0644"` -> the permissions of a file."""
    if not re.fullmatch(r"0[0-7]{3}", text):
        raise ValueError(f'`{text}` is not a file mode; write four octal digits in quotes: "0644"')
    return int(text, 8)


def cloud_account(number: str | int) -> str:
    """An AWS account: twelve digits."""
    text = str(number)
    if not re.fullmatch(r"\d{12}", text, re.ASCII):
        raise ValueError(f'`{text}` is not an AWS account; it has twelve digits, in quotes: "012345678901"')
    return text


def kubernetes_version(text: str) -> tuple[int, int]:
    """`"1.36"` -> (1, 36)."""
    match = re.fullmatch(r"1\.(\d{2})", text, re.ASCII)
    if not match:
        raise ValueError(f'`{text}` is not a version of Kubernetes; write major and minor in quotes: "1.36"')
    return 1, int(match[1])


def taint(text: str) -> tuple[str, str, str]:
    """`key=value:Effect` -> its three parts."""
    match = re.fullmatch(r"([A-Za-z0-9./_-]+)=([A-Za-z0-9._-]*):(NoSchedule|PreferNoSchedule|NoExecute)", text)
    if not match:
        raise ValueError(f"`{text}` is not a taint; write key=value:NoSchedule (or PreferNoSchedule, NoExecute)")
    return match[1], match[2], match[3]


def mail_address(text: str) -> str:
    """name@domain."""
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", text) or _unquoted(text) != text:
        raise ValueError(f"`{text}` is not a mail address; write all of it, such as name@example.org")
    return text


def _unquoted(text: str) -> str:
    return text.strip().strip(_TYPESET).strip()


def person(text: str) -> str:
    """A user name of a provider of which nothing else is known."""
    plain = _unquoted(text)
    if plain != text:
        raise ValueError(f"`{text}` has quotes or blanks as a part of the name; write {plain}")
    return text


def github_user(text: str) -> str:
    """A user name of GitHub. Names that an enterprise gives have an underscore."""
    if not _GITHUB_USER.fullmatch(text):
        plain = _unquoted(text).rstrip("/").rpartition("/")[2].removeprefix("@")
        advice = f"write {plain}" if _GITHUB_USER.fullmatch(plain) else "it has letters, digits and hyphens, no blanks"
        raise ValueError(f"`{text}` is not a user name of GitHub; {advice}")
    return text


def mail_domain(text: str) -> str:
    """What stands behind the @ of a mail address."""
    return domain(text.lower())


def domain_pattern(text: str) -> str:
    """A domain, or one with the wildcards of file names: `*.example.org`."""
    if not _DOMAIN_PATTERN.fullmatch(text):
        raise ValueError(f"`{text}` is not a domain; write what stands behind the @, such as example.org or *.example.org")
    return text


def interface(text: str) -> str:
    """`lab`, `notebook`, or a path below a user's server."""
    if text not in ("lab", "notebook") and not re.fullmatch(r"/\S*", text):
        raise ValueError(f"`{text}` is no interface; write lab, notebook, or a path that begins with /, such as /rstudio")
    return filled_in(text, ("username",))


def github_team(text: str) -> str:
    """`organization` or `organization:team`, as GitHub spells them in addresses."""
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?::[A-Za-z0-9_.-]+)?", text):
        raise ValueError(f"`{text}` is not a GitHub organization, nor organization:team")
    return text


def gitlab_group(text: str) -> str:
    """A group of GitLab. oauthenticator 17.4 escapes it twice, so that no other sign gets through."""
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", text):
        raise ValueError(f"`{text}` is no group's own name; write a subgroup's number, which its page shows, in quotes")
    return text


def globus_group(text: str) -> str:
    """The id of a Globus group."""
    if not re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        raise ValueError(
            f"`{text}` is not the id of a Globus group; its page at app.globus.org shows it, five parts of 0-9 and a-f"
        )
    return text


def globus_user(text: str) -> str:
    """A user name of a hub with login by Globus: what stands before the @."""
    name, at, _ = person(text).partition("@")
    if at:
        raise ValueError(f"nobody comes by the name `{text}`: those that Globus gives end before the @; write {name}")
    return text
