"""`cluster.yaml`: one cluster."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from deployer.config.models.base import Disk, DnsLabel, Domain, Duration, FileModel, FreeModel, Name, RelativePath

Cloud = Literal["aws", "gcp", "azure", "kubeconfig", "local"]


class Aws(FreeModel):
    """An EKS cluster. Further keys of the block are those of fleets in 2i2c's format: key, clusterType,
    clusterName, billing ..."""

    account: str | None = Field(default=None, pattern=r"^\d{12}$", description="Twelve digits, quoted.")
    region: Name | None = None
    cluster: Name | None = None


class Gcp(FreeModel):
    """A GKE cluster."""

    project: Name | None = None
    region: Name | None = None
    zones: list[Name] = Field(default_factory=list)
    cluster: Name | None = None


class Azure(FreeModel):
    """An AKS cluster."""

    subscription: Name | None = None
    resource_group: Name | None = None
    location: Name | None = None
    cluster: Name | None = None


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
    version: str = Field(pattern=r"^1\.\d{2}$", description='Quoted: "1.36".')


class NodePool(FileModel):
    purpose: Literal["core", "notebook", "worker"]
    machine: Name = Field(description="The cloud's instance type.")
    min: int = Field(default=0, ge=0)
    max: int = Field(ge=1)
    gpu: int = Field(default=0, ge=0, description="GPUs of one machine.")
    memory: Disk | None = Field(default=None, description="Of one machine, where the instance type is not known.")
    cpu: float | int | None = Field(default=None, gt=0, description="Of one machine, where the instance type is not known.")
    labels: dict[str, str] = Field(default_factory=dict)
    taints: list[Name] = Field(default_factory=list, description="key=value:Effect")
    zones: list[Name] = Field(default_factory=list)
    spot: bool = False


class HomeStorage(FileModel):
    """The default for this cluster's hubs."""

    kind: Literal["home-nfs", "efs", "filestore", "azure-files", "nfs", "disk", "folder", "none"]
    size: Disk | None = None
    backups: Literal["daily", "none"] = "daily"
    server: Name | None = None
    path: Name | None = None


class Bucket(FileModel):
    name: DnsLabel
    expire: Duration | None = None


class Storage(FileModel):
    homes: HomeStorage | None = None
    buckets: list[Bucket] = Field(default_factory=list)


class Dns(FileModel):
    zone: Domain


class Prometheus(FileModel):
    domain: Domain | None = None
    retention: Duration = "365d"
    size: Disk | None = None


class Grafana(FileModel):
    domain: Domain | None = None
    organizations: list[Name] = Field(default_factory=list, description="GitHub organizations or teams that may look.")


class Support(FileModel):
    """What the cluster needs once."""

    enabled: bool = True
    prometheus: Prometheus = Field(default_factory=Prometheus)
    grafana: Grafana = Field(default_factory=Grafana)
    helm_chart_values_files: list[RelativePath] = Field(default_factory=list, description="Values in the chart's own words.")
    values: dict[str, Any] = Field(default_factory=dict)


class HubEntry(FreeModel):
    """A hub inside cluster.yaml: the format of 2i2c's fleet. Its values stand in files of their own."""

    model_config = FreeModel.model_config | {"extra": "forbid"}

    name: Name
    display_name: Name | None = None
    domain: Domain
    domain_override_file: RelativePath | None = None
    helm_chart: Name = "basehub"
    helm_chart_values_files: list[RelativePath] = Field(default_factory=list)
    chart_override: RelativePath | None = None
    uptime_check: Any = None
    metadata: dict[str, Any] = Field(default_factory=dict)


class ClusterFile(FileModel):
    """One cluster."""

    name: DnsLabel = Field(description="Must equal the folder's name.")
    provider: Cloud
    provider_url: str | None = Field(default=None, description="The cloud's console, for people.")
    account: str | None = Field(default=None, description="The cloud account, for people.")
    metadata: dict[str, Any] = Field(default_factory=dict, description="Free: whatever the team tracks.")
    aws: Aws | None = None
    gcp: Gcp | None = None
    azure: Azure | None = None
    kubeconfig: Kubeconfig | None = None
    local: Local | None = None
    kubernetes: KubernetesVersion | None = None
    node_pools: dict[DnsLabel, NodePool] = Field(default_factory=dict)
    storage: Storage = Field(default_factory=Storage)
    dns: Dns | None = None
    support: Support | None = None
    hubs: list[HubEntry] = Field(default_factory=list, description="Hubs in 2i2c's format.")
