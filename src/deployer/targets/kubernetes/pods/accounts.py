"""Pods whose account was removed and made again: the API server takes their tokens no more."""

from __future__ import annotations

from deployer.targets.kubernetes.api.objects import Namespace

_MARK = "deployer/account"


def renew_tokens(namespace: Namespace) -> None:
    """Start the Deployments anew that have pods older than their account. People's servers have no Deployment, and stay."""
    accounts = {entry["metadata"]["name"]: entry["metadata"] for entry in namespace.list("serviceaccounts", metadata_only=True)}
    made = [pod for pod in namespace.list("pods") if pod["metadata"].get("ownerReferences")]
    stale = {
        account
        for pod in made
        if (account := pod["spec"].get("serviceAccountName")) in accounts
        and pod["metadata"]["creationTimestamp"] < accounts[account]["creationTimestamp"]
    }
    for deployment in namespace.list("deployments") if stale else ():
        account = deployment["spec"]["template"]["spec"].get("serviceAccountName")
        if account in stale:
            marked = {"metadata": {"annotations": {_MARK: accounts[account]["uid"]}}}
            namespace.patch("deployments", deployment["metadata"]["name"], {"spec": {"template": marked}})
