"""The pod of a trial, and what a hub's pod would lack."""

from __future__ import annotations

from typing import Any

import pytest

from deployer.targets.kubernetes.trial.pod import missing, trial_pod, unsure

CLAIM, SECRET, CONFIG = "PersistentVolumeClaim", "Secret", "ConfigMap"


def made(kind: str, name: str, version: str = "v1", **content: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **content}


def hub(volumes: tuple[Any, ...] = (), env: tuple[Any, ...] = (), **pod: Any) -> dict[str, Any]:
    container = {"name": "hub", "image": "hub:1", "env": [*env], "livenessProbe": {}, "ports": [{}]}
    spec = {"containers": [container, {"name": "other"}], "volumes": [*volumes], **pod}
    return made("Deployment", "hub", "apps/v1", spec={"template": {"spec": spec}})


def from_secret(name: str, **more: Any) -> dict[str, Any]:
    return {"name": "A", "valueFrom": {"secretKeyRef": {"name": name, "key": "a", **more}}}


def volume(**source: Any) -> dict[str, Any]:
    return {"name": "v", **source}


PROJECTED = volume(projected={"sources": [{"secret": {"name": "mine"}}, {"configMap": {"name": "mine"}}]})
OPERATOR = made("ExternalSecret", "any", "external-secrets.io/v1", spec={"target": {"name": "mine"}})

USES = {"secretName": "mine"}


@pytest.mark.parametrize(
    ("of", "release", "lacks"),
    [
        pytest.param(hub((volume(secret={"secretName": "mine"}),)), [], [(SECRET, "mine")], id="a volume of a Secret"),
        pytest.param(hub((volume(configMap={"name": "mine"}),)), [], [(CONFIG, "mine")], id="a volume of a ConfigMap"),
        pytest.param(hub((PROJECTED,)), [], [(CONFIG, "mine"), (SECRET, "mine")], id="a projected volume"),
        pytest.param(hub((volume(persistentVolumeClaim={"claimName": "course"}),)), [], [(CLAIM, "course")], id="a claim"),
        pytest.param(hub(env=(from_secret("mine"),)), [], [(SECRET, "mine")], id="a variable"),
        pytest.param(
            hub(initContainers=[{"envFrom": [{"configMapRef": {"name": "mine"}}]}]),
            [],
            [(CONFIG, "mine")],
            id="an init container",
        ),
        pytest.param(hub(serviceAccountName="mine"), [], [("ServiceAccount", "mine")], id="an account"),
        pytest.param(hub(env=(from_secret("mine", optional=True),)), [], [], id="what may be missing"),
        pytest.param(hub(imagePullSecrets=[{"name": "mine"}]), [], [], id="a login that a public image does not need"),
        pytest.param(hub(env=(from_secret("mine"),)), [made(SECRET, "mine")], [], id="what its release makes"),
        pytest.param(hub(env=(from_secret("mine"),)), [made(CONFIG, "mine")], [(SECRET, "mine")], id="what is of another kind"),
        pytest.param(hub(env=(from_secret("mine"),)), [OPERATOR], [], id="what an operator makes of an object of the release"),
        pytest.param(
            hub((volume(secret={"secretName": "mine"}),)),
            [made("Deployment", "other", "apps/v1", spec=USES), made("Ingress", "other", "networking.k8s.io/v1", spec=USES)],
            [(SECRET, "mine")],
            id="what others of the release lack too",
        ),
    ],
)
def test_what_neither_the_release_makes_nor_the_cluster_has(
    of: dict[str, Any], release: list[dict[str, Any]], lacks: list[tuple[str, str]]
) -> None:
    assert list(missing(of, release, unsure(of, release))) == lacks
    assert not missing(of, release, frozenset())


def spec(of: dict[str, Any], *release: dict[str, Any], lacking: frozenset[tuple[str, str]] = frozenset()) -> dict[str, Any]:
    return trial_pod(of, release, lacking).spec


def test_what_the_release_makes_is_copied_and_what_the_pod_mounts_comes_last() -> None:
    objects = [made(SECRET, "hub"), made(CONFIG, "hub"), made(SECRET, "token"), made(SECRET, "login"), made(SECRET, "of-others")]
    of = hub(
        (volume(secret={"secretName": "hub"}), volume(configMap={"name": "hub"}), volume(secret={"secretName": "theirs"})),
        (from_secret("hub"), from_secret("token")),
        imagePullSecrets=[{"name": "login"}],
    )
    pod = trial_pod(of, objects, frozenset())
    copied = [(entry["kind"], entry["metadata"]["name"]) for entry in pod.copied]
    assert copied == [(SECRET, "login"), (SECRET, "token"), (CONFIG, "hub"), (SECRET, "hub")]
    assert pod.spec["imagePullSecrets"] == [{"name": "hub-trial-login"}]
    assert [entry["valueFrom"]["secretKeyRef"]["name"] for entry in pod.spec["containers"][0]["env"]] == [
        "hub-trial-hub",
        "hub-trial-token",
    ]
    assert pod.spec["volumes"] == [
        volume(secret={"secretName": "hub-trial-hub"}),
        volume(configMap={"name": "hub-trial-hub"}),
        volume(secret={"secretName": "theirs"}),
    ]


def test_claims_are_empty_and_nothing_of_a_service_is_left() -> None:
    pod = spec(hub((volume(persistentVolumeClaim={"claimName": "hub-db-dir"}),)))
    assert pod["volumes"] == [volume(emptyDir={})]
    (container,) = pod["containers"]
    assert sorted(container) == ["args", "command", "env", "image", "name"]


def test_what_an_operator_still_has_to_make_may_be_missing() -> None:
    pod = spec(hub(env=(from_secret("mine"),)), OPERATOR, lacking=frozenset({(SECRET, "mine")}))
    assert pod["containers"][0]["env"] == [from_secret("mine", optional=True)]


@pytest.mark.parametrize(
    ("release", "left"),
    [([made("PriorityClass", "of-the-hub", "scheduling.k8s.io/v1")], {}), ([], {"priorityClassName": "of-the-hub"})],
    ids=["made by the release", "of the cluster"],
)
def test_a_priority_that_the_release_makes_is_no_part_of_it(release: list[dict[str, Any]], left: dict[str, str]) -> None:
    pod = spec(hub(priorityClassName="of-the-hub"), *release)
    assert {name: value for name, value in pod.items() if name == "priorityClassName"} == left


@pytest.mark.parametrize(("lacking", "left"), [({("ServiceAccount", "hub")}, None), (set(), "hub")])
def test_the_hubs_account_is_used_as_soon_as_there_is_one(lacking: set[tuple[str, str]], left: str | None) -> None:
    of, account = hub(serviceAccountName="hub"), made("ServiceAccount", "hub")
    assert unsure(of, [account]) == {("ServiceAccount", "hub")}
    pod = spec(of, account, lacking=frozenset(lacking))
    assert pod.get("serviceAccountName") == left
