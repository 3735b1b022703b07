"""The shape of a message."""

from __future__ import annotations

from dataclasses import dataclass

from deployer.model.problem import Severity


@dataclass(frozen=True, slots=True)
class Template:
    """`message` and `hint` are format strings; a hint says what to do next."""

    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
