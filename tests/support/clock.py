"""A clock for what waits, without waiting."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass
class Clock:
    """Time that passes by sleeping alone."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime(2001, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
