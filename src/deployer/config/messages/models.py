"""Messages on one file against its model: unknown keys, types, scalars."""

from __future__ import annotations

from deployer.config.messages.template import Template

TEMPLATES: dict[str, Template] = {}
