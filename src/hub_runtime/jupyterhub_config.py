"""The file that JupyterHub is started with: sets the traits, or says in one place why it cannot."""

from __future__ import annotations

import json
import sys

from hub_runtime.configure import configure
from hub_runtime.errors import ConfigurationProblem
from hub_runtime.folder import HubFolder, write_private
from hub_runtime.managed import install

install()
folder = HubFolder.of_this_process()
try:
    configure(get_config(), folder)  # type: ignore[name-defined] # noqa: F821 (traitlets defines it for this file)
except ConfigurationProblem as problem:
    write_private(folder.failure, json.dumps({"reason": str(problem)}))
    sys.stderr.write(f"This hub cannot be configured.\n{problem}\n")
    raise SystemExit(1) from problem
