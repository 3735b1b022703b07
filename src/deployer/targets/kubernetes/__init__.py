"""Hubs as Helm releases on a Kubernetes cluster, each in a namespace of its own name.

Belongs here: rendering by helm, looking at a namespace, locks, trying a configuration, watching a rollout, telling what
Kubernetes says in words. Never: how a cluster's credentials are had (that is `clouds`), the files people write.
"""
