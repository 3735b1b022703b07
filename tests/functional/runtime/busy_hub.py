"""The values of one hub that uses much of what values can say, for the tests that share it."""

from typing import Any

from tests.support.cache import PROJECT
from tests.support.local_hub import Values, plain_values

TEMPLATES = PROJECT / "helm-charts" / "basehub" / "files" / "hub-templates"
LIMIT = "400M"
PROFILES = [
    {
        "display_name": "Usual",
        "slug": "usual",
        "default": True,
        "profile_options": {
            "size": {
                "display_name": "Size",
                "choices": {
                    "large": {
                        "display_name": "Large",
                        "kubespawner_override": {"environment": {"SIZE": "large"}, "default_url": "/rstudio"},
                    },
                    "small": {
                        "display_name": "Small",
                        "default": True,
                        "kubespawner_override": {"environment": {"SIZE": "small"}},
                    },
                },
            }
        },
    },
    {
        "display_name": "Broken",
        "slug": "broken",
        "kubespawner_override": {"cmd": ["sh", "-c", "echo 'no such <module>'; exit 3"]},
    },
]
SINGLEUSER = {
    "defaultUrl": "/lab",
    "memory": {"limit": LIMIT, "guarantee": "1M"},
    "extraEnv": {"GREETING": "hello {username}", "REFERENCE": "$(GREETING)!"},
    "extraFiles": {
        "gitconfig": {"mountPath": "/etc/gitconfig", "stringData": "[user]\n  name = everybody\n", "mode": 0o444},
        "config": {
            "mountPath": "/usr/local/etc/jupyter/jupyter_server_config.json",
            "data": {"MappingKernelManager": {"cull_idle_timeout": 4321}},
        },
    },
    "lifecycleHooks": {"postStart": {"exec": {"command": ["sh", "-c", "id -u > ~/hook"]}}},
    "profileList": PROFILES,
}
COMMUNITY = {
    "display_name": "Aurora",
    "name": "Aurora Lab",
    "url": "https://lab.example.org",
    "logo": "https://lab.example.org/logo.svg",
    "description": "Notebooks for everybody who studies the sky",
    "funded_by": {"name": "A Fund", "url": "https://fund.example.org"},
    "operated_by": {"name": "Hub Team", "url": "https://team.example.org"},
    "links": [{"title": "How to begin", "url": "https://lab.example.org/begin"}, {"title": "Odd", "url": "javascript:alert(1)"}],
    "announcements": ["Workshop on <b>Friday</b>"],
}
SETTINGS: dict[str, Any] = {"notices": ["Images are <not> used here."], "templates": [str(TEMPLATES)]}


def busy_values() -> Values:
    """Servers with profiles, limits, files and a hook; a community's pages; named servers."""
    values = plain_values(allowNamedServers=True, templateVars={"deployer": COMMUNITY})
    values["jupyterhub"]["singleuser"] = SINGLEUSER
    return values
