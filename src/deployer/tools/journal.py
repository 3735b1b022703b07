"""What this process has done to the world, noted right after it was done."""

from __future__ import annotations

from deployer.model.protocols import Journal, Progress


class Silent:
    """Nobody wants to know."""

    def did(self, effect: str) -> None:
        pass


class Told:
    """A line for a person, for each effect."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def did(self, effect: str) -> None:
        self._progress.say(f"did: {effect}")


SILENT: Journal = Silent()
