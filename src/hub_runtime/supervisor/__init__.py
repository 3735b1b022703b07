"""Keeps a hub's proxy and the hub itself running: `python -m hub_runtime.supervisor HUB_FOLDER`.

Belongs here: starting, watching, restarting, reloading, stopping, telling how it goes. Never: importing JupyterHub, which would
make the supervisor as big and as slow as the hub.

Signals: SIGTERM and SIGINT stop everything, people's servers too; SIGUSR1 all but these, for the next supervisor to adopt; SIGHUP
reads the start files again, tries them beside the running hub, and if they make one, restarts the hub alone.
"""
