"""A cluster's API server, and what it refuses, in words."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from deployer.errors import DeployerError, ExternalError, GuardError, NotAllowedError
from deployer.model.access import Kubeconfig
from deployer.model.protocols import Clock, Journal
from deployer.tools.helm import KubeAccess
from deployer.tools.journal import SILENT

if TYPE_CHECKING:
    from kubernetes.client.exceptions import ApiException

FIELD_MANAGER = "deployer"
_PATIENCE = 60.0
"""Seconds for which an API server that does not answer is asked again: it may be restarting."""
_PAUSE = 1.0
_REQUEST_SECONDS = 20
_COMMAND_SECONDS = 60
_BUSY = (429, 500, 502, 503, 504)
_NO_CONTAINER = re.compile("container not found|container is in CONTAINER_|container is not created or running")
"""What the kubelet, containerd and CRI-O say, as an error of their own, of a container that does not run."""
_WRONG_CERTIFICATE = "CERTIFICATE_VERIFY_FAILED"
_FORBIDDEN = re.compile(
    r'cannot (?P<verb>\w+) resource "(?P<what>[^"]+)"(?: in API group "[^"]*")?(?: in the namespace "(?P<where>[^"]+)")?'
)
_TOO_LARGE = re.compile("Too long: (?:must have|may not be more)|request is too large|Request entity too large|exceeds the limit")
WEBHOOK = re.compile(
    r'(?:failed calling webhook "(?P<name>[^"]+)"|conversion webhook for (?P<kind>.+?) failed):'
    r'(?: failed to call webhook:)?(?: Post "?(?P<url>https://\S+?)"?:)? (?P<why>.+)'
)
"""A webhook that the API server has to ask before it takes a change, and cannot."""
_SERVICE = re.compile(r"https://[\w-]+\.(?P<namespace>[\w-]+)\.svc[.:/]")
_QUOTA = re.compile(r"exceeded quota: (?P<quota>[^,]+), requested: (?P<asked>\S+), used: (?P<used>\S+), limited: (?P<limit>\S+)")


def load_client() -> None:
    """Import the official client, beside other work: it takes a quarter of a second."""
    import_module("kubernetes")


class Connection:
    """The API of one cluster, by the official client. Objects come back as plain data, in the API's own words."""

    def __init__(self, cluster: str, kubeconfig: Kubeconfig, clock: Clock, journal: Journal = SILENT) -> None:
        self.cluster = cluster
        self._kubeconfig = kubeconfig
        self._clock = clock
        self._journal = journal

    @property
    def helm(self) -> KubeAccess:
        """The same access, for helm."""
        return KubeAccess(self._kubeconfig.file, self._kubeconfig.context)

    @cached_property
    def client(self) -> Any:
        """The client's ApiClient, for plain requests."""
        from kubernetes import client, config
        from kubernetes.config import ConfigException

        settings = client.Configuration()
        settings.retries = False
        try:
            config.load_kube_config(str(self._kubeconfig.file), self._kubeconfig.context or None, settings, persist_config=False)
        except ConfigException as error:
            raise ExternalError(
                f"the kubeconfig of cluster {self.cluster} cannot be used: {error}",
                hint="Get it anew from whoever runs the cluster.",
            ) from None
        return client.ApiClient(settings)

    def close(self) -> None:
        """End its connections, where there are any."""
        if "client" in self.__dict__:
            self.client.rest_client.pool_manager.clear()

    def request(
        self, method: str, path: str, *, body: Any = None, query: dict[str, str] | None = None, kind: str = "", accept: str = ""
    ) -> Any:
        """One request. `kind` is the content type of a patch, `accept` of the answer. The answer's JSON, or text; None for 404.

        Raises ExternalError where the API server does not answer or refuses, GuardError for what changed under our hands (409).
        """
        from kubernetes.client.exceptions import ApiException

        headers = {"Accept": accept or "application/json", "Content-Type": kind or "application/json"}
        name = (body or {}).get("metadata", {}).get("name", "") if method == "POST" else ""
        maker = f"{FIELD_MANAGER}-{uuid.uuid4().hex[:8]}" if name else ""
        asked = {**(query or {}), **({"fieldManager": maker} if maker else {})}

        def send() -> Any:
            serialized = self.client.param_serialize(
                method,
                path,
                query_params=list(asked.items()),
                header_params=headers,
                body=body,
                auth_settings=["BearerToken"],
            )
            response = self.client.call_api(*serialized, _request_timeout=_REQUEST_SECONDS)
            text = response.read().decode()
            if response.status >= 300:
                raise ApiException(status=response.status, body=text)
            return json.loads(text) if "json" in (response.headers.get("Content-Type") or "") else text

        try:
            answer = self.patiently(send)
        except GuardError:
            answer = self._made_by(maker, f"{path}/{name}") if maker else None
            if answer is None:
                raise
        if method != "GET" and answer is not None:
            self._journal.did(f"{method} {path}" + (f"/{name}" if name else ""))
        return answer

    def _made_by(self, maker: str, path: str) -> Any:
        """The object, where our request made it and its answer was lost; None where somebody else made it. The API server notes
        who made an object by a name that the request gives, and no two of ours give the same."""
        found = self.request("GET", path) or {}
        makers = [entry.get("manager") for entry in found.get("metadata", {}).get("managedFields") or []]
        return found if maker in makers else None

    def lines(self, path: str, query: dict[str, str]) -> Iterator[str]:
        """The lines of an answer that goes on, each as soon as it is there; none for 404. Raises as `request` does."""
        from kubernetes.client.exceptions import ApiException
        from urllib3.exceptions import HTTPError

        serialized = self.client.param_serialize("GET", path, query_params=list(query.items()), auth_settings=["BearerToken"])

        def send() -> Any:
            response = self.client.call_api(*serialized)
            if response.status >= 300:
                raise ApiException(status=response.status, body=response.read().decode())
            return response.response

        answer = self.patiently(send)
        try:
            yield from (line.decode(errors="replace").rstrip("\r\n") for line in answer or ())
        except HTTPError as error:
            raise self.silence(error) from None

    def execute(self, namespace: str, pod: str, container: str, command: Sequence[str]) -> str | None:
        """Run a command in a container. Returns what it prints, on both of its streams; None where the container does not run.

        Raises as `request` does.
        """
        from kubernetes.client.exceptions import ApiException
        from kubernetes.stream.ws_client import websocket_call
        from websocket import WebSocketException

        query = [("container", container), ("stdout", "true"), ("stderr", "true"), *(("command", word) for word in command)]

        def send() -> str:
            path = f"/api/v1/namespaces/{namespace}/pods/{pod}/exec"
            output = self._stream(websocket_call, path, query, binary=True, _preload_content=False)
            try:
                output.run_forever(timeout=_COMMAND_SECONDS)
                return bytes(output.read_all()).decode(errors="replace")
            except (WebSocketException, OSError) as error:
                raise ApiException(status=0, reason=str(error)) from None
            finally:
                output.sock.shutdown()  # its own `close` leaves it open where the server has closed first

        answer: str | None = self.patiently(send)
        self._journal.did(f"run `{command[0]}` in container {container} of namespace {namespace}")
        return answer

    def forward(self, namespace: str, pod: str, port: int) -> Any:
        """The client's PortForward: sockets that lead to a port of a pod. Raises as `request` does."""
        from kubernetes.stream.ws_client import portforward_call

        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/portforward"
        return self.patiently(lambda: self._stream(portforward_call, path, [("ports", str(port))]))

    def _stream(self, opening: Callable[..., Any], path: str, query: list[tuple[str, str]], **settings: Any) -> Any:
        """By a function of the client's. Its classes of the whole API, which wrap these, take a second and more to import."""
        from kubernetes.client.exceptions import ApiException

        method, url, headers, *_ = self.client.param_serialize("GET", path, query_params=query, auth_settings=["BearerToken"])
        try:
            return opening(self.client.configuration, method, url, headers=headers, **settings)
        except ApiException as error:
            raise _refused_socket(error) from None

    def patiently(self, send: Callable[[], Any]) -> Any:
        """Again and again while the API server does not answer, for a minute at most. None for what is not there."""
        from kubernetes.client.exceptions import ApiException
        from urllib3.exceptions import HTTPError

        deadline = self._clock.monotonic() + _PATIENCE
        while True:
            try:
                return send()
            except ApiException as error:
                said = str(error.body or error.reason)
                if error.status == 404 or _NO_CONTAINER.search(said):
                    return None
                # The client's status for a broken connection is 0.
                if not error.status and (_WRONG_CERTIFICATE in str(error.reason) or self._clock.monotonic() > deadline):
                    raise self.silence(error) from None
                if error.status and (error.status not in _BUSY or self._clock.monotonic() > deadline):
                    raise self.refusal(error.status, said) from None
            except HTTPError as error:
                if _WRONG_CERTIFICATE in str(error) or self._clock.monotonic() > deadline:
                    raise self.silence(error) from None
            self._clock.sleep(_PAUSE)

    def refusal(self, status: int | None, body: str) -> DeployerError:
        """What the API server refused, in words."""
        message = _message(body)
        known = self.known_refusal("Unauthorized" if status == 401 else message)
        if known:
            return known
        if status == 409:
            return GuardError(f"cluster {self.cluster}: {message}", hint="Somebody else changed it at the same time; try again.")
        return ExternalError(f"cluster {self.cluster} refused: {message}", hint=f"Look with `deployer doctor {self.cluster}`.")

    def known_refusal(self, said: str) -> DeployerError | None:
        """What the API server refuses most often, wherever its words are found; None for anything else."""
        if match := WEBHOOK.search(said):
            return self._deaf(match)
        if "Unauthorized" in said:
            return ExternalError(
                f"cluster {self.cluster} does not accept the credentials: they have expired or are wrong",
                hint="Get a new kubeconfig from whoever runs the cluster, or log in again.",
            )
        if match := _FORBIDDEN.search(said):
            where = f" in namespace {match['where']}" if match["where"] else ""
            return NotAllowedError(
                f"the account may not {match['verb']} {match['what']}{where} of cluster {self.cluster}",
                hint=f"Ask whoever runs the cluster for this right; `deployer doctor {self.cluster}` lists all that are needed.",
            )
        if match := _QUOTA.search(said):
            return ExternalError(
                f"the quota `{match['quota']}` of cluster {self.cluster} is used up: "
                f"{match['asked']} asked for, {match['used']} of {match['limit']} used",
                hint="Ask whoever runs the cluster for more, or free some.",
            )
        if _TOO_LARGE.search(said):
            return ExternalError(
                f"what is to be kept in cluster {self.cluster} is larger than the 1 MiB that Kubernetes and helm can store",
                hint="Take big files out of the values: put them into the image, or into people's homes by `content`.",
            )
        return None

    def _deaf(self, webhook: re.Match[str]) -> ExternalError:
        """A webhook without which the API server takes no change."""
        if service := _SERVICE.match(webhook["url"] or ""):
            hint = f"Look at its pods: `kubectl get pods -n {service['namespace']}`"
        else:
            hint = "`kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations` shows whose it is"
        return ExternalError(
            f"cluster {self.cluster} cannot ask its webhook `{webhook['name'] or webhook['kind']}`, "
            f"without which it takes no such change: {webhook['why']}",
            hint=f"{hint}. Once it answers, run the same command again.",
        )

    def silence(self, error: Exception) -> ExternalError:
        """The API server that does not answer."""
        host = self.client.configuration.host
        if _WRONG_CERTIFICATE in str(error):
            reason = "its certificate is not the one that the kubeconfig expects"
        else:
            reason = f"its API server at {host} does not answer"
        return ExternalError(
            f"cluster {self.cluster} cannot be reached: {reason}",
            hint="Look at your network and VPN and at the kubeconfig; is the cluster running?",
        )

    def now(self) -> datetime:
        """The time of the API server, by which its objects are dated: clocks of different machines are never compared."""
        serialized = self.client.param_serialize("GET", "/version", auth_settings=["BearerToken"])
        answer = self.patiently(lambda: self.client.call_api(*serialized, _request_timeout=_REQUEST_SECONDS))
        return parsedate_to_datetime(answer.headers["Date"])

    @cached_property
    def version(self) -> str:
        """Of the API server: `v1.36.3`."""
        return str(self.request("GET", "/version")["gitVersion"])


def _refused_socket(error: ApiException) -> ApiException:
    """A stream that the API server refused: the client forgets its status, as if the server had not answered."""
    from kubernetes.client.exceptions import ApiException
    from websocket import WebSocketBadStatusException

    cause = error.__context__
    if not isinstance(cause, WebSocketBadStatusException):
        return error
    body = cause.resp_body or b""
    return ApiException(status=cause.status_code, reason=str(cause), body=body.decode(errors="replace"))


def _message(body: str) -> str:
    try:
        content = json.loads(body)
    except ValueError:
        return body.strip()[:300]
    return str(content.get("message", body)) if isinstance(content, dict) else body
