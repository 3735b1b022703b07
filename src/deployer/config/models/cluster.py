"""`cluster.yaml`: one cluster."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from deployer.config.models.base import (
    AwsAccount,
    Disk,
    DnsLabel,
    Domain,
    Duration,
    FileModel,
    GitHubTeam,
    KubernetesMinor,
    Name,
    RelativePath,
    Taint,
)

Cloud = Literal["aws", "gcp", "azure", "kubeconfig", "local"]
HomeKind = Literal["home-nfs", "efs", "filestore", "azure-files", "nfs", "disk", "folder", "none"]


class BigQuery(FileModel):
    """Where Google Cloud's bill is exported to."""

    project: Name = Field(description="Project of the data set.")
    dataset: Name = Field(description="Its name.")
    billing_id: Name = Field(description="Billing account, XXXXXX-XXXXXX-XXXXXX.")


class Billing(FileModel):
    """Who pays the cloud."""

    paid_by_us: bool = Field(description="We pay, and recover it from the users.")
    bigquery: BigQuery | None = Field(default=None, description="The export of the bill.")


class CloudBlock(FileModel):
    """What the blocks of all clouds have."""

    key: RelativePath | None = Field(
        default=None, description="Credentials below this cluster's folder, encrypted by sops; the caller's own when empty."
    )
    billing: Billing | None = Field(default=None, description="Who pays the cloud.")


class Aws(CloudBlock):
    """An EKS cluster."""

    account: AwsAccount | None = Field(default=None, description="Twelve digits, quoted.")
    region: Name | None = Field(default=None, description="Such as us-west-2.")
    cluster: Name | None = Field(default=None, description="The EKS cluster's name.")
    cluster_name: Name | None = Field(default=None, alias="clusterName", description="`cluster` as 2i2c's fleet writes it.")
    cluster_type: Literal["eks"] | None = Field(default=None, alias="clusterType", description="2i2c's fleet says `eks`.")


class Gcp(CloudBlock):
    """A GKE cluster."""

    project: Name | None = Field(default=None, description="Project id.")
    region: Name | None = Field(default=None, description="Such as us-central1.")
    zones: list[Name] = Field(default=[], description="Zones of the node pools.")
    zone: Name | None = Field(default=None, description="Zone or region as 2i2c's fleet writes it.")
    cluster: Name | None = Field(default=None, description="The GKE cluster's name.")


class Azure(CloudBlock):
    """An AKS cluster."""

    subscription: Name | None = Field(default=None, description="Subscription id.")
    resource_group: Name | None = Field(default=None, description="Resource group.")
    location: Name | None = Field(default=None, description="Such as westeurope.")
    cluster: Name | None = Field(default=None, description="The AKS cluster's name.")


class Kubeconfig(FileModel):
    """A cluster that somebody else runs."""

    file: RelativePath = Field(description="Kubeconfig below this cluster's folder, encrypted by sops where it holds a secret.")
    context: Name | None = Field(default=None, description="The current one when empty.")


class Local(FileModel):
    """This machine."""

    port: int = Field(
        default=8000,
        ge=1,
        le=65535,
        description="Port of the first hub on 127.0.0.1; the next hubs take the next ones.",
    )


class KubernetesVersion(FileModel):
    """The version of Kubernetes."""

    version: KubernetesMinor = Field(description='Quoted: "1.36".')


class NodePool(FileModel):
    """Machines of one kind."""

    purpose: Literal["core", "notebook", "worker"] = Field(description="What runs here: core services, users, dask workers.")
    machine: Name = Field(description="The cloud's instance type.")
    min: int = Field(default=0, ge=0, description="Machines that always run.")
    max: int = Field(ge=1, description="Machines that may run.")
    gpu: int = Field(default=0, ge=0, description="GPUs of one machine.")
    memory: Disk | None = Field(
        default=None,
        description="Of one whole machine, where the instance type is not known; servers get what Kubernetes leaves of it.",
    )
    cpu: float | int | None = Field(
        default=None,
        gt=0,
        description="Of one whole machine, where the instance type is not known; servers get what Kubernetes leaves of it.",
    )
    labels: dict[str, str] = Field(default={}, description="Labels of the nodes, by which pods find them.")
    taints: list[Taint] = Field(default=[], description="key=value:Effect")
    zones: list[Name] = Field(default=[], description="Only these zones.")
    spot: bool = Field(default=False, description="Cheaper machines that the cloud may take back.")


class HomeStorage(FileModel):
    """The default for this cluster's hubs."""

    kind: HomeKind = Field(description="Where homes live.")
    size: Disk | None = Field(default=None, description="The disk for all homes of a hub.")
    backups: Literal["daily", "none"] = Field(default="daily", description="Snapshots of the disk.")
    server: Name | None = Field(default=None, description="For `nfs`: the server.")
    path: Name | None = Field(default=None, description="For `nfs`: the exported folder.")


class Bucket(FileModel):
    """Object storage."""

    name: DnsLabel = Field(description="Hubs name it in their `buckets`.")
    expire: Duration | None = Field(default=None, description="Objects are deleted after this time.")


class Storage(FileModel):
    """Homes and buckets."""

    homes: HomeStorage | None = Field(default=None, description="The default for this cluster's hubs.")
    buckets: list[Bucket] = Field(default=[], description="Object storage that hubs may use.")


class Dns(FileModel):
    """Names of this cluster."""

    zone: Domain = Field(description="The zone in which the deployer may make records.")


class Prometheus(FileModel):
    """Metrics."""

    domain: Domain | None = Field(default=None, description="Where it is reached; not at all when empty.")
    retention: Duration = Field(default="365d", description="How long metrics are kept.")
    size: Disk | None = Field(default=None, description="Its disk.")


class Grafana(FileModel):
    """Dashboards."""

    domain: Domain | None = Field(default=None, description="Where it is reached.")
    organizations: list[GitHubTeam] = Field(default=[], description="GitHub organizations or teams that may look.")


class Support(FileModel):
    """What the cluster needs once."""

    enabled: bool = Field(default=True, description="The deployer runs the support stack here.")
    prometheus: Prometheus = Field(default_factory=Prometheus, description="Metrics.")
    grafana: Grafana = Field(default_factory=Grafana, description="Dashboards.")
    helm_chart_values_files: list[RelativePath] = Field(default=[], description="Values in the chart's own words.")
    values: dict[str, Any] = Field(default={}, description="Anything else in the chart's own words; wins.")


class UptimeCheck(FileModel):
    """How a hub is watched from outside."""

    expected_status: str | int | None = Field(default=None, description="HTTP status that means healthy.")


class HubEntry(FileModel):
    """A hub inside cluster.yaml: the format of 2i2c's fleet. Its values stand in files of their own."""

    name: Name = Field(description="The hub's name and namespace.")
    display_name: Name | None = Field(default=None, description="What people call it.")
    domain: Domain = Field(description="Where it is reached.")
    domain_override_file: RelativePath | None = Field(default=None, description="File whose `domain` replaces this one.")
    helm_chart: Name = Field(default="basehub", description="Chart of the fleet or of the deployer.")
    helm_chart_values_files: list[RelativePath] = Field(
        default=[], description="Values in the chart's own words; later files win."
    )
    chart_override: RelativePath | None = Field(default=None, description="A Chart.yaml that replaces the chart's own.")
    uptime_check: UptimeCheck | bool | None = Field(default=None, description="How it is watched from outside.")
    metadata: dict[str, Any] = Field(default={}, description="Free.")


class ClusterFile(FileModel):
    """One cluster."""

    name: DnsLabel = Field(description="Must equal the folder's name.")
    provider: Cloud = Field(description="Who runs it: aws, gcp, azure, kubeconfig (somebody else), local (this machine).")
    provider_url: str | None = Field(default=None, description="The cloud's console, for people.")
    account: str | int | None = Field(default=None, description="The cloud account, for people.")
    tenancy: Literal["dedicated", "shared"] | None = Field(default=None, description="For people: whose hubs run here.")
    metadata: dict[str, Any] = Field(default={}, description="Free: whatever the team tracks.")
    aws: Aws | None = Field(default=None, description="The EKS cluster, with provider aws.")
    gcp: Gcp | None = Field(default=None, description="The GKE cluster, with provider gcp.")
    azure: Azure | None = Field(default=None, description="The AKS cluster, with provider azure.")
    kubeconfig: Kubeconfig | None = Field(default=None, description="How to reach it, with provider kubeconfig.")
    local: Local | None = Field(default=None, description="This machine, with provider local.")
    kubernetes: KubernetesVersion | None = Field(default=None, description="The version of Kubernetes.")
    node_pools: dict[DnsLabel, NodePool] = Field(default={}, description="Machines, by the name that hubs use.")
    storage: Storage = Field(default_factory=Storage, description="Homes and buckets.")
    dns: Dns | None = Field(default=None, description="Names of this cluster.")
    support: Support | None = Field(default=None, description="What the cluster needs once.")
    hubs: list[HubEntry] = Field(default=[], description="Hubs in 2i2c's format; others have files in hubs/.")
