"""A person's editor, for text that must not stay anywhere."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from deployer.errors import ToolFailedError
from deployer.tools.files import PRIVATE, write_atomically
from deployer.tools.private import private_folder
from deployer.tools.process import SystemProcess


class TerminalEditor:
    """$VISUAL, $EDITOR or vi, on a 0600 file in a private folder, in memory where the system has one; gone at any end."""

    def __init__(self, process: SystemProcess, environ: Mapping[str, str]) -> None:
        self._process = process
        self._command = shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or "vi")
        self._env = {name: environ[name] for name in ("TERM", "COLORTERM", "TERMINFO") if name in environ}

    def edit(self, text: str, *, suffix: str) -> str:
        """The text as the person left it. Raises ToolFailedError where the editor ends with an error."""
        with private_folder() as folder:
            file = folder / f"secret{suffix}"
            write_atomically(file, text, mode=PRIVATE)
            code = self._process.attend([*self._command, str(file)], env=self._env)
            if code != 0:
                raise ToolFailedError(f"the editor `{self._command[0]}` ended with {code}", hint="Nothing was changed.")
            return file.read_text()
