"""Pods: whether they run.

Belongs here: waiting for a rollout, and what Kubernetes says of a pod, a volume or one person's server, in words. Never: what
is installed, and what is done about a pod that does not run.
"""
