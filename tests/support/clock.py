"""A clock for what waits, without waiting."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass
class Clock:
    """Time that passes by sleeping alone."""

    seconds: float = 0.0
    later: dict[float, Callable[[], object]] = field(default_factory=dict)
    """What happens at which second."""

    def now(self) -> datetime:
        return datetime(2001, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        for moment in [moment for moment in self.later if moment <= self.seconds]:
            self.later.pop(moment)()
