"""Access to clouds: credentials, tokens, facts.

Belongs here: one module a cloud, its SDK imported inside the functions that use it. Never: each other, compiling.
"""
