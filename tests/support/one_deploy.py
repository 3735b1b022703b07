"""`python -m tests.support.one_deploy HUB [NUMBER]`: deploy a hub of cluster `onenode`.

The fleet is in this folder. Prints each effect, then the outcome. With a number it deploys what has not changed, too, checks the
hub, kills itself right after the effect of this number, and its lock is free soon afterwards.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.support.cluster_effects import SOON, effects_at

from deployer.workflows.choosing import Choice
from deployer.workflows.deploy import DeployOptions, deploy


class Deadly:
    """A journal that kills its process after so many effects. A lock is renewed every now and then: that does not count."""

    def __init__(self, number: int) -> None:
        self._left = number

    def did(self, effect: str) -> None:
        print(effect, flush=True)
        if not (effect.startswith("PUT ") and "/leases/" in effect):
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def main(hub: str, number: str = "0") -> None:
    numbered = bool(int(number))
    patience = {"lease_seconds": SOON} if numbered else {}
    with effects_at(Path.cwd(), os.environ, journal=Deadly(int(number)), **patience) as effects:
        (ended,) = deploy(effects, Choice("onenode", (hub,)), DeployOptions(force=numbered, check=numbered)).hubs
    print(ended.outcome.value)


if __name__ == "__main__":
    main(*sys.argv[1:])
