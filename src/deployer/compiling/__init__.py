"""compile(hub, outputs, secrets) -> release with provenance; checks on what comes out. Pure.

Belongs here: the typed hub file in the chart's words. Never: reading files.
"""
