"""The environment in which hubs run, made once by the product's own installer, below the tests' cache."""

import os
import sys
from functools import cache
from pathlib import Path

from tests.support.cache import PROJECT, cache_root

from deployer.cli.progress import PlainProgress
from deployer.targets.local.runtime import Runtime
from deployer.tools.clock import SystemClock
from deployer.tools.environments import Installer, settings_of_installers
from deployer.tools.locks import FileLock
from deployer.tools.process import SystemProcess

SOURCES = PROJECT / "src"


@cache
def hub_python() -> Path:
    """The environment's interpreter. `hub_runtime` is not in it, but for an empty folder: hubs under test get `src` as PYTHONPATH
    so that the environment is made anew only when what is installed changes."""
    root = cache_root() / "hub-environments"
    nothing = root / "no-sources"
    nothing.mkdir(parents=True, exist_ok=True)
    process, progress = SystemProcess(os.environ), PlainProgress(sys.stderr)
    runtime = Runtime(
        root=root,
        process=process,
        progress=progress,
        installer=Installer(process, settings_of_installers(os.environ)),
        lock=FileLock(root / "lock", "tests", SystemClock(), progress),
        sources=nothing,
    )
    if not runtime.ready(runtime.digest):
        runtime.make()
    return runtime.python(runtime.digest)
