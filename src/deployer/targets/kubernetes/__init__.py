"""Hubs as Helm releases on a Kubernetes cluster, each in a namespace of its own name.

Belongs here: what one cluster is asked to do with a hub, made of the rooms inside: the API server (`api`), a release of helm
(`release`), its pods (`pods`), and the trial before it changes (`trial`). Never: how a cluster's credentials are had (that is
`clouds`), the files people write.
"""
