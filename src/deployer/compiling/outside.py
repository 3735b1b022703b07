"""How a hub is reached and what it shows before a login: addresses, landing page, network, room."""

from __future__ import annotations

from typing import Any

from deployer.compiling.choices import usual_machine
from deployer.compiling.inputs import Inputs
from deployer.compiling.said import Said, Tree
from deployer.config.scalars import memory_bytes

_SSH_PORT = 22
_WEB_PORTS = (80, 443)
_PUBLIC = {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"]}
"""All but private networks and addresses of the machine's own network, where clouds answer with metadata."""
_OTHER_SERVERS = [{"podSelector": {"matchLabels": {"component": "singleuser-server"}}}]
"""z2jh's label of people's servers."""


def landing_tree(of: Inputs) -> Tree:
    """What templates read as `deployer`: texts of the community, and who operates the hub."""
    community = of.hub["community"]
    page = {
        "display_name": of.hub["display_name"] if of.hub["display_name"] else of.loaded.ref.hub,
        "name": community["name"],
        "url": community["url"],
        "logo": community["logo"],
        "description": community["description"],
        "funded_by": _organization(community["funded_by"]),
        "operated_by": _organization(of.fleet["operated_by"]),
        "links": [{"title": link["title"], "url": link["url"]} for link in community["links"].each()],
        "announcements": list(community["announcements"].each()),
    }
    return {"hub": {"templateVars": {"deployer": page}}}


def _organization(organization: Said[Any]) -> Tree:
    return {"name": organization["name"], "url": organization["url"]} if organization.value is not None else None


def ingress_tree(of: Inputs) -> Tree:
    """The domain, with a certificate; nothing on a local cluster, whose hubs have ports. Without a support stack of ours, the
    cluster's own default class serves it."""
    domain = of.hub["domain"]
    if not domain or of.local:
        return {}
    tls = [{"hosts": [domain], "secretName": "https-certificate"}]
    served = {"enabled": True, "ingressClassName": of.ingress_class or None, "hosts": [domain], "tls": tls}
    return {"ingress": domain.decides(served)}


def network_tree(of: Inputs) -> Tree:
    """z2jh's own rules let servers reach public addresses at all ports, and nothing inside; what a hub says of it beyond that."""
    network = of.hub["network"]
    ssh, ports = network["ssh_between_users"], network["allow_ports"]
    listed = ports.value is not None
    out = [ports.decides(_internet(ports))] if listed else []
    within = []
    if ssh:
        out.append(ssh.decides({"to": _OTHER_SERVERS, "ports": [{"port": _SSH_PORT}]}))
        within.append(ssh.decides({"from": _OTHER_SERVERS, "ports": [{"port": _SSH_PORT}]}))
    allowed = {
        "cloudMetadataServer": network["block_metadata"].map(lambda blocked: None if blocked else True),
        "nonPrivateIPs": ports.decides(False) if listed else None,
    }
    return {
        "singleuser": {
            "cloudMetadata": {"blockWithIptables": network["block_metadata"]},
            "networkPolicy": {"egress": out or None, "ingress": within or None, "egressAllowRules": allowed},
        }
    }


def _internet(ports: Said[Any]) -> Tree:
    further = [port for port in ports.each() if port.value not in _WEB_PORTS]
    return {"to": [{"ipBlock": _PUBLIC}], "ports": [{"port": port} for port in (*_WEB_PORTS, *further)]}


def spare_tree(of: Inputs) -> Tree:
    """Pods that give way to people's servers, and so keep room for them, where most servers go."""
    spare = of.hub["spare_room"]
    if spare.value is None or of.local:
        return {}
    machine = usual_machine(of)
    pods = {
        "enabled": True,
        "replicas": spare["servers"],
        "resources": {"requests": {"memory": spare["memory"].map(memory_bytes)}},
        "extraPodSpec": {"nodeSelector": machine.override["node_selector"]} if machine else None,
    }
    return {"scheduling": {"podPriority": spare.decides({"enabled": True}), "userPlaceholder": spare.decides(pods)}}


def uptime_tree(of: Inputs) -> Tree:
    """The chart's key `uptime`: what is watched from outside."""
    check, domain = of.hub["uptime_check"], of.hub["domain"]
    if of.local or not domain:
        return {}
    return {"uptime": domain.decides({"enabled": check, "url": f"https://{domain.value}/hub/health"})}
