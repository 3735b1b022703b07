"""Small clients of HTTP APIs: JupyterHub, and later OCI registries, GitHub, GitLab, Prometheus.

Belongs here: requests and answers. Never: deciding.
"""
