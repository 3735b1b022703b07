"""Grammars of paths and of what git calls a branch, like those in `config.scalars`: the text as written to its meaning.

A path comes back in its shortest form, so that one place has one name: `./a/` is `a`.
"""

from __future__ import annotations

import posixpath
import re

from deployer.config.scalars import filled_in

_OF_THE_SYSTEM = frozenset({"/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr", "/var"})
"""Folders of every image without which nothing starts in it."""
_OF_EVERY_IMAGE = _OF_THE_SYSTEM | {"/media", "/mnt", "/opt", "/root", "/srv", "/tmp"}  # noqa: S108 - no file of ours
_NO_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/]|[/.]$|(?:^|/)\.|\.lock(?:/|$)|^(?:@|HEAD)$")
"""What `git check-ref-format --branch` refuses."""
_IN_A_HOME = re.compile(r"^(~|/home/[^/]+|\$HOME)?/+")


def relative_path(text: str) -> str:
    """A path that stays below its folder."""
    if not text or not _is_below(text):
        raise ValueError(f"`{text}` is not a path below this folder; write it without / in front, and without ..")
    return text


def _is_below(text: str) -> bool:
    return not text.startswith("/") and ".." not in text.split("/") and "\\" not in text


def home_folder(text: str) -> str:
    """A folder below the home."""
    try:
        relative_path(text)
    except ValueError:
        plain = _IN_A_HOME.sub("", text)
        advice = f"write {plain}" if plain and _is_below(plain) else "write one without / in front, and without .."
        raise ValueError(f"`{text}` is not a path below the home; {advice}") from None
    path = posixpath.normpath(text)
    if path == ".":
        raise ValueError(f"`{text}` is the home itself; write the name of a folder in it")
    return path


def shared_folder(text: str) -> str:
    """A folder below the home that is mounted there, the same for everybody."""
    if "{" in text or "}" in text:
        raise ValueError(f"`{text}` has braces; write the one name that the folder has for everybody")
    return _mounted(home_folder(text))


def absolute_path(text: str) -> str:
    """A path from the root."""
    if not text.startswith("/") or ".." in text.split("/"):
        raise ValueError(f"`{text}` is not a whole path; it begins with /")
    return "/" + posixpath.normpath(text).lstrip("/")


def mount_path(text: str) -> str:
    """A path from the root where a volume or a file can be, without hiding the system."""
    path = filled_in(_mounted(absolute_path(text)))
    if path == "/":
        raise ValueError(f"`{text}` is the whole system; write a folder in it")
    if path in _OF_THE_SYSTEM:
        raise ValueError(f"`{text}` is a folder of the system; write a path in it, or another one")
    return path


def file_path(text: str) -> str:
    """A path from the root that can be a file's."""
    if text.endswith("/") or text in _OF_EVERY_IMAGE:
        raise ValueError(f"`{text}` is a folder; write the file's own name behind it")
    return mount_path(text)


def _mounted(path: str) -> str:
    if ":" in path:
        raise ValueError(f"`{path}` has a colon, and Kubernetes mounts nothing there; leave the colon out")
    return path


def git_branch(text: str) -> str:
    """The name of a branch or a tag."""
    if _NO_BRANCH.search(text):
        raise ValueError(f"`{text}` is no name of a branch that git allows; write it as the repository's page shows it")
    return text
