"""The one place that starts programs."""

from __future__ import annotations

import math
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from deployer.errors import ToolFailedError, ToolMissingError
from deployer.model.protocols import Finished, Journal
from deployer.tools.interruption import Interruption
from deployer.tools.journal import SILENT
from deployer.tools.machine import refusal

BASE_NAMES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
PROXY_NAMES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")
_LAST_LINES = 12
_SECONDS_TO_END = 5.0
_LOOK = 0.5
"""Seconds between two looks whether a thread that waits for a program was interrupted."""
_VERB = re.compile("[a-z][a-z-]*")


def base_environment(environ: Mapping[str, str]) -> Mapping[str, str]:
    """What every program gets: where programs are, whose home, which language, which proxies. No secrets are among them."""
    names = (*BASE_NAMES, *PROXY_NAMES, *(name.upper() for name in PROXY_NAMES))
    return MappingProxyType({name: environ[name] for name in names if name in environ})


class SystemProcess:
    """Starts programs with an environment of their own, so that no secret of the caller's leaks into them."""

    def __init__(self, environ: Mapping[str, str], journal: Journal = SILENT, interruption: Interruption | None = None) -> None:
        self._base = base_environment(environ)
        self._journal = journal
        self._interruption = interruption or Interruption()

    def which(self, program: str) -> Path | None:
        found = shutil.which(program, path=self._base.get("PATH", os.defpath))
        return Path(found) if found else None

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float | None = None,
        check: bool = True,
        advice: Mapping[str, str] | None = None,
    ) -> Finished:
        child = self._child(command, cwd, env, stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE)
        with child:
            try:
                stdout, stderr = self._output(child, stdin, math.inf if timeout is None else timeout)
            except subprocess.TimeoutExpired:
                _end(child)
                raise ToolFailedError(f"{_shown(command)} did not end within {timeout:g} seconds and was stopped") from None
            except BaseException:
                _end(child)
                raise
        self._journal.did(f"run {_shown(command)}")
        finished = Finished(child.returncode, stdout, stderr)
        if check and finished.code != 0:
            raise _failure(command, finished, advice or {})
        return finished

    def _output(self, child: subprocess.Popen[str], stdin: str | None, timeout: float) -> tuple[str, str]:
        until = time.monotonic() + timeout
        while True:
            left = until - time.monotonic()
            try:
                return child.communicate(stdin, timeout=min(left, _LOOK))
            except subprocess.TimeoutExpired:
                if left <= _LOOK:
                    raise
            self._interruption.check()
            stdin = None  # It has it, and takes it once.

    def start(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path) -> int:
        try:
            output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise refusal(error, "write", log) from error
        try:
            child = subprocess.Popen(
                list(command),
                cwd=cwd,
                env={**self._base, **env},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        except FileNotFoundError:
            raise ToolMissingError(f"the program {command[0]} is not there") from None
        except OSError as error:
            raise refusal(error, "start", command[0]) from error
        finally:
            os.close(output)
        # Reaped at its end, so that nobody takes a zombie for a living daemon while this process runs.
        threading.Thread(target=child.wait, daemon=True).start()
        self._journal.did(f"start {_shown(command)}")
        return child.pid

    def attend(self, command: Sequence[str], *, env: Mapping[str, str]) -> int:
        """Run a program on this process's terminal, such as an editor. Raises ToolMissingError."""
        try:
            return subprocess.run(list(command), env={**self._base, **env}, check=False).returncode
        except FileNotFoundError:
            raise ToolMissingError(f"`{command[0]}` is not there", hint="Set EDITOR to an editor of yours.") from None

    def _child(
        self, command: Sequence[str], cwd: Path | None, env: Mapping[str, str] | None, *, stdin: int
    ) -> subprocess.Popen[str]:
        try:
            return subprocess.Popen(
                list(command),
                cwd=cwd,
                env={**self._base, **(env or {})},
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                # A group of its own: Ctrl-C reaches this process alone, which then ends the program and its children.
                process_group=0,
            )
        except FileNotFoundError:
            raise ToolMissingError(
                f"`{Path(command[0]).name}` is needed and not there", hint="Install it, or put its folder on PATH."
            ) from None
        except OSError as error:
            raise refusal(error, "start", command[0]) from error


def _end(child: subprocess.Popen[str]) -> None:
    """End a program and all that it started: first asked, then made."""
    for sign, patience in ((signal.SIGTERM, _SECONDS_TO_END), (signal.SIGKILL, _SECONDS_TO_END)):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            child.communicate(timeout=patience)
            break
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _shown(command: Sequence[str]) -> str:
    """The program and its verb; never all arguments, which may be long."""
    words = [Path(command[0]).name, *(word for word in command[1:2] if _VERB.fullmatch(word))]
    return f"`{' '.join(words)}`"


def _failure(command: Sequence[str], finished: Finished, advice: Mapping[str, str]) -> ToolFailedError:
    output = finished.stderr.strip() or finished.stdout.strip()
    said = "\n".join(f"  {line}" for line in output.splitlines()[-_LAST_LINES:])
    hint = next((words for piece, words in advice.items() if piece in output), "")
    ended = f"was ended by signal {-finished.code}" if finished.code < 0 else f"ended with {finished.code}"
    return ToolFailedError(f"{_shown(command)} {ended}{':' if said else ''}\n{said}".rstrip(), hint=hint)
