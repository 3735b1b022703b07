"""Whatever people write, they are told about it: no file brings a traceback.

Files of both fleets are damaged at random (the seed is the test's parameter); each must come out as problems that can be told.
"""

from __future__ import annotations

import json
import random
import re

import pytest
from tests.support.cases import TESTS, base_files, problems_of, read_tree

from deployer.model.tree import FleetTree
from deployer.reporting.problems import to_json, to_text

_MUTATIONS = 40
_PIECES = (
    *(b"null", b"[]", b"{}", b"x", b"&a ", b"*a", b"\t", b": ", b"- ", b"\n", b"  ", b'"', b"'", b"1", b"1.5", b"true", b"<<: "),
    *(
        b"|",
        b"#",
        b"!!int ",
        b"..",
        b"\xff",
        b"\x00",
        b"0",
        b"-1",
        b"9" * 20,
        b"everyone",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b"~",
        b"? ",
    ),
)


def _damaged(content: bytes, chance: random.Random) -> bytes:
    """A piece put in, a stretch cut out, a value replaced, a line taken away or said again."""
    at = chance.randrange(len(content) + 1)
    values = list(re.finditer(rb"(?<=: )[^,}\]\n{\[]+", content))
    lines = content.split(b"\n")
    match chance.randrange(5):
        case 0:
            return content[:at] + chance.choice(_PIECES) + content[at:]
        case 1:
            return content[:at] + content[at + chance.randint(1, 12) :]
        case 2 if values:
            value = chance.choice(values)
            return content[: value.start()] + chance.choice(_PIECES) + content[value.end() :]
        case 3:
            return b"\n".join(lines[:-1])
        case _:
            return b"\n".join([*lines, chance.choice(lines)])


@pytest.mark.parametrize("seed", range(8))
def test_damaged_files_are_told_about(seed: int) -> None:
    chance = random.Random(seed)
    example = {path: content for path, content in read_tree(TESTS.parent).items() if path.startswith("config/")}
    for _ in range(_MUTATIONS):
        files = dict(chance.choice((base_files(), example)))
        path = chance.choice(sorted(files))
        for _ in range(chance.randint(1, 3)):
            files[path] = _damaged(files[path], chance)
        problems = problems_of(FleetTree(files))
        assert json.dumps(to_json(problems))
        assert bool(to_text(problems)) == bool(problems)
