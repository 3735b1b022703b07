"""Manifests -> changes -> redaction -> plan. Pure.

Belongs here: comparing and ordering. Never: effects.
"""
