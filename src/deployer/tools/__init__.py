"""Programs and this machine behind typed wrappers; `process.py` is the one that starts a process.

Belongs here: helm, sops, git, files, clock. Never: knowing hubs.
"""
