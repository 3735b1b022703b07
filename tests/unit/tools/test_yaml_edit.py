"""Edits keep what people wrote."""

import pytest

from deployer.tools.yaml_edit import add_item, set_value

CLUSTER = """\
# Our cluster: see the wiki.
name: earth   # its folder
provider: aws
hubs:
  - name: staging
    display_name: "Staging"   # quoted
    # where it is reached
    domain: staging.example.org
    helm_chart_values_files:
      - common.values.yaml

  # the real one
  - name: prod
    domain: prod.example.org
    helm_chart_values_files: [common.values.yaml]
"""


def test_a_hub_is_added_and_every_other_line_stays() -> None:
    edited = add_item(CLUSTER, ("hubs",), {"name": "new", "domain": "new.example.org"})
    assert edited == CLUSTER + "  - name: new\n    domain: new.example.org\n"


def test_dashes_stand_where_the_file_has_them() -> None:
    text = "hubs:\n- name: a\n  files:\n  - x\n"
    assert add_item(text, ("hubs",), {"name": "b"}) == "hubs:\n- name: a\n  files:\n  - x\n- name: b\n"


def test_a_staff_admin_is_added_to_a_list_in_one_line() -> None:
    text = 'staff: {github: [alice]}   # on every hub\nalerts: {route: [{to: mail}]}\ndeployer: ">=0.1"\n'
    edited = 'staff: {github: [alice, bob]} # on every hub\nalerts: {route: [{to: mail}]}\ndeployer: ">=0.1"\n'
    assert add_item(text, ("staff", "github"), "bob") == edited


def test_a_missing_list_is_made() -> None:
    assert add_item("a: 1 # one\n", ("staff", "github"), "bob") == "a: 1 # one\nstaff:\n  github:\n    - bob\n"
    assert add_item("", ("staff",), "bob") == "staff:\n  - bob\n"


def test_what_is_there_is_not_added_twice() -> None:
    assert add_item("a: [b] # c\n", ("a",), "b") == "a: [b] # c\n"


def test_a_value_is_set_beside_its_comment() -> None:
    assert set_value("contact: a@b.org # mail\nx: 1\n", ("contact",), "c@d.org") == "contact: c@d.org # mail\nx: 1\n"


@pytest.mark.parametrize(("text", "path"), [("hubs: 3\n", ("hubs",)), ("hubs: x\n", ("hubs", "y"))])
def test_what_has_another_shape_is_refused(text: str, path: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="`hubs` is no"):
        add_item(text, path, "item")
