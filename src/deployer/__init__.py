"""deployer: one short YAML file a hub goes in; a running, checked, monitored JupyterHub comes out.

The rooms, top to bottom (`docs/explanation/house.md` draws them, import-linter holds them): `__main__`, `cli`, `wiring`,
`workflows | targets | clouds | services`, `tools`, `reporting`, `planning`, `compiling`, `monitoring`, `config`, `model`,
`errors`. Nothing but the version lives here.
"""

from __future__ import annotations

__version__ = "0.1.0"
