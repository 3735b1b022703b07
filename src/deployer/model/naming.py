"""Which of a hub's settings make people's names. None of them is a secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SPAWNER = ("slug_scheme", "pvc_name_template")
"""KubeSpawner's, which make a home's name from a person's."""
CLAIMS = (
    "username_claim",
    "username_key",
    "additional_username_claims",
    "username_from_email",
    "strip_idp_domain",
    "lookup_dn",
    "use_lookup_dn_username",
    "lookup_dn_user_dn_attribute",
    "pam_normalize_username",
    "tenant_id",
    "gitlab_url",
    "mw_index_url",
)
"""Of authenticators: what of all that a login provider tells is the name, and which server or directory tells it. Whatever
changes here names everybody anew."""
IDPS, RENAMED, DOMAINS, STRIP = ("idps", "allowed_idps"), "username_map", "hosted_domain", "strip_domain"
INSTITUTION = "identity_provider"
"""Of authenticators: settings that name some people anew."""
_SECTION = "Authenticator"


def naming(config: Any) -> Mapping[str, Any]:
    """What of `hub.config` makes names, and nothing else."""
    sections = config.items() if isinstance(config, Mapping) else ()
    told = {name: _only(said, _kept(name)) for name, said in sections}
    return {name: said for name, said in told.items() if said}


def _kept(section: str) -> tuple[str, ...]:
    if section.endswith(_SECTION):
        return (*CLAIMS, *IDPS, RENAMED, DOMAINS, STRIP, INSTITUTION)
    return {"JupyterHub": ("authenticator_class",), "KubeSpawner": SPAWNER}.get(section, ())


def _only(said: Any, kept: tuple[str, ...]) -> Mapping[str, Any]:
    return {name: said[name] for name in kept if name in said} if isinstance(said, Mapping) else {}
