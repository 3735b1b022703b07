"""Each fault of a hub gives the right step, with what was found, the right log, and no server left behind."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from tests.support.certificates import own_certificate
from tests.support.clock import Clock
from tests.support.probing import Titles, access, failures, probe, statuses
from tests.support.scripted_hub import READY, Answer, Channel, events, message, obeying_kernel, scripted_hub

from deployer.model.health import CheckOptions, ExpectedLogin, ProfileChoice
from deployer.services.prober import HUB, LOGIN, NOTEBOOK, PROVIDER, PUBLIC, START, STOP, USER, HubProber
from deployer.tools.clock import SystemClock

ME = "/hub/api/users/deployer-check"
MINE = "/user/deployer-check/api"
HASTY = CheckOptions(request_seconds=2, start_seconds=1, cell_seconds=1, stop_seconds=1)
EXPECTED = ExpectedLogin("github.com", "our-client", "https://hub.example.org/hub/oauth_callback")
RIGHT = "https://github.com/login/oauth/authorize?client_id=our-client&redirect_uri=https%3A%2F%2Fhub.example.org%2Fhub%2Foauth_callback"


def redirect(address: str) -> Answer:
    return Answer(302, headers={"Location": address})


def failing_cell(request: dict[str, Any]) -> list[dict[str, Any] | None]:
    if "6 * 7" not in request["content"]["code"]:
        return obeying_kernel(request)
    error = {"ename": "ZeroDivisionError", "evalue": "division by zero"}
    return [
        message(request, "error", **error, traceback=[]),
        message(request, "execute_reply", status="error", **error),
        message(request, "status", execution_state="idle"),
    ]


def dying_kernel(request: dict[str, Any]) -> list[dict[str, Any] | None]:
    return [{"msg_type": "status", "parent_header": {}, "content": {"execution_state": "dead"}}]


def closing(request: dict[str, Any]) -> list[dict[str, Any] | None]:
    return [None]


def silent(request: dict[str, Any]) -> list[dict[str, Any] | None]:
    return []


def talking_nonsense(request: dict[str, Any]) -> list[dict[str, Any] | None]:
    return [{"unexpected": True}, *obeying_kernel(request)]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, ""),
        ({"GET /hub/login": Answer(500)}, "/hub/login answered 500 Internal Server Error"),
        ({"GET /hub/api/": Answer(503)}, "503"),
    ],
)
def test_a_look_starts_no_server(answers: dict[str, Answer | list[Answer]], said: str) -> None:
    with scripted_hub(answers) as hub:
        found = HubProber(Titles(), SystemClock()).look(access(hub.url))
        assert said in found if said else not found
        assert not any(asked.startswith("POST") for asked in hub.asked)


def test_a_hub_to_which_its_cluster_leads_nobody_yet_is_asked_again() -> None:
    with scripted_hub({"GET /hub/api/": [Answer(503), Answer(503), Answer(body={"version": "5.5.4"})]}) as hub:
        report = probe(access(hub.url))
    assert report.healthy
    assert report.steps[0].found == "JupyterHub 5.5.4"


@dataclass(frozen=True)
class Fault:
    """What the hub answers, the step that must fail, what must be found, and whose logs must be told."""

    name: str
    step: str
    found: str
    answers: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    channel: Channel = obeying_kernel
    login: ExpectedLogin | None = None
    logs: tuple[str, ...] = ("hub",)

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


SERVER_LOG = ("server of deployer-check",)
BOTH_LOGS = ("server of deployer-check", "hub")
BUSY = Answer(429, {"message": "Hub startup rate limit exceeded. Try again in 1 minute."}, {"Retry-After": "60"})
FAULTS = [
    Fault("hub answers 500", HUB, r"GET /hub/api/ answered 500 boom", {"GET /hub/api/": Answer(500, {"message": "boom"})}),
    Fault("proxy without a hub", HUB, r"GET /hub/api/ answered 404", {"GET /hub/api/": Answer(404, "Not Found")}),
    Fault("something else listens", HUB, r"did not answer as JupyterHub does, but with text/html", {
        "GET /hub/api/": Answer(200, "<html>", {"Content-Type": "text/html; charset=utf-8"})}),
    Fault("login page answers 500", LOGIN, r"/hub/login answered 500", {"GET /hub/login": Answer(500)}),
    Fault("login page in a circle", LOGIN, r"redirects in a circle", {"GET /hub/login": redirect("/hub/login")}),
    Fault("login page leads nowhere", LOGIN, r"leads to an address that is none", {
        "GET /hub/login": Answer(body='<a href="http://[::bad/hub/oauth_login">Sign in</a>')}),
    Fault("login page redirects nowhere", LOGIN, r"no proper answer \(Invalid URL in location header",
          {"GET /hub/login": redirect("http://[::bad/")}),
    Fault("form instead of a provider", LOGIN, r"a form instead of a redirect to github\.com", login=EXPECTED),
    Fault("wrong client id", LOGIN, r"client id `theirs` instead of `our-client`",
          {"GET /hub/login": redirect(RIGHT.replace("our-client", "theirs"))}, login=EXPECTED),
    Fault("wrong callback", LOGIN, r"callback URL `https://other\.example\.org/hub/oauth_callback` instead of `https://hub\.",
          {"GET /hub/login": redirect(RIGHT.replace("hub.example", "other.example"))}, login=EXPECTED),
    Fault("wrong provider", LOGIN, r"host `gitlab\.com` instead of `github\.com`",
          {"GET /hub/login": redirect(RIGHT.replace("github.com", "gitlab.com"))}, login=EXPECTED),
    Fault("token unknown", USER, r"refused: 403 Missing or invalid credentials.*deploy the hub again",
          {f"GET {ME}": Answer(403, {"message": "Missing or invalid credentials."})}),
    Fault("user cannot be made", USER, r"POST /hub/api/users/deployer-check answered 400 Failed to create user",
          {f"GET {ME}": Answer(404), f"POST {ME}": Answer(400, {"message": "Failed to create user"})}),
    Fault("start refused", START, r"answered 500 Unhandled error in pre_spawn_hook", logs=BOTH_LOGS,
          answers={f"POST {ME}/server": Answer(500, {"message": "Unhandled error in pre_spawn_hook"})}),
    Fault("start failed", START, r"Spawn failed: 0/3 nodes are available; before that: Pulling image", logs=BOTH_LOGS,
          answers={f"GET {ME}/server/progress": events(
              {"message": "Pulling image"}, {"failed": True, "message": "Spawn failed: 0/3 nodes are available"})}),
    Fault("never ready", START, r"not ready after 1 s; before that: Pulling image", logs=BOTH_LOGS, answers={
        f"GET {ME}": [Answer(body={"servers": {}}), Answer(body={"servers": {"": {"pending": "spawn"}}})],
        f"GET {ME}/server/progress": events({"message": "Pulling image"})}),
    Fault("vanished while starting", START, r"it neither runs nor starts any more", logs=BOTH_LOGS,
          answers={f"GET {ME}/server/progress": Answer(400, {"message": "deployer-check is not starting"})}),
    Fault("hub is full", START, r"the hub starts no more servers now: Hub startup rate limit", logs=BOTH_LOGS,
          answers={f"POST {ME}/server": BUSY}),
    Fault("no kernel API", NOTEBOOK, r"GET /user/deployer-check/api/kernelspecs answered 404", logs=SERVER_LOG,
          answers={f"GET {MINE}/kernelspecs": Answer(404)}),
    Fault("kernel does not start", NOTEBOOK, r"POST /user/deployer-check/api/kernels answered 500", logs=SERVER_LOG,
          answers={f"POST {MINE}/kernels": Answer(500, {"message": "No such kernel"})}),
    Fault("no websocket", NOTEBOOK, r"no websocket, but 400.*does not let websockets through", logs=SERVER_LOG,
          answers={f"GET {MINE}/kernels/k1/channels": Answer(400)}),
    Fault("websocket closes", NOTEBOOK, r"cell 2 \(`import json`\): the connection to the kernel broke off",
          channel=closing, logs=SERVER_LOG),
    Fault("kernel dies", NOTEBOOK, r"cell 2 \(`import json`\): the kernel died", channel=dying_kernel, logs=SERVER_LOG),
    Fault("cell hangs", NOTEBOOK, r"cell 2 \(`import json`\): the cell did not end within 1 s", channel=silent, logs=SERVER_LOG),
    Fault("cell raises", NOTEBOOK, r"cell 3 \(`assert 6 \* 7 == 42`\) raised ZeroDivisionError: division by zero",
          channel=failing_cell, logs=SERVER_LOG),
    Fault("server stays", STOP, r"still there after 1 s", {
        f"DELETE {ME}/server": Answer(202),
        f"GET {ME}": [Answer(body={"servers": {}}), Answer(body={"servers": {"": {"pending": "stop"}}})]}),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_found_at_its_step_with_the_end_of_the_right_log(fault: Fault) -> None:
    with scripted_hub(fault.answers, fault.channel) as hub:
        logs = {None: "the hub's last line", "deployer-check": "the server's last line"}
        report = probe(access(hub.url, login=fault.login), options=HASTY, log=lambda user: iter([f"{logs[user]}\n"]))
    assert not report.healthy
    assert list(failures(report)) == [fault.step]
    step = failures(report)[fault.step]
    assert re.search(fault.found, step.found), step.found
    assert step.expected
    assert tuple(tail.source for tail in step.logs) == fault.logs
    assert all(tail.lines == (logs[None if tail.source == "hub" else "deployer-check"],) for tail in step.logs)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.step in (START, NOTEBOOK)], ids=str)
def test_a_server_is_stopped_whatever_failed(fault: Fault) -> None:
    with scripted_hub(fault.answers, fault.channel) as hub:
        probe(access(hub.url, login=fault.login), options=HASTY)
        assert [asked for asked in hub.asked if asked != "GET /hub/login"][-1] == f"DELETE {ME}/server"


def test_nobody_listens() -> None:
    with scripted_hub() as hub:
        url = hub.url
    report = probe(access(url), options=HASTY)
    assert failures(report)[HUB].found.startswith("/hub/api/: no connection")
    assert statuses(report) == ["failed", *["skipped"] * 5]


def test_a_healthy_hub() -> None:
    with scripted_hub() as hub:
        report = probe(access(hub.url))
        assert hub.asked.count(f"WEBSOCKET {MINE}/kernels/k1/channels") == 1
        assert hub.asked[-2:] == [f"WEBSOCKET {MINE}/kernels/k1/channels", f"DELETE {ME}/server"]
    assert report.healthy
    assert [step.name for step in report.steps] == [HUB, LOGIN, USER, START, NOTEBOOK, STOP]


def test_the_token_goes_to_the_hub_and_its_servers_only() -> None:
    with scripted_hub() as provider:
        provider.answers["GET /authorize"] = [Answer()]
        with scripted_hub({"GET /hub/login": redirect(f"{provider.url}authorize")}) as hub:
            assert probe(access(hub.url)).healthy
            told = dict(zip(hub.asked, hub.tokens, strict=True))
        assert provider.tokens == [""]
    assert told.pop("GET /hub/login") == ""
    assert set(told.values()) == {"token not-a-real-token"}


def test_a_cell_that_fails_does_not_keep_the_last_ones_from_cleaning_up() -> None:
    ran: list[str] = []

    def channel(request: dict[str, Any]) -> list[dict[str, Any] | None]:
        ran.append(request["content"]["code"])
        return failing_cell(request)

    with scripted_hub(channel=channel) as hub:
        probe(access(hub.url))
    assert len(ran) == 3
    assert "unlink" in ran[-1]


def test_what_a_kernel_says_besides_is_left_alone() -> None:
    with scripted_hub(channel=talking_nonsense) as hub:
        assert probe(access(hub.url)).healthy


def test_a_server_that_an_interrupted_check_left_is_stopped_first() -> None:
    left = Answer(body={"servers": {"": {"ready": True, "pending": None, "url": "/user/deployer-check/"}}})
    with scripted_hub({f"GET {ME}": left}) as hub:
        report = probe(access(hub.url))
        assert hub.asked.index(f"DELETE {ME}/server") < hub.asked.index(f"POST {ME}/server")
    assert report.healthy
    assert "an earlier check left" in report.steps[2].found


def test_a_busy_hub_is_asked_again_after_as_long_as_it_wants() -> None:
    busy = Answer(429, {"message": "Too many users"}, {"Retry-After": "0.05"})
    with scripted_hub({f"POST {ME}/server": [busy, busy, Answer(202)]}) as hub:
        assert probe(access(hub.url), options=HASTY).healthy
        assert hub.asked.count(f"POST {ME}/server") == 3


def test_a_hub_that_stays_full_is_no_sick_hub() -> None:
    full = Answer(429, {"message": "Active user limit exceeded. Try again in a few minutes."}, {"Retry-After": "60"})
    with scripted_hub({f"POST {ME}/server": full}) as hub:
        report = probe(access(hub.url), options=HASTY)
    (step,) = (step for step in report.steps if step.status == "failed")
    assert step.found == "the hub starts no more servers now: Active user limit exceeded. Try again in a few minutes."
    assert step.cause == "full"


def test_a_stream_that_breaks_off_does_not_fail_a_server_that_is_ready() -> None:
    ready = Answer(body={"servers": {"": {"ready": True, "pending": None, "url": "/user/deployer-check/"}}})
    answers = {f"GET {ME}": [Answer(body={"servers": {}}), ready], f"GET {ME}/server/progress": events({"message": "Pulling"})}
    with scripted_hub(answers) as hub:
        assert probe(access(hub.url)).healthy


def test_each_choice_gets_a_server_of_its_own() -> None:
    choices = (ProfileChoice("Python", {"profile": "python"}), ProfileChoice("R, large", {"profile": "r", "size": "large"}))
    failed = events({"failed": True, "message": "Spawn failed: no such image"})
    with scripted_hub({f"GET {ME}/server/progress": [failed, events(READY)]}) as hub:
        report = probe(access(hub.url, profiles=choices), all_profiles=True)
        assert hub.asked.count(f"DELETE {ME}/server") == 2
    told = [(step.name, step.choice, step.status) for step in report.steps[3:]]
    assert told == [
        (START, "Python", "failed"), (NOTEBOOK, "Python", "skipped"), (STOP, "Python", "ok"),
        (START, "R, large", "ok"), (NOTEBOOK, "R, large", "ok"), (STOP, "R, large", "ok"),
    ]  # fmt: skip


def test_what_needs_no_server_is_looked_at_while_one_starts() -> None:
    starting, waited = Event(), list[bool]()

    def at(title: str) -> None:
        if title == START:
            starting.set()
        if title == LOGIN:
            waited.append(starting.wait(10))

    with scripted_hub() as hub:
        report = probe(replace(access(hub.url), public=hub.url), progress=Titles(at))
    assert waited == [True]
    assert [step.name for step in report.steps] == [HUB, LOGIN, USER, START, NOTEBOOK, STOP, PUBLIC]


def test_without_a_kernel_of_the_language_the_notebook_is_skipped_with_the_reason() -> None:
    answer = Answer(body={"default": "ir", "kernelspecs": {"ir": {"spec": {"language": "R"}}}})
    with scripted_hub({f"GET {MINE}/kernelspecs": answer}) as hub:
        report = probe(access(hub.url))
    assert report.healthy
    assert report.steps[4].status == "skipped"
    assert report.steps[4].found == "no kernel here speaks python"


def test_an_address_that_is_not_in_the_dns_is_reached_under_its_own_name() -> None:
    with scripted_hub() as hub:
        report = probe(access("http://hub.invalid/", connect_to=("127.0.0.1", hub.port)))
        assert set(hub.hosts) == {"hub.invalid"}
        assert f"WEBSOCKET {MINE}/kernels/k1/channels" in hub.asked
    assert report.healthy


@pytest.mark.parametrize(("vouched", "found"), [(True, []), (False, [HUB])], ids=["vouched for", "for anybody"])
def test_a_certificate_of_another_name_is_taken_where_the_way_leads_to_the_hub_alone(
    tmp_path: Path, *, vouched: bool, found: list[str]
) -> None:
    with scripted_hub(tls=own_certificate(tmp_path, "hub.example.org")) as hub:
        report = probe(replace(access(f"https://127.0.0.1:{hub.port}/"), vouched=vouched), options=HASTY)
        assert (f"WEBSOCKET {MINE}/kernels/k1/channels" in hub.asked) is vouched
    assert list(failures(report)) == found


@pytest.mark.parametrize(
    ("answer", "status", "found"),
    [
        (Answer(), "ok", "not refused"),
        (Answer(404), "failed", "answered 404"),
        (Answer(503), "skipped", "answered 503"),
        (redirect("/login/oauth/error?authError=redirect_uri_mismatch"), "failed", "redirect_uri_mismatch"),
        (redirect("/hub/oauth_callback?error=invalid_client&error_description=unknown"), "failed", "`invalid_client` unknown"),
    ],
)  # fmt: skip
def test_what_the_login_provider_says_to_the_redirect(answer: Answer, status: str, found: str) -> None:
    with scripted_hub({"GET /authorize": answer}) as provider:
        page = Answer(body=f'<a class="btn" href="/hub/oauth_login?next=%2Fhub%2F">Sign in</a><!-- {provider.url} -->')
        answers = {"GET /hub/login": page, "GET /hub/oauth_login": redirect(f"{provider.url}authorize?client_id=x")}
        with scripted_hub(answers) as hub:
            report = probe(access(hub.url))
    step = next(step for step in report.steps if step.name == PROVIDER)
    assert step.status == status
    assert found in step.found


def test_a_login_provider_out_of_reach_says_nothing_about_the_hub() -> None:
    with scripted_hub() as provider:
        gone = provider.url
    with scripted_hub({"GET /hub/login": redirect(f"{gone}authorize")}) as hub:
        report = probe(access(hub.url))
    assert report.healthy
    assert (report.steps[2].name, report.steps[2].status) == (PROVIDER, "skipped")


def test_a_login_page_that_logs_in_by_itself_is_not_followed() -> None:
    with scripted_hub({"GET /hub/login": redirect("/hub/tmplogin")}) as hub:
        report = probe(access(hub.url))
        assert "GET /hub/tmplogin" not in hub.asked
    assert report.steps[1].found == "redirect to /hub/tmplogin"


FULL = "2026-11-26T21:24:00Z [Warning] 0/3 nodes are available: 3 Insufficient memory."
ASSIGNED = "2026-11-26T21:25:00Z [Normal] Successfully assigned prod/jupyter-deployer-check to node1"
UNBOUND = "2026-11-26T21:24:00Z [Warning] 0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."
NO_CLAIM = '2026-11-26T21:24:00Z [Warning] 0/3 nodes are available: persistentvolumeclaim "course" not found.'

MOUNT = """2026-11-26T21:26:00Z [Warning] MountVolume.SetUp failed for volume "homes": mount failed: exit status 32"""
PULLING = '2026-11-26T21:26:00Z [Normal] Pulling image "quay.io/jupyter/scipy-notebook:1"'
PULLED = '2026-11-26T21:27:00Z [Normal] Successfully pulled image "quay.io/jupyter/scipy-notebook:1" in 3m'
LIMITED = '2026-11-26T21:27:00Z [Warning] Failed to pull image "quay.io/jupyter/scipy-notebook:1": 429 Too Many Requests'
OTHER_PULLED = '2026-11-26T21:27:00Z [Normal] Successfully pulled image "quay.io/jupyterhub/k8s-network-tools:4.4.0" in 1s'


@pytest.mark.parametrize(
    ("heard", "cause"),
    [
        ([FULL], "room"),
        ([FULL, ASSIGNED], ""),
        ([ASSIGNED], ""),
        ([UNBOUND], "volume"),
        ([NO_CLAIM], "volume"),
        ([ASSIGNED, MOUNT], "volume"),
        ([FULL, ASSIGNED, PULLING], "image"),
        ([PULLING, PULLED], ""),
        ([PULLING, LIMITED], "registry"),
        ([PULLING, LIMITED, PULLED], ""),
        ([PULLING, LIMITED, OTHER_PULLED], "registry"),
        ([], ""),
    ],
)
def test_what_a_server_that_does_not_start_waits_for(heard: list[str], cause: str) -> None:
    failed = {"progress": 100, "failed": True, "message": "Spawn failed: Timeout"}
    stream = events(*({"progress": 50, "message": message} for message in heard), failed)
    with scripted_hub({f"GET {ME}/server/progress": stream}) as hub:
        report = probe(access(hub.url), options=HASTY)
    assert failures(report)[START].cause == cause


CONTAINERD = (
    'rpc error: code = NotFound desc = failed to pull and unpack image "quay.io/jupyter/scipy-notbok:1": '
    'failed to resolve reference "quay.io/jupyter/scipy-notbok:1": '
)
REFUSALS = {
    f"{CONTAINERD}quay.io/jupyter/scipy-notbok:1: not found": "not found",
    f"{CONTAINERD}unexpected status from HEAD request to https://quay.io/v2/manifests/1: 401 UNAUTHORIZED": "401 UNAUTHORIZED",
    f"{CONTAINERD}pull access denied, repository does not exist or may require authorization: server message: "
    "insufficient_scope: authorization failed": "authorization failed",
    "initializing source docker://quay.io/jupyter/scipy-notbok:1: reading manifest 1 in quay.io/jupyter/scipy-notbok: "
    "unauthorized: access to the requested resource is not authorized": "access to the requested resource is not authorized",
    "Error response from daemon: manifest for quay.io/jupyter/scipy-notbok:1 not found: manifest unknown": "manifest unknown",
}


def failed_pull(why: str) -> dict[str, Any]:
    return {
        "progress": 50,
        "message": f'2026-11-26T21:27:00Z [Warning] Failed to pull image "quay.io/jupyter/scipy-notbok:1": {why}',
    }


@pytest.mark.parametrize("said", REFUSALS)
def test_an_image_that_a_registry_refuses_ends_the_start_at_once(said: str) -> None:
    clock = Clock()
    stream = events({"progress": 30, "message": PULLING}, failed_pull(said), READY)
    with scripted_hub({f"GET {ME}/server/progress": stream}) as hub:
        report = probe(access(hub.url), clock=clock)
        assert hub.asked[-1] == f"DELETE {ME}/server"
    step = failures(report)[START]
    assert step.found == f"the image quay.io/jupyter/scipy-notbok:1 cannot be had: {REFUSALS[said]}"
    assert (step.cause, clock.seconds) == ("registry", 1)


def test_a_registry_that_is_out_of_reach_has_a_minute() -> None:
    silent = f"{CONTAINERD}failed to do request: Head https://quay.io/v2/manifests/1: dial tcp 10.0.0.1:443: i/o timeout"
    starting = Answer(body={"servers": {"": {"pending": "spawn"}}})
    clock = Clock()
    answers = {f"GET {ME}": [Answer(body={"servers": {}}), starting], f"GET {ME}/server/progress": events(failed_pull(silent))}
    with scripted_hub(answers) as hub:
        report = probe(access(hub.url), clock=clock)
    step = failures(report)[START]
    assert (step.found, step.cause) == ("the image quay.io/jupyter/scipy-notbok:1 cannot be had: i/o timeout", "registry")
    assert 60 < clock.seconds < 70


def test_what_an_earlier_server_of_the_same_name_met_is_not_held_against_the_next() -> None:
    earlier, later = events(failed_pull(next(iter(REFUSALS)))), events({"progress": 50, "message": PULLING}, READY)
    with scripted_hub({f"GET {ME}/server/progress": [earlier, later]}) as hub:
        assert probe(access(hub.url), clock=Clock()).healthy


SMALL, GPU = ProfileChoice("Small", {"profile": "small"}), ProfileChoice("GPU", {"profile": "gpu"})
STAFF = ProfileChoice("Staff", {"profile": "staff"}, grouped=True)
UP = events(READY)
STUCK = events({"progress": 10, "message": FULL}, {"failed": True, "message": "Spawn failed: Timeout"})
REFUSED = events(failed_pull(next(iter(REFUSALS))))


@pytest.mark.parametrize(
    ("streams", "told"),
    [
        ([UP, UP, UP], {"Small": ("ok", "/user/deployer-check/"), "GPU": ("ok", "/user/deployer-check/")}),
        ([UP, STUCK, UP], {"Small": ("skipped", "not tried: Spawn failed: Timeout"), "GPU": ("ok", "/user/deployer-check/")}),
        ([UP, REFUSED], {"Small": ("failed", "the image quay.io/"), "GPU": ("failed", "the image quay.io/")}),
    ],
    ids=["all well", "no room for one", "images that cannot be had"],
)
def test_what_is_started_besides_the_usual_server(streams: list[Answer], told: dict[str, tuple[str, str]]) -> None:
    with scripted_hub({f"GET {ME}/server/progress": list(streams)}) as hub:
        report = probe(replace(access(hub.url), besides=(SMALL, STAFF, GPU)), clock=Clock())
        assert hub.asked.count(f"POST {ME}/server") == hub.asked.count(f"DELETE {ME}/server") == 3
    assert [step.choice for step in report.steps if step.name == NOTEBOOK] == [""]
    starts = {step.choice: step for step in report.steps if step.name == START}
    assert starts.pop("").status == "ok"
    assert starts.pop("Staff").found == "not tried: it is for people of some groups alone"
    assert {choice: (step.status, step.found[: len(told[choice][1])]) for choice, step in starts.items()} == told
    assert report.healthy is all(status != "failed" for status, _ in told.values())


def test_what_is_started_besides_has_as_long_as_the_usual_server_alone() -> None:
    clock, starting = Clock(), Answer(body={"servers": {"": {"pending": "spawn"}}})
    gone = Answer(body={"servers": {}})
    pulling = events({"progress": 30, "message": PULLING})
    with scripted_hub({f"GET {ME}": [gone, starting], f"GET {ME}/server/progress": [UP, pulling]}) as hub:
        report = probe(replace(access(hub.url), besides=(SMALL, GPU)), clock=clock)
    starts = {step.choice: (step.status, step.found) for step in report.steps if step.name == START}
    assert starts["Small"] == ("skipped", f"not tried: not ready after 300 s; before that: {PULLING}")
    assert starts["GPU"] == ("skipped", "not tried: no time was left for it")
    assert report.healthy
