"""What is told of a namespace that does not go."""

from __future__ import annotations

from typing import Any

import pytest

from deployer.targets.kubernetes.api.namespaces import what_keeps

REMAINING = {
    "type": "NamespaceContentRemaining",
    "status": "True",
    "message": "Some resources are remaining: "
    "configmaps. has 1 resource instances, challenges.acme.cert-manager.io has 2 resource instances",
}
HELD = {
    "type": "NamespaceFinalizersRemaining",
    "status": "True",
    "message": "Some content in the namespace has finalizers remaining: example.org/hold in 1 resource instances",
}
DISCOVERY = {
    "type": "NamespaceDeletionDiscoveryFailure",
    "status": "True",
    "message": "Discovery failed for some groups, 1 failing: unable to retrieve metrics.k8s.io/v1beta1",
}
DONE = {"type": "NamespaceDeletionContentFailure", "status": "False", "message": "All content successfully deleted"}


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        (
            [DONE, REMAINING, HELD],
            "1 configmaps, 2 challenges.acme.cert-manager.io still there, held by the finalizer example.org/hold",
        ),
        ([REMAINING], "1 configmaps, 2 challenges.acme.cert-manager.io still there"),
        ([DISCOVERY], "Discovery failed for some groups, 1 failing: unable to retrieve metrics.k8s.io/v1beta1"),
        ([DONE], "the cluster does not say why"),
    ],
)
def test_what_keeps_a_namespace(conditions: list[dict[str, Any]], told: str) -> None:
    assert what_keeps({"status": {"conditions": conditions}}) == told
