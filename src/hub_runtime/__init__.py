"""What runs inside the hub's own interpreter: values -> traits, the spawner, the supervisor.

Belongs here: code that imports JupyterHub and KubeSpawner. Never: `deployer`; the two talk through files only, and the
formats of these files are documented where they are read (`folder`, `settings`) or written (`status`, `generated`).
"""
