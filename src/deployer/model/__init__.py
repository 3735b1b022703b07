"""Frozen data that passes between the rooms, and the Protocols behind which the effects live.

Belongs here: dataclasses without behaviour beyond small derivations, and Protocols. Never: pydantic, I/O, file formats,
names of implementations.
"""
