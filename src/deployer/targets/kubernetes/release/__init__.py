"""A hub's release of helm.

Belongs here: rendering it, installing it, repairing what an interrupted helm left, what helm and the deployer keep of it in the
hub's namespace. Never: whether its pods run.
"""
