"""One module a use case; each reads like the runbook it replaces.

Belongs here: the order of things. Never: subprocess, SDKs, rich, the name of an implementation; effects come in the bundle.
"""
