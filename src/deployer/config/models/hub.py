"""`hubs/<hub>.yaml`: one hub, as its representative writes it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from deployer.config.models.base import (
    AbsolutePath,
    Branch,
    CpuRange,
    Disk,
    Domain,
    Duration,
    DurationOrNone,
    EnvName,
    FileMode,
    FileModel,
    FilePath,
    GitHubUser,
    GitRepository,
    GroupName,
    HomeFolder,
    IdleTime,
    ImagePrefix,
    ImageReference,
    Interface,
    Memory,
    MemoryRange,
    MountPath,
    Name,
    Port,
    RegistryHost,
    RelativePath,
    Share,
    SharedPath,
    Url,
)
from deployer.config.models.login import Login


class Organization(FileModel):
    """Somebody with a name and a page."""

    name: Name = Field(description="Its name.")
    url: Url | None = Field(default=None, description="Its page.")


class Link(FileModel):
    """A link on the landing page."""

    title: Name = Field(description="What the link says.")
    url: Url = Field(description="Where it leads.")


class Community(FileModel):
    """What the landing page says."""

    name: Name | None = Field(default=None, description="The community's name.")
    url: Url | None = Field(default=None, description="Its page.")
    logo: Url | None = Field(default=None, description="Address of its logo.")
    description: str | None = Field(default=None, description="A sentence under the name.")
    funded_by: Organization | None = Field(default=None, description="Who pays.")
    links: list[Link] = Field(default=[], description="Links on the landing page.")
    announcements: list[str] = Field(default=[], description="Shown on every page, until taken away.")
    representatives: list[GitHubUser] = Field(default=[], description="GitHub names; may change this file within policy.yaml.")


class Environment(FileModel):
    """Software that a person may start."""

    name: Name = Field(description="What people see.")
    image: ImageReference | None = Field(default=None, description="Container image with a tag.")
    description: str | None = Field(default=None, description="A sentence below the name.")
    default: bool = Field(default=False, description="Chosen at first.")
    interface: Interface | None = Field(default=None, description="lab, notebook, or a path such as /rstudio.")
    groups: list[GroupName] = Field(default=[], description="Only for people of these groups.")
    machines: list[Name] = Field(default=[], description="Only on these machine pools.")
    any_image: bool = Field(default=False, description="The person writes the image's name.")
    working_dir: AbsolutePath | None = Field(default=None, description="Where its server starts; the home when empty.")
    env: dict[EnvName, str] = Field(default={}, description="Environment variables of this environment only.")


class Size(FileModel):
    """Memory and CPU as guarantee..limit."""

    name: Name = Field(description="What people see.")
    description: str | None = Field(default=None, description="A sentence below the name.")
    memory: MemoryRange = Field(description="guarantee..limit, such as 512M..1G.")
    cpu: CpuRange | None = Field(default=None, description="guarantee..limit, such as 0.05..2.")
    default: bool = Field(default=False, description="Chosen at first.")


class Machine(FileModel):
    """A pool of the cluster on which people may start servers, whole or in parts."""

    pool: Name = Field(description="A node pool of the cluster.")
    name: Name | None = Field(default=None, description="What people see; the pool's name when empty.")
    shares: list[Share] = Field(default=[], description="Fractions of one machine.")
    sizes: list[Size] = Field(default=[], description="Instead of shares: memory and CPU.")
    default: Share | bool | None = Field(
        default=None, description="The share that is chosen at first, or `true` for the machine."
    )
    groups: list[GroupName] = Field(default=[], description="Only for people of these groups.")


class Home(FileModel):
    """Where people's files live."""

    kind: Literal["home-nfs", "efs", "filestore", "azure-files", "nfs", "disk", "folder", "none"] | None = Field(
        default=None, description="The cluster's `storage.homes.kind` when empty; `folder` on a local cluster."
    )
    size: Disk | None = Field(default=None, description="The disk for all homes of this hub; for `disk`, of each home.")
    quota: Disk | None = Field(default=None, description="What one person may use, in whole Gi; home-nfs only.")
    bandwidth: Memory | None = Field(
        default=None, description="What all servers together may read and write in a second; home-nfs only."
    )
    server: Name | None = Field(default=None, description="For `nfs`: the server.")
    path: AbsolutePath | None = Field(default=None, description="For `nfs`: the exported folder.")
    mount: MountPath = Field(default="/home/jovyan", description="Where a server sees it.")


class SharedFolder(FileModel):
    """A folder that all people of the hub see."""

    name: SharedPath = Field(description="Its name below the home.")
    writable_by: Literal["admins", "everyone", "nobody"] = Field(default="admins", description="Who may write there.")


class TemporaryFolder(FileModel):
    """A folder of one server, gone with it: on the machine's own disk, so faster than the home."""

    path: MountPath = Field(description="Where the server sees it, such as /tmp.")
    size: Disk = Field(description="What it may hold; a server that writes more is stopped.")


class FileInServer(FileModel):
    """A small file that every server has."""

    path: FilePath = Field(description="Where the server sees it.")
    content: str = Field(description="Its text.")
    mode: FileMode | None = Field(default=None, description='Octal, quoted: "0644".')


class Content(FileModel):
    """A git repository that every server pulls at its start."""

    repo: GitRepository = Field(description="Address of the repository.")
    branch: Branch = Field(default="main", description="Which branch or tag.")
    folder: HomeFolder = Field(description="Folder in the home that it goes to.")


class Idle(FileModel):
    """When servers that nobody uses are stopped."""

    stop_after: IdleTime = Field(default="1h", description="Without activity.")
    stop_after_running: Duration | None = Field(default=None, description="However busy.")
    kernels_after: DurationOrNone | None = Field(
        default=None, description="Kernels without activity; the time of stop_after when empty, 0s: never."
    )
    terminals_after: DurationOrNone | None = Field(default=None, description="Terminals without activity.")
    enabled: bool = Field(default=True, description="false: nothing is ever stopped.")


class Database(FileModel):
    """Where the hub remembers people and servers."""

    size: Disk = Field(default="1Gi", description="Disk of the hub's own SQLite database.")
    url: str | None = Field(
        default=None,
        description="An external one, such as postgresql+psycopg2://hub@db.example.org/hub; its password is a secret.",
    )


class SpareRoom(FileModel):
    """Room that is kept free, so that the next people need not wait for a machine."""

    servers: int = Field(ge=0, description="For how many servers.")
    memory: Memory = Field(description="Of each.")


class HubProcess(FileModel):
    """The hub itself."""

    image: ImageReference | None = Field(default=None, description="Another image for the hub.")
    database: Database = Field(default_factory=Database, description="Where the hub remembers people and servers.")
    concurrent_spawns: int | None = Field(default=None, ge=1, description="Servers that may start at once.")
    active_servers: int | None = Field(default=None, ge=1, description="Servers that may run at once.")
    python: list[RelativePath] = Field(default=[], description="Own Python for the hub, files of this hubs/ folder.")
    memory: MemoryRange | None = Field(default=None, description="guarantee..limit of the hub's own pod.")
    cpu: CpuRange | None = Field(default=None, description="guarantee..limit of the hub's own pod.")
    proxy_memory: MemoryRange | None = Field(default=None, description="guarantee..limit of its proxy's pod.")
    proxy_cpu: CpuRange | None = Field(default=None, description="guarantee..limit of its proxy's pod.")


class Network(FileModel):
    """What servers may reach."""

    block_metadata: bool = Field(default=True, description="Servers cannot reach the cloud's metadata address.")
    allow_ports: list[Port] | None = Field(
        default=None,
        description="Servers reach public addresses by TCP at 80, 443 and these ports only; without this key, at all ports.",
    )
    ssh_between_users: bool = Field(default=False, description="Servers may reach each other's port 22.")


class DaskGateway(FileModel):
    """Limits of people's Dask clusters."""

    worker_memory_max: Memory | None = Field(default=None, description="Of one worker.")
    cluster_cores_max: CpuRange | None = Field(default=None, description="Of all workers of one cluster.")
    cluster_memory_max: Memory | None = Field(default=None, description="Of all workers of one cluster.")
    scheduler_memory: Memory | None = Field(default=None, description="Of a cluster's scheduler.")
    scheduler_cpu: CpuRange | None = Field(default=None, description="Of a cluster's scheduler.")
    idle_after: DurationOrNone | None = Field(
        default=None, description="Clusters that nobody uses are stopped after this time; 0s: never."
    )


RepoProvider = Literal["github", "gist", "git", "gitlab", "zenodo", "figshare", "hydroshare", "dataverse", "ckan"]
"""Where BinderHub can get repositories from."""


class Binder(FileModel):
    """Environments built from repositories."""

    registry: RegistryHost = Field(description="Where built images go, such as quay.io.")
    image_prefix: ImagePrefix = Field(description="Begins the names of built images.")
    repo_providers: list[RepoProvider] = Field(default=[], description="Where repositories may come from; all when empty.")


class Extras(FileModel):
    """What a hub may have besides."""

    dask_gateway: bool | DaskGateway = Field(default=False, description="Dask clusters; a mapping sets limits.")
    image_builder: bool | Binder = Field(
        default=False, description="People build images on the spawn page; a mapping says where they go, `true` that `values` do."
    )
    binder: Binder | None = Field(
        default=None, description="Instead of image_builder: BinderHub's API alone, which builds images of repositories."
    )


class Role(FileModel):
    """A JupyterHub role."""

    description: str | None = Field(default=None, description="For people.")
    scopes: list[Name] = Field(default=[], description="What it allows.")
    users: list[Name] = Field(default=[], description="Who has it.")
    groups: list[Name] = Field(default=[], description="Groups whose people have it.")
    services: list[Name] = Field(default=[], description="Services that have it.")


class HubFile(FileModel):
    """One hub."""

    display_name: Name | None = Field(default=None, description="What people call it; the file's name when empty.")
    name: Name | None = Field(default=None, description="Must equal the file's name; may be left out.")
    domain: Domain | None = Field(default=None, description="Where it is reached; not for a local hub.")
    stage: Literal["staging", "canary", "production"] = Field(default="production", description="What is deployed before what.")
    extends: list[Name] = Field(default=[], description="Files of this folder that this one builds on.")
    metadata: dict[str, Any] = Field(default={}, description="Free.")
    community: Community = Field(default_factory=Community, description="What the landing page says.")
    login: Login | None = Field(default=None, description="Who may log in.")
    environments: list[Environment] = Field(default=[], description="What a person may start.")
    machines: list[Machine] = Field(default=[], description="Where.")
    home: Home = Field(default_factory=Home, description="Where people's files live.")
    shared_folders: list[SharedFolder] = Field(default=[], description="Folders that all people of the hub see.")
    spare_room: SpareRoom | None = Field(default=None, description="Room that is kept free for the next people.")
    temporary_folders: list[TemporaryFolder] = Field(default=[], description="Folders that are gone with their server.")
    files: list[FileInServer] = Field(default=[], description="Small files that every server has.")
    content: list[Content] = Field(default=[], description="Git repositories that every server pulls at its start.")
    interface: Interface = Field(default="lab", description="lab, notebook, or a path such as /rstudio.")
    idle: Idle = Field(default_factory=Idle, description="When servers that nobody uses are stopped.")
    named_servers: int = Field(default=0, ge=0, description="Further servers a person may have; 0: none.")
    env: dict[EnvName, str] = Field(default={}, description="Environment variables of servers; {username} is the person's.")
    hub: HubProcess = Field(default_factory=HubProcess, description="The hub itself.")
    network: Network = Field(default_factory=Network, description="What servers may reach.")
    buckets: list[Name] = Field(default=[], description="Buckets of the cluster that people of this hub reach.")
    roles: dict[Name, Role] = Field(default={}, description="JupyterHub roles.")
    extras: Extras = Field(default_factory=Extras, description="What a hub may have besides.")
    uptime_check: bool = Field(default=True, description="Watch it from outside.")
    chart: Name = Field(default="basehub", description="Chart of the fleet or of the deployer.")
    values: dict[str, Any] = Field(default={}, description="Anything else in the chart's own words; wins.")
