"""jsonnet of a fleet is evaluated here, sees only the fleet, and ends in time."""

from __future__ import annotations

import time

from deployer.config.jsonnet import Evaluation
from deployer.model.tree import FleetTree

FILE = "config/clusters/lyra/prod.jsonnet"


def evaluated(source: str, **others: str) -> Evaluation:
    files = {FILE: source.encode()} | {f"config/clusters/lyra/{name}.libsonnet": text.encode() for name, text in others.items()}
    return Evaluation(FILE, FleetTree(files), {"NAME": "prod"})


def test_its_name_begins_at_the_fleets_folder() -> None:
    rendered, wrong = evaluated("{ file: std.thisFile, name: std.extVar('NAME') }").result()
    assert wrong is None
    assert rendered is not None
    assert rendered.data == {"file": f"/{FILE}", "name": "prod"}


def test_numbers_stay_whole() -> None:
    rendered, _ = evaluated("{ seconds: 3600, cpu: 0.5 }").result()
    assert rendered is not None
    assert [type(value) for value in rendered.data.values()] == [float, int]


def test_it_says_what_it_has() -> None:
    rendered, _ = evaluated("{ a: { b: [1, 2] } }").result()
    assert rendered is not None
    assert rendered.has(("a", "b", 1))
    assert not rendered.has(("a", "b", 2))
    assert not rendered.has(("a", "c"))
    assert not rendered.has(("a", "b", "c"))


def test_a_key_is_found_after_the_keys_around_it() -> None:
    source = "{\n  hub: { limit: 1 },\n  'singleuser'+: {\n    memory: {\n      limit: '2G',\n    },\n  },\n}\n"
    rendered, _ = evaluated(source).result()
    assert rendered is not None
    places = [
        rendered.place(path) for path in (("hub", "limit"), ("singleuser", "memory", "limit"), ("singleuser",), ("absent",))
    ]
    assert [(place.line, place.column) for place in places] == [(2, 10), (5, 7), (3, 4), (1, 1)]


def test_imports_may_go_up_inside_the_fleet() -> None:
    files = {FILE: b"import '../shared.libsonnet'", "config/clusters/shared.libsonnet": b"{ shared: true }"}
    rendered, wrong = Evaluation(FILE, FleetTree(files), {}).result()
    assert wrong is None
    assert rendered is not None
    assert rendered.data == {"shared": True}


def test_nothing_outside_the_fleet_is_read() -> None:
    for path in ("/etc/passwd", "../../../../../../etc/passwd"):
        rendered, wrong = evaluated(f"{{ stolen: importstr '{path}' }}").result()
        assert rendered is None
        assert wrong is not None
        assert wrong.message == f"this import fails: `{path}` is no file of this fleet"


def test_one_that_takes_too_long_is_given_up() -> None:
    class Slow(dict):
        def get(self, path: str, default: bytes | None = None) -> bytes | None:
            time.sleep(0.5)
            return super().get(path, default)

    files = Slow({FILE: b"import 'slow.libsonnet'", "config/clusters/lyra/slow.libsonnet": b"{}"})
    rendered, wrong = Evaluation(FILE, FleetTree(files), {}, seconds=0.05).result()
    assert rendered is None
    assert wrong is not None
    assert wrong.code == "jsonnet-too-long"


def test_an_error_in_an_import_stands_in_the_import() -> None:
    _, wrong = evaluated("import 'broken.libsonnet'", broken="{\n  a: self.b,\n}").result()
    assert wrong is not None
    assert (wrong.place.file, wrong.place.line, wrong.place.column) == ("config/clusters/lyra/broken.libsonnet", 2, 6)


def test_values_without_bottom_are_refused() -> None:
    for depth in (150, 5000):
        _, wrong = evaluated(f"std.foldl(function(inner, _) {{ a: inner }}, std.range(1, {depth}), {{}})").result()
        assert wrong is not None
        assert wrong.code in ("yaml-too-deep", "jsonnet-error")
