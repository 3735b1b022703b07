"""The machine's clocks."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from deployer.tools.interruption import Interruption


class SystemClock:
    """Time as this machine tells it."""

    def __init__(self, interruption: Interruption | None = None) -> None:
        self._interruption = interruption or Interruption()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        self._interruption.sleep(seconds)
