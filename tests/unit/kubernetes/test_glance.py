"""Many namespaces at a glance: what is asked of the API server, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from tests.support.clock import Clock

from deployer.errors import ExternalError, NotAllowedError
from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.api.objects import FRESH, Glance, Namespace

PODS = {"one": ["hub", "proxy"], "two": ["hub"]}


@dataclass
class Api:
    """Lists pods. `limited`: single namespaces only; `silent`: it does not answer."""

    limited: bool = False
    silent: bool = False
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def request(self, method: str, path: str, *, query: dict[str, str], accept: str) -> Any:
        self.asked.append((path, query))
        if self.silent:
            raise ExternalError("the cluster cannot be reached")
        *_, scope, plural = path.split("/")
        if plural != "pods" or (self.limited and scope not in PODS):
            raise NotAllowedError(f"the account may not list {plural}")
        wanted = [scope] if scope in PODS else list(PODS)
        return {"items": [{"metadata": {"namespace": there, "name": name}} for there in wanted for name in PODS[there]]}


def names(api: Api, glance: Glance, namespace: str, labels: str = "", fields: str = "") -> list[str]:
    found = Namespace(cast(Connection, api), namespace, glance).list("pods", labels=labels, fields=fields)
    return [pod["metadata"]["name"] for pod in found]


def look(api: Api, clock: Clock) -> Glance:
    return Glance(cast(Connection, api), clock)


def test_one_question_for_all_namespaces() -> None:
    api = Api()
    glance = look(api, Clock())
    assert {there: names(api, glance, there) for there in (*PODS, "three")} == {**PODS, "three": []}
    assert api.asked == [("/api/v1/pods", {})]


def test_another_question_is_another_request() -> None:
    api = Api()
    glance = look(api, Clock())
    for which in ({"labels": "a=b"}, {"fields": "metadata.name=hub"}, {"labels": "a=b"}):
        names(api, glance, "one", **which)
    assert [query for _, query in api.asked] == [{"labelSelector": "a=b"}, {"fieldSelector": "metadata.name=hub"}]


def test_one_object_is_found_by_its_name() -> None:
    api = Api()
    namespace = Namespace(cast(Connection, api), "two", look(api, Clock()))
    assert (namespace.get("pods", "hub") or {})["metadata"] == {"namespace": "two", "name": "hub"}
    assert api.asked == [("/api/v1/pods", {"fieldSelector": "metadata.name=hub"})]


def test_what_is_old_is_asked_again() -> None:
    api, clock = Api(), Clock()
    glance = look(api, clock)
    for seconds in (0.0, FRESH, FRESH + 1):
        clock.sleep(seconds)
        names(api, glance, "one")
    assert len(api.asked) == 2


def test_an_account_of_single_namespaces_asks_in_each() -> None:
    api = Api(limited=True)
    glance = look(api, Clock())
    assert {there: names(api, glance, there) for there in PODS} == PODS
    assert [path for path, _ in api.asked] == ["/api/v1/pods", "/api/v1/namespaces/one/pods", "/api/v1/namespaces/two/pods"]


def test_a_cluster_that_does_not_answer_is_waited_for_once() -> None:
    api = Api(silent=True)
    glance = look(api, Clock())
    for namespace in PODS:
        with pytest.raises(ExternalError, match="cannot be reached"):
            names(api, glance, namespace)
    assert len(api.asked) == 1
