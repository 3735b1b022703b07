# Own Python for the hub: linted by `deployer validate`, run when the hub starts; `c` is JupyterHub's configuration.
c.JupyterHub.log_level = "INFO"
