"""What people find in their servers, and what happens to servers that misbehave."""

import json
import os
import textwrap
from collections.abc import Iterator

import psutil
import pytest
from tests.support.hub_driver import Kernel, Person, wait_for
from tests.support.local_hub import LocalHub

pytestmark = pytest.mark.functional
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives each person a UID")


@pytest.fixture(scope="module")
def ada(shared_hub: LocalHub) -> Iterator[Person]:
    with shared_hub.person("ada") as person:
        person.log_in()
        person.start({"profile": "usual", "profile-option-usual--size": "large"})
        yield person


@pytest.fixture(scope="module")
def kernel(ada: Person) -> Kernel:
    return ada.kernel()


def test_a_server_has_what_its_pod_would_have(kernel: Kernel) -> None:
    code = """
        import json, os
        names = ("GREETING", "REFERENCE", "SIZE", "MEM_LIMIT", "JUPYTER_IMAGE", "USER", "JUPYTERHUB_DEFAULT_URL")
        files = [open(path).read() for path in ("/etc/gitconfig", os.path.expanduser("~/hook"))]
        leaked = [name for name in os.environ if name.startswith(("CONFIGPROXY", "HUB_RUNTIME_FOLDER", "PYTHONPATH"))]
        print(json.dumps([{name: os.environ.get(name) for name in names}, files, leaked, os.getcwd() == os.environ["HOME"]]))
    """
    environment, files, leaked, at_home = json.loads(kernel.run(textwrap.dedent(code)))
    assert environment | {"JUPYTER_IMAGE": ""} == {
        "GREETING": "hello ada",
        "REFERENCE": "hello ada!",
        "SIZE": "large",
        "MEM_LIMIT": "419430400",
        "JUPYTER_IMAGE": "",
        "USER": "ada",
        "JUPYTERHUB_DEFAULT_URL": "/lab",
    }
    assert environment["JUPYTER_IMAGE"]
    assert files[0].startswith("[user]")
    assert files[1].strip().isdigit()
    assert leaked == []
    assert at_home


def test_jupyter_reads_the_configuration_that_the_values_bring(kernel: Kernel) -> None:
    code = """
        from pathlib import Path
        from jupyter_core.paths import jupyter_config_path
        files = [Path(folder) / "jupyter_server_config.json" for folder in jupyter_config_path()]
        print([file.read_text() for file in files if file.exists()])
    """
    assert "4321" in kernel.run(textwrap.dedent(code))


@pytest.mark.extra
@as_root
def test_each_person_has_a_uid_and_reaches_nobody_else_s_files(shared_hub: LocalHub, kernel: Kernel) -> None:
    assert int(kernel.run("import os; print(os.getuid())")) >= 20_001
    kernel.run("open('private', 'w').write('x'); os.chmod('private', 0o666)")
    with shared_hub.person("ben") as ben:
        ben.log_in()
        ben.start()
        other = ben.kernel()
        assert other.run("import os; print(os.getuid())") != kernel.run("print(os.getuid())")
        for path in ("homes/ada/private", "data/secrets.json", "data/jupyterhub.sqlite", "start/values.json", "logs/hub.log"):
            assert "Error" in other.run(f"open('{shared_hub.root}/{path}').read()"), path
        assert "Error" in other.run(f"os.listdir('{shared_hub.root}/homes')")
        other.run("open('/tmp/mine', 'w').write('x')")
        assert kernel.run("print(os.path.exists('/tmp/mine'))").strip() == "False"


def test_a_server_that_exits_at_once_is_told_at_once_with_its_last_words(shared_hub: LocalHub) -> None:
    with shared_hub.person("cy") as cy:
        cy.log_in()
        cy.request_start({"profile": "broken"})
        last = cy.events("hub/api/users/cy/server/progress")[-1]
        assert last["failed"]
        assert "ended with exit code 3" in last["message"]
        assert "no such &lt;module&gt;" in last["html_message"]
        assert "no such &lt;module&gt;" in cy.page("hub/spawn-pending/cy")
        assert "no such <module>" in shared_hub.log()
        assert "cy" not in shared_hub.people_with_processes()


def test_a_named_server_has_a_home_of_its_own_that_ends_as_its_disk_would(shared_hub: LocalHub, ada: Person) -> None:
    ada.start(server="second")
    home = shared_hub.root / "homes" / "ada--second"
    assert home.is_dir()
    assert (shared_hub.root / "logs" / "servers" / "ada--second.log").stat().st_mode & 0o777 == 0o600
    ada.stop("second", remove=True)
    wait_for("the home to be gone", lambda: not home.exists())
    assert (shared_hub.root / "homes" / "ada").is_dir()
    assert ada.servers()[""]["ready"]


@pytest.mark.extra
@as_root
def test_a_program_that_wants_too_much_memory_is_ended_and_told(shared_hub: LocalHub, ada: Person, kernel: Kernel) -> None:
    pid = int(kernel.run("import os; print(os.getpid())"))
    with pytest.raises((TimeoutError, OSError)):
        kernel.run("x = bytearray(2 * 10**9)", seconds=3)
    wait_for("the kernel to be ended", lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie")
    wait_for(
        "the reason in the server's log", lambda: "needed more memory than its limit of 400 MiB" in shared_hub.log("servers/ada")
    )
    assert ada.servers()[""]["ready"]
