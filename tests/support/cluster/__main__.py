"""`python -m tests.support.cluster COMMAND`: keeps one cluster for work by hand; `--help` lists the commands."""

import argparse
import os
import sys
from pathlib import Path

from tests.support import cert_manager, image
from tests.support.cache import cache_root
from tests.support.cluster.cluster import Cluster
from tests.support.cluster.fixtures import with_hub_image
from tests.support.cluster.needs import missing
from tests.support.cluster.processes import ClusterError
from tests.support.cluster.store import image_store
from tests.support.ingress import pebble


def main() -> str | None:
    """Returns what went wrong."""
    parser = argparse.ArgumentParser(prog="cluster", description=__doc__)
    parser.add_argument("--state", type=Path, default=cache_root() / "cluster" / "kept")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start it, with the hub's image; nothing happens where it is up")
    commands.add_parser("build", help="make what it is started from: its programs and its images")
    commands.add_parser("down", help="end it and remove its folder")
    commands.add_parser("status", help="its processes, nodes and pods")
    commands.add_parser("forward", help="a port on 127.0.0.1 that leads inside").add_argument("address")
    commands.add_parser("inside", help="a command in its network").add_argument("words", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    reason = missing()
    if reason is not None:
        return reason
    try:
        _run(Cluster(options.state), options)
    except ClusterError as error:
        return str(error)
    return None


def _run(cluster: Cluster, options: argparse.Namespace) -> None:
    match options.command:
        case "up":
            if cluster.is_up:
                with_hub_image(cluster)
            else:
                cluster.up([image.archive()])
            print(f"export KUBECONFIG={cluster.kubeconfig}")
        case "build":
            print(image_store([image.archive()]).parent, pebble.program().parent, cert_manager.sources(), sep="\n")
        case "down":
            cluster.down()
        case "status":
            for process in cluster.processes.recorded():
                print(f"{process.name:28} {process.pid:8} {'running' if process.alive else 'ended'}")
            print(cluster.kubectl("get", "nodes,pods", "-A", "-o", "wide", check=False))
        case "forward":
            print(cluster.forward(options.address))
        case "inside":
            command = cluster.processes.inside(options.words)
            os.execvp(command[0], command)


if __name__ == "__main__":
    sys.exit(main())
