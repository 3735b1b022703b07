"""A deploy is tried before it happens.

Belongs here: the Job in which the new hub image loads the new configuration, and what it tells. Never: anything that touches the
hub that runs.
"""
