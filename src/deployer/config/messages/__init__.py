"""Every sentence that validation can say, by code. Nothing else makes a Problem.

Belongs here: one module a group of messages, each a literal dict of code -> Template, joined below. Never: deciding. A test
raises each of them from a case in `tests/config/cases/` and lists those that no case raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from deployer.config.messages import compiled, crossed, files, legacy, models, values
from deployer.config.messages.template import Template
from deployer.model.place import Place
from deployer.model.problem import Problem

TEMPLATES: Mapping[str, Template] = MappingProxyType(
    files.TEMPLATES | models.TEMPLATES | crossed.TEMPLATES | legacy.TEMPLATES | compiled.TEMPLATES | values.TEMPLATES
)


def problem(code: str, place: Place, *, hint: str | None = None, **fields: Any) -> Problem:
    """The problem `code` at `place`, its template filled from `fields`; `hint` replaces the template's own."""
    template = TEMPLATES[code]
    text = template.hint.format(**fields) if hint is None else hint
    return Problem(code=code, message=template.message.format(**fields), place=place, hint=text, severity=template.severity)
