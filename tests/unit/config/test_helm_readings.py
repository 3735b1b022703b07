"""Plain scalars mean what they mean to Helm.

`helm_readings.json` has Helm's own answers: the text of a scalar and the JSON that Helm makes of it. To record them anew:
`RECORD_HELM_READINGS=1 pytest tests/unit/config/test_helm_readings.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.support.helm import helm

from deployer.config.helm_scalars import key_text, plain

_TABLE = Path(__file__).with_name("helm_readings.json")
_READINGS: dict[str, dict[str, Any]] = json.loads(_TABLE.read_text())


def _told_by_helm(folder: Path) -> dict[str, dict[str, Any]]:
    """Helm's reading of every text of the table, as a value and as a key."""
    (folder / "templates").mkdir()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: readings\nversion: 1.0.0\n")
    (folder / "templates" / "all.yaml").write_text("readings: {{ .Values.readings | toJson }}\n")
    items = "".join(f"  - {{value: {text}}}\n  - {{{text}: 1}}\n" for text in _READINGS)
    (folder / "values.yaml").write_text(f"readings:\n{items}")
    shown = subprocess.run([helm(), "template", "x", folder], capture_output=True, text=True, check=True).stdout
    answers = json.loads(shown.partition("readings: ")[2])
    pairs = zip(answers[::2], answers[1::2], strict=True)
    return {text: {"value": value["value"], "key": next(iter(key))} for text, (value, key) in zip(_READINGS, pairs, strict=True)}


@pytest.mark.parametrize("text", _READINGS)
def test_a_plain_scalar_is_read_as_helm_reads_it(text: str) -> None:
    told = _READINGS[text]
    assert plain(text) == told["value"]
    assert isinstance(plain(text), bool) == isinstance(told["value"], bool)
    assert key_text(plain(text)) == told["key"]


def test_the_table_has_what_helm_says(tmp_path: Path) -> None:
    told = _told_by_helm(tmp_path)
    if os.environ.get("RECORD_HELM_READINGS"):
        _TABLE.write_text(json.dumps(told, indent=1) + "\n")
    assert told == json.loads(_TABLE.read_text())
