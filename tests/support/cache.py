"""What the tests build or fetch once, below one folder, each in a folder named after the digest of its inputs.

Inside: the folder's place, digests, the one way to make something in it. Outside: what is made.
"""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

UNUSED = 7 * 24 * 3600.0
"""Seconds after which an older one goes."""
PROJECT = Path(__file__).resolve().parents[2]


def cache_root() -> Path:
    """The folder of all that is cached: `.cache` of the checkout, or what `DEPLOYER_TEST_CACHE` names."""
    return Path(os.environ.get("DEPLOYER_TEST_CACHE") or PROJECT / ".cache")


def digest(files: Iterable[Path], *words: str) -> str:
    """Twelve hex digits that stand for the contents of the files, in their order, and the words."""
    whole = hashlib.sha256()
    for content in [*(file.read_bytes() for file in files), *(word.encode() for word in words)]:
        whole.update(hashlib.sha256(content).digest())
    return whole.hexdigest()[:12]


def cached(name: str, build: Callable[[Path], None]) -> Path:
    """The folder `name` of the cache, made by `build` where it is not there yet.

    `build` gets an empty folder that becomes the real one when it returns, so a half-made one is never used. Of several
    that want it at once, one builds and the others wait.
    """
    folder = cache_root() / name
    if folder.is_dir():
        os.utime(folder)
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(folder.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            unfinished = folder.with_name(folder.name + ".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            build(unfinished)
            unfinished.rename(folder)
            _forget_unused(folder)
    return folder


def _forget_unused(folder: Path) -> None:
    """Remove older ones of the same thing, named with another digest, that nobody has used for a week."""
    thing = folder.name.rpartition("-")[0]
    for other in folder.parent.glob(f"{thing}-*") if thing else ():
        if other.is_dir() and time.time() - other.stat().st_mtime > UNUSED:
            shutil.rmtree(other, ignore_errors=True)
