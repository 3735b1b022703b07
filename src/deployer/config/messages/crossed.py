"""Messages on one file against another: names, domains, pools, homes."""

from __future__ import annotations

from deployer.config.messages.template import Template

TEMPLATES: dict[str, Template] = {}
