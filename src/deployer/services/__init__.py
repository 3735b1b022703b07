"""Small clients of HTTP APIs: JupyterHub and its user servers, and later OCI registries, GitHub, GitLab, Prometheus.

    reach         whether people reach a hub at its public address
    transport     how connections are made: proxies, addresses that are not in the DNS
    jupyterhub    the hub's REST API
    spawning      a user's server: started, watched, stopped
    kernels       a user server's kernels, over HTTP and a websocket
    notebook      the notebook that a check runs
    login         the login page and the login provider
    prober        the Prober that joins them

Belongs here: requests and answers. Never: deciding.
"""
