"""What a trial says of a configuration that fails, with the real chart's way to run snippets and without."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest

PROGRAM = (resources.files("deployer.targets.kubernetes.trial") / "program.py.txt").read_text()
CONFIG = "/usr/local/etc/jupyterhub/jupyterhub_config.py"
LOOP = """
for key, config_py in {"first": "one = 1", "mine": SNIPPET}.items():
    exec(config_py)
"""
OTHER_LOOP = "exec(SNIPPET)"


def reason(config: str, snippet: str) -> str:
    program: dict[str, Any] = {}
    exec(PROGRAM.partition("\ntry:")[0], program)
    try:
        exec(compile(config, CONFIG, "exec"), {"SNIPPET": snippet})
    except Exception as error:
        return str(program["reason"](error))
    raise AssertionError("nothing failed")


@pytest.mark.parametrize(
    ("config", "snippet", "told"),
    [
        (LOOP, "one = 1\nraise ValueError('no')\n", "hub.extraConfig.mine, line 2: ValueError: no\n    raise ValueError('no')"),
        (
            LOOP,
            "def later():\n    return 1 / 0\n\nlater()\n",
            "hub.extraConfig.mine, line 2: ZeroDivisionError: division by zero\n    return 1 / 0",
        ),
        (OTHER_LOOP, "raise ValueError('no')\n", "hub.extraConfig, line 1: ValueError: no"),
        ("one = 1\n\n1 / 0\n", "", f"ZeroDivisionError: division by zero ({CONFIG}, line 3)"),
    ],
    ids=["a snippet", "a function of a snippet", "a chart that runs snippets otherwise", "the chart's own file"],
)
def test_a_failure_names_its_place(config: str, snippet: str, told: str) -> None:
    assert reason(config, snippet) == told
