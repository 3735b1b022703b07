"""`python -m tests.support.one_deploy [NUMBER]`: deploy the hub `onenode/welcome` of the fleet in this folder, without a check.

Prints each effect, then the outcome; killed right after the effect of this number, where there are so many.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.support.cluster_effects import effects_at

from deployer.workflows.choosing import Choice
from deployer.workflows.deploy import DeployOptions, deploy

LEASE_SECONDS = 2.0


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


def main(number: int = 0) -> None:
    with effects_at(Path.cwd(), os.environ, journal=Deadly(number), lease_seconds=LEASE_SECONDS) as effects:
        (hub,) = deploy(effects, Choice("onenode", ("welcome",)), DeployOptions(check=False)).hubs
    print(hub.outcome.value)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
