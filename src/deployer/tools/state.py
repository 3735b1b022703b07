"""This machine's memory, below `.deployer/`."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from pathlib import Path

from deployer.errors import MachineError
from deployer.model.protocols import Journal
from deployer.tools.files import create, make_folder, write_atomically
from deployer.tools.journal import SILENT

_DIGEST_BYTES = hashlib.sha256().digest_size
_KEY_BYTES = 32


class StateFolder:
    """Keeps what may be lost in `cache/`, each entry behind a digest of itself; hubs live beside it."""

    def __init__(self, root: Path, journal: Journal = SILENT) -> None:
        self.root = root
        self._journal = journal

    def get(self, key: str) -> bytes | None:
        try:
            entry = self._entry(key).read_bytes()
        except OSError:
            return None
        digest, content = entry[:_DIGEST_BYTES], entry[_DIGEST_BYTES:]
        return content if hashlib.sha256(content).digest() == digest else None

    def put(self, key: str, content: bytes) -> None:
        with suppress(MachineError):
            prepare(self.root)
            make_folder(self.root / "cache")
            write_atomically(self._entry(key), hashlib.sha256(content).digest() + content)
            self._journal.did("keep an entry of this machine's memory")

    def digest_key(self, *, keep: bool) -> bytes:
        path = self.root / "digest.key"
        with suppress(OSError):
            key = path.read_bytes()
            if len(key) == _KEY_BYTES:
                return key
        key = secrets.token_bytes(_KEY_BYTES)
        if keep:
            prepare(self.root)
            write_atomically(path, key)
            self._journal.did("keep the key of digests")
        return key

    def _entry(self, key: str) -> Path:
        return self.root / "cache" / hashlib.sha256(key.encode()).hexdigest()


def prepare(root: Path) -> None:
    """Make the state folder, which git then ignores. Passable by others, since servers of other users live below it; what is
    private has folders of its own. Raises MachineError."""
    if not (root / ".gitignore").exists():
        make_folder(root, mode=0o711)
        with suppress(FileExistsError):
            create(root / ".gitignore", "*\n")
