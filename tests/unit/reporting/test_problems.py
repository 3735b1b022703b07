"""How problems are told."""

from __future__ import annotations

import json

import pytest

from deployer.model.place import Place
from deployer.model.problem import Problem, Severity
from deployer.reporting.problems import to_github, to_json, to_text

QUOTTA = Problem(
    code="unknown-key",
    message="`quotta` is not a setting of `home`",
    hint="perhaps you meant `quota`",
    place=Place("config/clusters/aurora/hubs/prod.yaml", 14, 3, 6, ((13, "home:"), (14, "  quotta: 10Gi"))),
)


def test_a_problem_is_told_with_its_lines_a_caret_and_a_hint() -> None:
    assert to_text([QUOTTA]) == (
        "config/clusters/aurora/hubs/prod.yaml:14:3: error: `quotta` is not a setting of `home`\n"
        "   13 | home:\n"
        "   14 |   quotta: 10Gi\n"
        "      |   ^^^^^^\n"
        "   hint: perhaps you meant `quota`\n"
    )


def caret_line(text: str, column: int, width: int) -> str:
    problem = Problem(code="c", message="m", place=Place("f.yaml", 1, column, width, ((1, text),)))
    return to_text([problem]).splitlines()[-1]


@pytest.mark.parametrize(
    ("text", "column", "width", "expected"),
    [
        pytest.param("a: b", 4, 1, "      |    ^", id="plain"),
        pytest.param("名前: b", 5, 1, "      |       ^", id="wide characters before take two columns"),
        pytest.param("a: 名前", 4, 2, "      |    ^^^^", id="wide characters in the stretch take two carets"),
        pytest.param("e\u0301: b", 5, 1, "      |    ^", id="combining characters take none"),
        pytest.param("\ta: b", 5, 1, "      | \t   ^", id="tabs stay tabs, so that any tab width lines up"),
        pytest.param("", 1, 1, "      | ^", id="an empty line still gets one"),
        pytest.param("a:", 3, 0, "      |   ^", id="no width is one"),
        pytest.param("a: b", 9, 4, "      |     ^", id="beyond the end"),
    ],
)
def test_the_caret_stands_under_the_stretch(text: str, column: int, width: int, expected: str) -> None:
    assert caret_line(text, column, width) == expected


def test_without_text_there_is_no_excerpt() -> None:
    problem = Problem(code="empty", message="this file is empty", place=Place("f.yaml", 1, 1))
    assert to_text([problem]) == "f.yaml:1:1: error: this file is empty\n"


def test_of_a_very_long_line_only_the_surroundings_are_shown() -> None:
    line = "x" * 5000 + "wrong" + "y" * 5000
    shown, carets = to_text([Problem(code="c", message="m", place=Place("f.yaml", 1, 5001, 5, ((1, line),)))]).splitlines()[-2:]
    assert len(shown) < 200
    assert shown[carets.index("^") : carets.index("^") + 5] == "wrong"


def test_escape_sequences_of_a_file_do_not_reach_the_terminal() -> None:
    problem = Problem(code="c", message="`\x1b[2J` is wrong", place=Place("f.yaml", 1, 1, 1, ((1, "\x1b]0;title\x07"),)))
    assert "\x1b" not in to_text([problem])
    assert "\x07" not in to_text([problem])


def test_json_has_one_flat_object_a_problem() -> None:
    warning = Problem(code="no-tag", message="m", severity=Severity.WARNING, place=Place("a.yaml", 2, 3))
    assert json.loads(json.dumps(to_json([QUOTTA, warning]))) == {
        "problems": [
            {
                "file": "config/clusters/aurora/hubs/prod.yaml",
                "line": 14,
                "column": 3,
                "severity": "error",
                "code": "unknown-key",
                "message": "`quotta` is not a setting of `home`",
                "hint": "perhaps you meant `quota`",
            },
            {"file": "a.yaml", "line": 2, "column": 3, "severity": "warning", "code": "no-tag", "message": "m", "hint": ""},
        ]
    }


def test_github_annotations_are_escaped() -> None:
    problem = Problem(
        code="c", message="100% wrong,\nreally", hint="mend: it", severity=Severity.WARNING, place=Place("a,b:c.yaml", 2, 3, 4)
    )
    assert to_github([problem], folder="fleet") == (
        "::warning file=fleet/a%2Cb%3Ac.yaml,line=2,col=3,endColumn=7,title=c::100%25 wrong,%0Areally%0Ahint: mend: it\n"
    )


def test_no_problems_say_nothing() -> None:
    assert (to_text([]), to_json([]), to_github([])) == ("", {"problems": []}, "")
