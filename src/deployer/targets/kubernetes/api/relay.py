"""A port on 127.0.0.1 that leads to a pod through the API server, as `kubectl port-forward` does."""

from __future__ import annotations

import socket
import threading
from contextlib import closing, suppress

from deployer.errors import DeployerError
from deployer.targets.kubernetes.api.connection import Connection

_CHUNK = 65536


def relay(connection: Connection, namespace: str, pod: str, port: int) -> int:
    """Listen on a free port for as long as this process lives; each connection gets a stream of its own to the pod."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(listener, connection, namespace, pod, port), daemon=True).start()
    return int(listener.getsockname()[1])


def _accept(listener: socket.socket, connection: Connection, namespace: str, pod: str, port: int) -> None:
    while True:
        client, _ = listener.accept()
        threading.Thread(target=_serve, args=(client, connection, namespace, pod, port), daemon=True).start()


def _serve(client: socket.socket, connection: Connection, namespace: str, pod: str, port: int) -> None:
    with client, suppress(OSError, DeployerError):  # a connection that breaks says as much
        forwarding = connection.forward(namespace, pod, port)
        with closing(forwarding.socket(port)) as inside:
            inside.setblocking(True)
            back = threading.Thread(target=_pump, args=(inside, client), daemon=True)
            back.start()
            _pump(client, inside)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Copy until one side has no more to say."""
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
