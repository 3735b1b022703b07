"""What is said of kinds of objects that a cluster does not know."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from deployer.errors import ExternalError
from deployer.model.release import HubRef
from deployer.targets.kubernetes.api.kinds import Kind, api_versions, defined_by, missing, require_known

REF = HubRef("aurora", "prod")
CERTIFICATE = Kind("cert-manager.io/v1", "Certificate")
DOCUMENTS = {
    "Certificate/hub": "apiVersion: cert-manager.io/v1\nkind: Certificate\n",
    "Secret/hub": "apiVersion: v1\nkind: Secret\n",
}


def definition(*versions: str) -> dict[str, Any]:
    served = [{"name": version, "served": version != "v0"} for version in versions]
    spec = {"group": "cert-manager.io", "names": {"kind": "Certificate"}, "versions": served}
    return {"kind": "CustomResourceDefinition", "metadata": {"name": "certificates.cert-manager.io"}, "spec": spec}


def test_a_kind_of_the_support_stack_names_the_command_that_installs_it() -> None:
    with pytest.raises(ExternalError) as failure:
        require_known(REF, DOCUMENTS, frozenset(), ())
    assert failure.value.message == (
        "cluster aurora does not know objects of kind Certificate (cert-manager.io/v1), which aurora/prod needs"
    )
    assert failure.value.hint == "`deployer support deploy aurora` installs what defines it."


def test_kinds_that_are_known_or_that_the_release_defines_itself() -> None:
    require_known(REF, DOCUMENTS, frozenset({CERTIFICATE}), ())
    require_known(REF, DOCUMENTS, frozenset(), [definition("v1")])
    own = {"CustomResourceDefinition/it": yaml.safe_dump({**definition("v1"), "apiVersion": "apiextensions.k8s.io/v1"})}
    known = frozenset({Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")})
    require_known(REF, DOCUMENTS | own, known, ())
    with pytest.raises(ExternalError):
        require_known(REF, DOCUMENTS, frozenset(), [definition("v0", "v2")])


def test_only_what_is_not_there_is_defined() -> None:
    assert defined_by([definition("v0", "v1")]) == {CERTIFICATE}
    assert missing([definition("v1")], frozenset()) == [definition("v1")]
    assert missing([definition("v1")], frozenset({CERTIFICATE})) == []


def test_versions_as_helm_takes_them() -> None:
    assert api_versions([CERTIFICATE, Kind("cert-manager.io/v1", "Issuer")]) == (
        "cert-manager.io/v1",
        "cert-manager.io/v1/Certificate",
        "cert-manager.io/v1/Issuer",
    )
