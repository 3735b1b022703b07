"""People's servers as processes of this machine, described by the pod that KubeSpawner would have made.

Belongs here: reading the pod, homes and UIDs, limits, starting and stopping. Never: proxies and the hub itself. Only `spawner`
and `adopt` import KubeSpawner, so that the rest can be tested without.
"""
