"""Pydantic models of the files: fleet.yaml, policy.yaml, cluster.yaml, hubs/*.yaml, secrets/*.secret.yaml.

Belongs here: fields, their descriptions (the reference and the JSON Schemas are made from them), and checks of one value or
one object. Never: checks that need another file.
"""
