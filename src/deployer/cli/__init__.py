"""One module a command group: parse, call one workflow, print.

Belongs here: Typer commands. Never: logic. A command imports its workflow inside its function, so that `--help` stays fast.

A command is one function, named as the verb, in `cli/<group>.py`; `app.py` lists it. At the top of the module stand only typer,
`deployer.cli.options`, `deployer.cli.session`, `deployer.errors` and the standard library::

    def check(context: typer.Context, cluster: Cluster, hub: Hub, *, all_profiles: AllProfiles = False) -> None:
        \"\"\"Use a hub as a person would: log in, start a server, run a notebook.\"\"\"
        from deployer.reporting.checks import to_json, to_text
        from deployer.workflows.check import check_hub

        session = Session.of(context)
        report = check_hub(session.effects(), HubRef(cluster, hub), all_profiles=all_profiles)
        session.show(text=lambda: to_text(report), data=lambda: to_json(report))
        session.end(0 if report.healthy else UnhealthyError.exit_code)

- `--fleet`, `--state`, `--format`, `--debug` are added to every command by `app.py`, before and after the verb; a command does
  not declare them. `session.fleet` is the fleet's root, `session.effects()` the bundle of `deployer.wiring`.
- Results go to stdout through `session.show`: `text` (a str, ends with a newline) or, with `--format json`, `data` (plain data,
  by the schema in `docs/reference/schemas/<command>.json`; `deployer new hub` is `new-hub.json`). Progress goes to stderr
  through `effects.progress`. Nothing else is printed.
- A bad end is a DeployerError (the boundary in `__main__` tells it, as text or as `{"error": ...}`), or `session.end(code)`
  where the result itself says what is wrong.
- `tests/functional/local/test_every_command_speaks_json.py` has a table with one success and one error of every command: add
  a row.
"""
