"""What a server that starts waits for, by what Kubernetes' scheduler and nodes say of it, which the spawner hands on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from deployer.services.hindrance import HinderedError

PULL_SECONDS = 60.0
"""How long an image may fail to come before the start is given up: a registry that restarts is back by then."""
_EVENTS_TOLD = 3
_VOLUME_MISSING = "persistentvolumeclaim"
_CAUSES = {
    "nodes are available": "room",
    "MountVolume.": "volume",
    "AttachVolume.": "volume",
    "Unable to attach or mount volumes": "volume",
    "Pulling image": "image",
}
_GOES_ON = ("Successfully assigned", "Successfully pulled", "already present on machine", "Started container")
_FAILED = re.compile(r'Failed to (?:pull image|apply default image tag) "(?P<image>[^"]+)": (?:.*: )?(?P<why>.+)$', re.DOTALL)
_CAME = re.compile(r'(?:Successfully pulled image|Container image) "(?P<image>[^"]+)" (?:in|already present)')
_REFUSED = re.compile(
    r"not found|manifest unknown|name unknown|unauthorized|not authorized|denied|forbidden|authorization failed|does not exist"
    r"|no basic auth|invalid reference|must be lowercase|no match for platform",
    re.IGNORECASE,
)
"""Words of registries and nodes that stay the same however often they are asked."""


class NoImageError(HinderedError):
    """A node cannot have an image."""

    def __init__(self, image: str, why: str) -> None:
        super().__init__(f"the image {image} cannot be had: {why}", cause="registry")


@dataclass(slots=True)
class Heard:
    """What was said of one start. `failing`: why images that have not come cannot be had; `since`: when that was said first."""

    messages: list[str] = field(default_factory=list)
    failing: dict[str, str] = field(default_factory=dict)
    since: dict[str, float] = field(default_factory=dict)

    def add(self, message: str, now: float) -> None:
        """Raises NoImageError where a registry refuses an image for good, or one has failed to come for too long."""
        if message not in self.messages:
            self.messages.append(message)
            self._learn(message, now)
        self.require_images(now)

    def require_images(self, now: float) -> None:
        """Raises NoImageError where one has failed to come for too long."""
        for image, why in self.failing.items():
            if _REFUSED.search(why) or now > self.since[image] + PULL_SECONDS:
                raise NoImageError(image, why)

    def forget(self) -> None:
        """To hear all of it again."""
        self.messages.clear()
        self.failing.clear()

    def _learn(self, message: str, now: float) -> None:
        if came := _CAME.search(message):
            self.failing.pop(came["image"], None)
        elif failed := _FAILED.search(message):
            self.failing[failed["image"]] = failed["why"]
            self.since.setdefault(failed["image"], now)

    @property
    def cause(self) -> str:
        """What the server still waits for, by the last that was said of it; empty where that is nothing outside of the hub."""
        if self.failing:
            return "registry"
        for message in reversed(self.messages):
            if any(words in message for words in _GOES_ON):
                return ""
            cause = next((cause for words, cause in _CAUSES.items() if words in message), "")
            if cause:
                return "volume" if _VOLUME_MISSING in message.lower() else cause
        return ""

    @property
    def trail(self) -> str:
        """What was said last, as the end of a message."""
        return f"; before that: {' | '.join(self.messages[-_EVENTS_TOLD:])}" if self.messages else ""
