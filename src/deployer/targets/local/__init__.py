"""Hubs as processes of this machine, under a supervisor (`hub_runtime.supervisor`) in an environment of their own.

    folder        what lies where below the state folder
    start_files   values and settings that the supervisor starts from: this target's manifests
    login         which logins a machine of one's own can do, and what replaces the others
    notices       what processes cannot honour of the values, in sentences
    ports         which port a hub gets, and who has it
    runtime       the environment with JupyterHub, made once for all hubs
    supervision   start, reload, stop, and how it goes
    keeping       the record of the last deploy, and the way back to the one before
    target        the Target that joins them

Belongs here: everything that knows `hub_runtime`'s files and signals. Never: importing `hub_runtime`.
"""
