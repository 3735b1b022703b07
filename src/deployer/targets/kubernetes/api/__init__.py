"""A cluster's API server.

Belongs here: how it is reached, which kinds of objects and which rights it gives, objects as plain data, namespaces, locks.
Never: what a hub or a release of helm is.
"""
