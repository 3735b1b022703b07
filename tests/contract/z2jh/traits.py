"""Runs in the hub's environment: what a hub configuration makes of values, as JSON, one file a case.

`traits.py ours VALUES_FOLDER OUTPUT_FOLDER` uses hub_runtime; `traits.py real RENDERED_FOLDER OUTPUT_FOLDER HUB_FILES` uses the
chart's own files, with everything mounted as its pod has it. Each case runs in a process of its own.
"""

import json
import os
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import jupyterhub.app  # noqa: F401 (imported once, for all cases)
import yaml
from kubernetes_asyncio.client import ApiClient
from traitlets.config import Config
from traitlets.config.loader import LazyConfigValue

POD_FOLDER = "/usr/local/etc/jupyterhub"
PORTS = {"hub": 8081, "proxy_api": 8001}
RELEASE = "welcome"
GENERATED = re.compile(r"^[0-9a-f]{64}$")
PER_PROCESS = set[str]()


def ours(values: Path) -> Config:
    """Our configuration of one values file."""
    from hub_runtime.configure import configure
    from hub_runtime.folder import HubFolder

    folder = HubFolder(Path(tempfile.mkdtemp()))
    folder.make()
    folder.ports.write_text(json.dumps(PORTS))
    settings = {"version": 1, "cluster": "demo", "hub": RELEASE, "port": 8000}
    (folder.accepted / "settings.json").write_text(json.dumps(settings))
    (folder.accepted / "values.json").write_text(json.dumps({"jupyterhub": yaml.safe_load(values.read_text())}))
    config = Config()
    configure(config, folder)
    return config


def real(rendered: Path, hub_files: Path) -> Config:
    """The chart's own configuration, of what its templates made of one values file."""
    pod = Path(tempfile.mkdtemp())
    content = json.loads(rendered.read_text())
    for kind in ("secret", "config"):
        (pod / kind).mkdir()
        for key, text in content[kind].items():
            (pod / kind / key).write_text(text)
    for source in hub_files.glob("*.py"):
        (pod / source.name).write_text(source.read_text().replace(POD_FOLDER, str(pod)))
    prefix = content["config"]["hub"].upper().replace("-", "_")
    proxy = content["config"]["proxy-api"].upper().replace("-", "_")
    os.environ |= {f"{prefix}_SERVICE_PORT": "8081", f"{proxy}_SERVICE_PORT": "8001", **content["environment"]}
    PER_PROCESS.update({f"{prefix}_SERVICE_PORT", f"{proxy}_SERVICE_PORT"})
    config = Config()
    path = pod / "jupyterhub_config.py"
    exec(compile(path.read_text(), path, "exec"), {"get_config": lambda: config, "__file__": str(path), "__name__": "config"})
    return config


def plain(value: Any) -> Any:
    """As JSON, the same for the same traits."""
    if isinstance(value, LazyConfigValue):
        return {f"<{how}>": plain(what) for how, what in sorted(value.to_dict().items())}
    if isinstance(value, type):
        return f"<class {value.__name__}>"
    if callable(value):
        return f"<callable {value.__name__}>"
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return {"<set>": sorted(map(str, value))}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return "<generated>" if GENERATED.match(value) and value not in KEPT_SECRETS else value
    if value is None or isinstance(value, bool | int | float):
        return value
    return plain(ApiClient.sanitize_for_serialization(ApiClient.__new__(ApiClient), value))


KEPT_SECRETS: set[str] = set()


def described(config: Config, before: Mapping[str, str]) -> dict[str, Any]:
    """Traits by section, and what the configuration put into the environment."""
    environment = {name: value for name, value in os.environ.items() if before.get(name) != value and name not in PER_PROCESS}
    sections = {section: plain(dict(traits)) for section, traits in sorted(config.items()) if traits}
    return {"traits": sections, "environment": dict(sorted(environment.items()))}


def run_each(cases: Iterable[Path], output: Path, make: Callable[[Path], Config]) -> None:
    """A forked process a case."""
    for case in sorted(cases):
        child = os.fork()
        if child == 0:
            os._exit(run(case, output, make))
        _, status = os.waitpid(child, 0)
        if status:
            raise SystemExit(f"{case.name} failed")


def run(case: Path, output: Path, make: Callable[[Path], Config]) -> int:
    """One case, to the end of its process."""
    values = Path(__file__).parent / "values" / f"{case.stem}.yaml"
    KEPT_SECRETS.update(re.findall(r"[0-9a-f]{64}", values.read_text()))
    before = dict(os.environ)
    try:
        traits = described(make(case), before)
    except Exception:
        traceback.print_exc()
        return 1
    (output / f"{case.stem}.json").write_text(json.dumps(traits, indent=1, sort_keys=True) + "\n")
    return 0


def main(how: str, cases: str, output: str, *hub_files: str) -> None:
    """See above."""
    Path(output).mkdir(parents=True, exist_ok=True)
    os.chdir(tempfile.mkdtemp())
    if how == "ours":
        run_each(Path(cases).glob("*.yaml"), Path(output), ours)
    else:
        run_each(Path(cases).glob("*.json"), Path(output), lambda case: real(case, Path(hub_files[0])))


if __name__ == "__main__":
    main(*sys.argv[1:])
