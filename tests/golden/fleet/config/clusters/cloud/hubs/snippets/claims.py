c.JupyterHub.shutdown_on_logout = True
