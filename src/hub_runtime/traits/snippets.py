"""`hub.extraConfig`: the person's own Python, in the order of its names, all in one namespace, as in the chart.

A snippet that fails is told by its name and line, without the stack of everything around it.
"""

from __future__ import annotations

import glob
import linecache
import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from jupyterhub.utils import url_path_join
from kubernetes_asyncio import client
from tornado.httpclient import AsyncHTTPClient

from hub_runtime import z2jh
from hub_runtime.errors import ConfigurationProblem

_QUOTED = re.compile(r"""(["'])((?:(?!\1)[^\\\s]|\\\S){8,})\1""")
_CONFIG_FOLDER = PurePosixPath("/usr/local/etc/jupyterhub/jupyterhub_config.d")


def run_all(c: Any, values: Mapping[str, Any], *, forgiving: bool = False) -> tuple[str, ...]:
    """Run every snippet. Raises ConfigurationProblem for the first that fails, or, if `forgiving`, returns what failed."""
    namespace = _namespace(c)
    left_out = []
    for name, source in _sources(values):
        try:
            _run(name, source, namespace)
        except ConfigurationProblem as problem:
            if not forgiving:
                raise
            left_out.append(str(problem))
    return tuple(left_out)


def _sources(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Files that `hub.extraFiles` puts into the hub's folder for configuration, then `hub.extraConfig`."""
    files = {
        PurePosixPath(file["mountPath"]): (key, file.get("stringData") or "")
        for key, file in (z2jh.get_config("hub.extraFiles") or {}).items()
        if PurePosixPath(file.get("mountPath", "")).parent == _CONFIG_FOLDER and file["mountPath"].endswith(".py")
    }
    for _, (key, source) in sorted(files.items()):
        yield f"hub.extraFiles.{key}", source
    for key, source in sorted((z2jh.get_config("hub.extraConfig") or {}).items()):
        yield f"hub.extraConfig.{key}", source


def _namespace(c: Any) -> dict[str, Any]:
    """The names that the chart's own configuration file has where it runs snippets."""
    return {
        "__name__": "jupyterhub_config",
        "__builtins__": __builtins__,
        "c": c,
        "get_config": z2jh.get_config,
        "get_name": z2jh.get_name,
        "get_name_env": z2jh.get_name_env,
        "get_secret_value": z2jh.get_secret_value,
        "set_config_if_not_none": z2jh.set_config_if_not_none,
        "url_path_join": url_path_join,
        "client": client,
        "AsyncHTTPClient": AsyncHTTPClient,
        "glob": glob,
        "os": os,
        "re": re,
        "sys": sys,
    }


def _run(name: str, source: str, namespace: dict[str, Any]) -> None:
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    try:
        exec(compile(source, name, "exec"), namespace)  # noqa: S102 (the person's own configuration, as in the chart)
    except SyntaxError as error:
        raise ConfigurationProblem(_told(name, error.lineno, f"{error.msg}", source)) from error
    except SystemExit as error:
        raise ConfigurationProblem(_told(name, _line(name, error), f"it ended the hub: {error.code}", source)) from error
    except Exception as error:
        raise ConfigurationProblem(_told(name, _line(name, error), f"{type(error).__name__}: {error}", source)) from error


def _line(name: str, error: BaseException) -> int | None:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    return lines[-1] if lines else None


def _told(name: str, line: int | None, what: str, source: str) -> str:
    lines = source.splitlines()
    shown = f"\n    {lines[line - 1].strip()}" if line and line <= len(lines) else ""
    return _without_secrets(f"{name}{f', line {line}' if line else ''}: {what}{shown}", source)


def _without_secrets(text: str, source: str) -> str:
    """Stars for every text of the snippet that may be a password: long, without spaces, with letters and digits."""
    for match in _QUOTED.finditer(source):
        literal = match[2]
        if re.search(r"[A-Za-z]", literal) and re.search(r"\d", literal):
            text = text.replace(literal, "********")
    return text
