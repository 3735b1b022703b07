"""Homes stay where a hub was destroyed: the next deploy of it does not let them appear empty."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tests.support.remembering_target import world
from tests.support.scripted_helm import End
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.errors import DeployerError, ExternalError, GuardError
from deployer.model.plan import Manifests, Step
from deployer.model.release import Release
from deployer.targets.kubernetes.target import KubernetesTarget
from deployer.workflows.deploy import DeployOptions, deploy_releases

CLAIM = "/api/v1/namespaces/garden/persistentvolumeclaims/homes"
RECORD = "/api/v1/namespaces/garden/secrets/deployer"
ADDRESS = "hub:aurora/garden/homes"
GITHUB = {"hub": {"config": {"JupyterHub": {"authenticator_class": "github"}}}}
GOOGLE = {"hub": {"config": {"JupyterHub": {"authenticator_class": "google"}}}}
MOVED = (
    "homes on aurora/garden would appear empty:\n  people log in by `GoogleOAuthenticator` and no more by `GitHubOAuthenticator`"
)


def secret(told: dict[str, object]) -> str:
    """What the chart makes of a hub's values."""
    storage = {"singleuser": {"storage": {"type": "static", "static": {"pvcName": "homes", "subPath": "{username}"}}}}
    packed = base64.b64encode(yaml.safe_dump(told | storage).encode()).decode()
    made = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "hub"}, "data": {"values.yaml": packed}}
    return yaml.safe_dump(made)


@contextmanager
def deployed(root: Path) -> Iterator[SmallCluster]:
    """A hub that people enter by GitHub, and their homes, which it does not take along."""
    with small_cluster(root, "garden") as cluster:
        cluster.api.put(CLAIM, {"metadata": {}})
        deploy(cluster, GITHUB)
        yield cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    with deployed(tmp_path) as cluster:
        yield cluster


def release_of(cluster: SmallCluster, values: dict[str, object]) -> Release:
    """Of a chart that makes what it is given a Secret."""
    cluster.helm.manifest = secret(values)
    return replace(cluster.release("garden"), values=values)


def deploy(cluster: SmallCluster, values: dict[str, object]) -> KubernetesTarget:
    target, release = cluster.target(), release_of(cluster, values)
    with target.lock(release.ref):
        target.apply(Step("upgrade", ""), release, target.render(release))
        target.settle(release.ref)
    return target


def destroy(cluster: SmallCluster, *also: str) -> None:
    target, ref = cluster.target(), cluster.release("garden").ref
    with target.lock(ref):
        target.destroy(ref, also=frozenset(also))


def deploy_as_people_do(cluster: SmallCluster, values: dict[str, object], *allowed: str) -> None:
    """Up to its first step, as there is no hub to use."""
    work = [(cluster.target(), release_of(cluster, values))]
    cluster.helm.fails_dry = "Error: no"
    deploy_releases(world()[0], work, DeployOptions(allow_destroy=frozenset(allowed)))


def is_asked(cluster: SmallCluster) -> None:
    with pytest.raises(GuardError) as refused:
        deploy_as_people_do(cluster, GOOGLE)
    assert refused.value.message.startswith(MOVED)
    assert refused.value.hint.endswith(f"--allow-destroy {ADDRESS}")


def is_not_asked(cluster: SmallCluster, values: dict[str, object], *allowed: str) -> None:
    with pytest.raises(ExternalError, match="helm could not change aurora/garden: no"):
        deploy_as_people_do(cluster, values, *allowed)


def test_a_change_that_leads_elsewhere_is_asked_about_after_a_destroy(cluster: SmallCluster) -> None:
    destroy(cluster)
    is_asked(cluster)
    is_not_asked(cluster, GITHUB)
    is_asked(cluster)
    is_not_asked(cluster, GOOGLE, ADDRESS)


def test_a_second_destroy_forgets_nothing(cluster: SmallCluster) -> None:
    destroy(cluster)
    destroy(cluster)
    is_asked(cluster)


def test_where_homes_went_too_nothing_is_asked(cluster: SmallCluster) -> None:
    """Nor where new ones came since."""
    destroy(cluster, ADDRESS)
    is_not_asked(cluster, GOOGLE)
    cluster.api.put(CLAIM, {"metadata": {}})
    is_not_asked(cluster, GOOGLE)


def test_homes_that_somebody_took_away_by_hand_are_not_asked_about(cluster: SmallCluster) -> None:
    destroy(cluster)
    del cluster.api.objects[CLAIM]
    is_not_asked(cluster, GOOGLE)


@pytest.mark.parametrize("effects", range(1, 8))
def test_a_hub_of_somebody_elses_tells_of_homes_too_wherever_its_removal_is_killed(tmp_path: Path, effects: int) -> None:
    with deployed(tmp_path) as cluster:
        del cluster.api.objects[RECORD]
        cluster.api.put("/api/v1/namespaces/garden/secrets/hub", yaml.safe_load(secret(GITHUB)))
        cluster.api.left = effects
        with suppress(DeployerError):
            destroy(cluster)
        assert (cluster.api.left >= 0) is (effects == 7)
        cluster.api.left = math.inf
        destroy(cluster)
        is_asked(cluster)


def test_what_is_left_is_no_hub(cluster: SmallCluster) -> None:
    """Neither to look at, nor to go back to: a first deploy that fails is taken away again, and homes stay known."""
    destroy(cluster)
    target, ref = cluster.target(), cluster.release("garden").ref
    assert target.running(ref) is None
    assert target.remaining(ref) == (ADDRESS, "hub:aurora/garden/keys")
    cluster.helm.ends = [End("Error: no")]
    with target.lock(ref):
        with pytest.raises(ExternalError, match="helm could not change aurora/garden: no"):
            target.apply(Step("upgrade", ""), cluster.release("garden"), Manifests({}))
        assert target.earlier(ref) == {}
        assert target.undo(ref) is True
    assert cluster.helm.back == []
    assert target.running(ref) is None
    is_asked(cluster)


def test_after_a_deploy_that_came_to_a_good_end_its_own_homes_count(cluster: SmallCluster) -> None:
    destroy(cluster)
    target = deploy(cluster, GOOGLE)
    assert target.earlier(cluster.release("garden").ref) == {}
    destroy(cluster)
    is_not_asked(cluster, GOOGLE)
