"""Messages on a file as such: bytes, YAML syntax, what stands where."""

from __future__ import annotations

from deployer.config.messages.template import Template

TEMPLATES: dict[str, Template] = {}
