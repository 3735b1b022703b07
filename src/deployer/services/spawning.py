"""A user's server from asked for to ready, and from running to gone, with patience and without waste."""

from __future__ import annotations

from collections.abc import Mapping

from deployer.errors import ServiceError
from deployer.model.protocols import Clock
from deployer.services.hearing import Heard, NoImageError
from deployer.services.hindrance import HinderedError
from deployer.services.jupyterhub import BusyError, HubClient

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0
_UNTIL_MARKED = 1.0
"""Seconds after which KubeSpawner leaves out what it told of an earlier server of the same name."""


def start_server(hub: HubClient, user: str, options: Mapping[str, str], *, seconds: float, clock: Clock) -> str:
    """Start the user's server and wait until the hub calls it ready. Returns its path.

    Raises ServiceError with what the hub said last, when the start fails or takes longer than `seconds`; HinderedError where
    the cause lies outside of the hub, and at once where an image cannot be had.
    """
    deadline = clock.monotonic() + seconds
    _ask_until_accepted(hub, user, options, deadline=deadline, clock=clock)
    heard, sure = Heard(), False
    while clock.monotonic() < deadline:
        try:
            path = _follow(hub, user, heard, deadline=deadline, clock=clock)
        except _SpawnFailedError as error:
            raise _failure(error.message, heard) from None
        except NoImageError:
            if sure:
                raise
            sure, path = True, ""
            heard.forget()
            clock.sleep(_UNTIL_MARKED)
        except _StreamBrokenError as error:
            path = _ready_after_all(hub, user, error)
            clock.sleep(0 if path else _LONGEST_PAUSE)
        if path:
            return path
    raise _failure(f"not ready after {seconds:g} s{heard.trail}", heard)


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
                raise HinderedError(busy.message, cause="full") from None
            clock.sleep(busy.seconds)


def _follow(hub: HubClient, user: str, heard: Heard, *, deadline: float, clock: Clock) -> str:
    """The server's path once it is ready; empty when the time is over. `heard` collects what the hub says meanwhile."""
    try:
        for event in hub.progress(user):
            if event and event.ready:
                return event.url
            if event and event.failed:
                raise _SpawnFailedError(f"{event.message or 'the start failed'}{heard.trail}")
            if event:
                heard.add(event.message, clock.monotonic())
            else:
                clock.sleep(0)  # An interruption is told to who sleeps.
                heard.require_images(clock.monotonic())
            if clock.monotonic() > deadline:
                return ""
    except (_SpawnFailedError, NoImageError):
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


def _failure(message: str, heard: Heard) -> ServiceError:
    return HinderedError(message, cause=heard.cause) if heard.cause else ServiceError(message)
