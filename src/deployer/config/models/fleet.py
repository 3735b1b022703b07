"""`fleet.yaml` and `policy.yaml`: what holds for all clusters and hubs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from deployer.config.models.base import (
    ChartRepository,
    DurationOrNone,
    FileModel,
    GitHubUser,
    GlobusUser,
    MailAddress,
    Name,
    Person,
    Share,
)
from deployer.config.models.hub import Organization


class Staff(FileModel):
    """The team, by the names that each login provider gives them."""

    github: list[GitHubUser] = Field(default=[], description="User names.")
    cilogon: list[Person] = Field(default=[], description="User names.")
    google: list[MailAddress] = Field(default=[], description="Mail addresses.")
    auth0: list[Person] = Field(default=[], description="User names.")
    generic_oauth: list[Person] = Field(default=[], alias="generic-oauth", description="User names.")
    azuread: list[Person] = Field(default=[], description="User names.")
    globus: list[GlobusUser] = Field(default=[], description="User names.")
    gitlab: list[Person] = Field(default=[], description="User names.")
    bitbucket: list[Person] = Field(default=[], description="User names.")
    openshift: list[Person] = Field(default=[], description="User names.")
    mediawiki: list[Person] = Field(default=[], description="User names.")
    ldap: list[Person] = Field(default=[], description="User names.")
    lti13: list[Person] = Field(default=[], description="User names.")
    native: list[Person] = Field(default=[], description="User names.")
    shared_password: list[Person] = Field(default=[], alias="shared-password", description="User names.")
    dummy: list[Person] = Field(default=[], description="User names.")

    def of(self, provider: str) -> list[str]:
        """Those whom a login provider knows."""
        names: list[str] = getattr(self, provider.replace("-", "_"), [])
        return names


class Tools(FileModel):
    """Programs that the deployer uses."""

    terraform: Literal["tofu", "terraform"] = Field(default="tofu", description="Which program carries out infrastructure.")


class StateBucket(FileModel):
    """Where the state of infrastructure is kept."""

    bucket: Name = Field(description="Its name; {cluster} is the cluster's.")


class Route(FileModel):
    """Where some of the alerts go."""

    to: Name = Field(description="mail, or the name of a receiver.")
    when: dict[str, Any] = Field(default={}, description="Labels that an alert must have.")


class Alerts(FileModel):
    """Who is told when something is wrong."""

    route: list[Route] = Field(default=[], description="Where alerts go; the first that fits.")


class Ring(FileModel):
    """Hubs that `deploy --all` changes together, before those of the next ring; what is in no ring comes last."""

    hubs: list[Name] = Field(default=[], description="Hubs of this ring, as CLUSTER/HUB.")
    clusters: list[Name] = Field(default=[], description="Clusters of this ring, but for hubs that a ring names.")
    share: Share | None = Field(default=None, description="So many of all hubs, such as 1/10, from those that no ring names.")
    soak: DurationOrNone | None = Field(
        default=None, description="Leave what was deployed to run this long, and look at it again, before the next ring."
    )
    failures: Annotated[int, Field(ge=0)] | None = Field(
        default=None,
        description="So many hubs may fail; after one more nothing is begun. Without it a ring goes on to the end of a stage.",
    )


class Defaults(FileModel):
    """Merged under every file of that kind; the file wins."""

    cluster: dict[str, Any] = Field(default={}, description="Below every cluster.yaml.")
    hub: dict[str, Any] = Field(default={}, description="Below every hub's file.")


class FleetFile(FileModel):
    """The whole fleet."""

    deployer: str | None = Field(default=None, description='Which deployer may touch this fleet, such as ">=0.1,<0.2".')
    contact: MailAddress | None = Field(default=None, description="Mail address for certificates and alerts.")
    operated_by: Organization | None = Field(default=None, description="Who runs the hubs; told on every landing page.")
    staff: Staff = Field(default_factory=Staff, description="Added to every hub's admins, by login provider.")
    tools: Tools = Field(default_factory=Tools, description="Programs that the deployer uses.")
    state: StateBucket | None = Field(default=None, description="Where the state of infrastructure is kept.")
    chart_mirrors: dict[ChartRepository, ChartRepository] = Field(default={}, description="Chart repository -> your own.")
    alerts: Alerts = Field(default_factory=Alerts, description="Who is told when something is wrong.")
    rings: dict[Name, Ring] = Field(
        default={}, description="How a change goes through the clusters: ring by ring, in this order."
    )
    defaults: Defaults = Field(default_factory=Defaults, description="What every file of a kind builds on.")


class Bound(FileModel):
    """Limits of one setting."""

    min: str | int | float | None = Field(default=None, description="The least that may be written.")
    max: str | int | float | None = Field(default=None, description="The most that may be written.")


class Representatives(FileModel):
    """What people who speak for a community may change."""

    may_change: list[Name] = Field(default=[], description="Paths of the hub file.")
    bounds: dict[Name, Bound] = Field(default={}, description="Limits of what may be written there.")


class PolicyFile(FileModel):
    """What representatives may change without an engineer."""

    representatives: Representatives = Field(
        default_factory=Representatives, description="What people who speak for a community may change."
    )
