"""One module a command group: parse, call one workflow, print.

Belongs here: Typer commands. Never: logic. A command imports its workflow inside its function, so that `--help` stays fast.
"""
