"""Messages on the compiled values: classes, traits, images, profile lists, roles, snippets."""

from __future__ import annotations

from deployer.config.messages.template import Template

TEMPLATES: dict[str, Template] = {}
