"""`fleet.yaml` and `policy.yaml`: what holds for all clusters and hubs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from deployer.config.models.base import Duration, FileModel, MailAddress, Name, Url
from deployer.config.models.hub import Organization

StaffProvider = Literal[
    "github", "cilogon", "google", "auth0", "generic-oauth", "ldap", "lti13", "native", "shared-password", "dummy"
]


class Tools(FileModel):
    terraform: Literal["tofu", "terraform"] = "tofu"


class StateBucket(FileModel):
    bucket: Name


class Route(FileModel):
    to: Name
    when: dict[str, Any] = Field(default_factory=dict)


class Alerts(FileModel):
    route: list[Route] = Field(default_factory=list)


class Ring(FileModel):
    clusters: list[Name]
    soak: Duration | None = None


class Defaults(FileModel):
    """Merged under every file of that kind; the file wins."""

    cluster: dict[str, Any] = Field(default_factory=dict)
    hub: dict[str, Any] = Field(default_factory=dict)


class FleetFile(FileModel):
    """The whole fleet."""

    deployer: str | None = Field(default=None, description='Which deployer may touch this fleet, such as ">=0.1,<0.2".')
    contact: MailAddress | None = Field(default=None, description="Mail address for certificates and alerts.")
    operated_by: Organization | None = None
    staff: dict[StaffProvider, list[Name]] = Field(
        default_factory=dict, description="Added to every hub's admins, by login provider."
    )
    tools: Tools = Field(default_factory=Tools)
    state: StateBucket | None = None
    chart_mirrors: dict[Url, str] = Field(default_factory=dict, description="Chart repository -> your own.")
    alerts: Alerts = Field(default_factory=Alerts)
    rings: dict[Name, Ring] = Field(default_factory=dict)
    defaults: Defaults = Field(default_factory=Defaults)


class Bound(FileModel):
    min: str | int | float | None = None
    max: str | int | float | None = None


class Representatives(FileModel):
    may_change: list[Name] = Field(default_factory=list, description="Paths of the hub file.")
    bounds: dict[Name, Bound] = Field(default_factory=dict, description="Limits of what may be written there.")


class PolicyFile(FileModel):
    """What representatives may change without an engineer."""

    representatives: Representatives = Field(default_factory=Representatives)
