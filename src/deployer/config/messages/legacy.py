"""Messages on files in the format of 2i2c's fleet."""

from __future__ import annotations

from deployer.config.messages.template import Template

TEMPLATES: dict[str, Template] = {}
