"""A user's server from asked for to ready, and from running to gone, with patience and without waste."""

from __future__ import annotations

from collections.abc import Mapping

from deployer.errors import ServiceError
from deployer.model.protocols import Clock
from deployer.services.hindrance import HinderedError
from deployer.services.jupyterhub import BusyError, HubClient

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0
_EVENTS_TOLD = 3
_VOLUME_MISSING = "PersistentVolumeClaim"
_CAUSES = {
    "nodes are available": "room",
    "MountVolume.": "volume",
    "AttachVolume.": "volume",
    "Unable to attach or mount volumes": "volume",
    "Pulling image": "image",
}
_GOES_ON = ("Successfully assigned", "Successfully pulled", "Failed to pull", "already present on machine", "Started container")
"""Words of Kubernetes' scheduler and nodes, which the spawner hands on: what a server waits for, and that it no longer does."""


def start_server(hub: HubClient, user: str, options: Mapping[str, str], *, seconds: float, clock: Clock) -> str:
    """Start the user's server and wait until the hub calls it ready. Returns its path.

    Raises ServiceError with what the hub said last, when the start fails or takes longer than `seconds`; HinderedError where
    the cause lies outside of the hub.
    """
    deadline = clock.monotonic() + seconds
    _ask_until_accepted(hub, user, options, deadline=deadline, clock=clock)
    heard: list[str] = []
    while clock.monotonic() < deadline:
        try:
            path = _follow(hub, user, heard, deadline=deadline, clock=clock)
        except _SpawnFailedError as error:
            raise _failure(error.message, heard) from None
        except _StreamBrokenError as error:
            path = _ready_after_all(hub, user, error)
            clock.sleep(0 if path else _LONGEST_PAUSE)
        if path:
            return path
    raise _failure(f"not ready after {seconds:g} s{_trail(heard)}", heard)


def stop_server(hub: HubClient, user: str, *, seconds: float, clock: Clock) -> None:
    """Stop the user's server and wait until it is gone. Raises ServiceError when that takes longer than `seconds`."""
    deadline = clock.monotonic() + seconds
    gone = hub.stop(user)
    pause = _FIRST_PAUSE
    while not gone:
        if clock.monotonic() > deadline:
            raise ServiceError(f"still there after {seconds:g} s")
        clock.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
        state = hub.server(user)
        gone = state is None or state.gone


class _StreamBrokenError(ServiceError):
    """The stream of events ended without saying how the start went."""


def _ask_until_accepted(hub: HubClient, user: str, options: Mapping[str, str], *, deadline: float, clock: Clock) -> None:
    while True:
        try:
            return hub.start(user, options)
        except BusyError as busy:
            if clock.monotonic() + busy.seconds > deadline:
                raise
            clock.sleep(busy.seconds)


def _follow(hub: HubClient, user: str, heard: list[str], *, deadline: float, clock: Clock) -> str:
    """The server's path once it is ready; empty when the time is over. `heard` collects what the hub says meanwhile."""
    try:
        for event in hub.progress(user):
            if event and event.ready:
                return event.url
            if event and event.failed:
                raise _SpawnFailedError(f"{event.message or 'the start failed'}{_trail(heard)}")
            if event and event.message not in heard:
                heard.append(event.message)
            if clock.monotonic() > deadline:
                return ""
    except _SpawnFailedError:
        raise
    except ServiceError as error:
        raise _StreamBrokenError(error.message) from error
    raise _StreamBrokenError("the hub stopped telling how the start goes")


class _SpawnFailedError(ServiceError):
    """The hub says that the start failed."""


def _ready_after_all(hub: HubClient, user: str, broken: ServiceError) -> str:
    """The path when the server is ready although nobody said so; empty while it still starts."""
    state = hub.server(user)
    if state is None or state.gone:
        raise ServiceError(f"it neither runs nor starts any more; {broken.message}")
    return state.url if state.ready else ""


def _failure(message: str, heard: list[str]) -> ServiceError:
    cause = _cause(heard)
    return HinderedError(message, cause=cause) if cause else ServiceError(message)


def _cause(heard: list[str]) -> str:
    """What the server still waited for, by the last that was said of it; empty where that was nothing outside of the hub."""
    for message in reversed(heard):
        if any(words in message for words in _GOES_ON):
            return ""
        cause = next((cause for words, cause in _CAUSES.items() if words in message), "")
        if cause:
            return "volume" if _VOLUME_MISSING in message else cause
    return ""


def _trail(heard: list[str]) -> str:
    return f"; before that: {' | '.join(heard[-_EVENTS_TOLD:])}" if heard else ""
