"""What all models of files share: strictness, and the scalars with a grammar of their own."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from deployer.config import path_scalars, scalars


class FileModel(BaseModel):
    """A mapping in a file: unknown keys are errors, scalars are taken as they are written, nothing changes afterwards."""

    # Validators are built when a file of that kind is first read: importing sixty models would build sixty of them.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


def _read(code: str, parse: Any) -> AfterValidator:
    """A validator that gives what `parse` makes of the text, and raises the problem `code` where it raises ValueError."""

    def read(value: Any) -> Any:
        try:
            return parse(value)
        except ValueError as error:
            raise PydanticCustomError(code, "{reason}", {"reason": str(error)}) from None

    return AfterValidator(read)


def _checked(code: str, parse: Any) -> AfterValidator:
    """As `_read`, but the text stays as written."""

    def check(value: Any) -> Any:
        parse(value)
        return value

    return _read(code, check)


def _refused(kinds: Any, code: str, reason: str) -> BeforeValidator:
    """Bare numbers where a text with a grammar is wanted: told as what they lack, not as a missing quote."""

    def check(value: Any) -> Any:
        if isinstance(value, kinds) and not isinstance(value, bool):
            raise PydanticCustomError(code, "{reason}", {"reason": reason.format(value=value)})
        return value

    return BeforeValidator(check)


def _more_than_none(code: str) -> tuple[AfterValidator, BeforeValidator]:
    """A duration that is more than none, told by `code` where it is none; a bare 0 lacks no unit then."""

    def check(value: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool) and not value:
            raise PydanticCustomError(code, "{reason}", {"reason": f"{value} is no time at all"})
        return value

    return _checked(code, scalars.time_span), BeforeValidator(check)


_NO_SIZE = _refused(int | float, "not-a-quantity", "{value} has no unit; write {value}Gi or {value}M")
_NO_DURATION = _refused(int | float, "not-a-duration", "{value} has no unit; write {value}s, {value}m, {value}h or {value}d")
_NO_SHARE = _refused(float, "not-a-share", "{value} is not a share; write a fraction such as 1/8")
_Size = Annotated[str, _checked("not-a-quantity", scalars.memory_size), _NO_SIZE]

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
DnsLabel = Annotated[str, _checked("not-a-dns-label", scalars.dns_label)]
Domain = Annotated[str, _checked("not-a-domain", scalars.domain)]
Url = Annotated[str, _checked("not-a-url", scalars.url)]
EntityId = Annotated[str, _checked("not-a-url", scalars.entity_id)]
ChartRepository = Annotated[str, _checked("not-a-url", scalars.chart_repository)]
ImageReference = Annotated[str, _checked("not-an-image", scalars.image_reference)]
RegistryHost = Annotated[Name, _checked("not-a-registry", scalars.registry_host)]
ImagePrefix = Annotated[Name, _checked("not-an-image", scalars.image_prefix)]
Memory = _Size
Disk = _Size
MemoryRange = Annotated[str, _checked("not-a-quantity", scalars.memory_range), _NO_SIZE]
CpuRange = Annotated[str | int | float, _checked("not-a-cpu-count", scalars.cpu_range)]
DurationOrNone = Annotated[str, _checked("not-a-duration", scalars.duration_seconds), _NO_DURATION]
"""Where `0s` has a meaning of its own: at once, or never."""
Duration = Annotated[DurationOrNone, *_more_than_none("not-a-duration")]
IdleTime = Annotated[DurationOrNone, *_more_than_none("no-idle-time")]
Share = Annotated[str | int, _checked("not-a-share", scalars.share), _NO_SHARE]
RelativePath = Annotated[str, _checked("not-a-relative-path", path_scalars.relative_path)]
HomeFolder = Annotated[str, _read("not-a-relative-path", path_scalars.home_folder)]
SharedPath = Annotated[str, _read("not-a-relative-path", path_scalars.shared_folder)]
AbsolutePath = Annotated[str, _read("not-an-absolute-path", path_scalars.absolute_path)]
MountPath = Annotated[str, _read("not-an-absolute-path", path_scalars.mount_path)]
FilePath = Annotated[str, _read("not-an-absolute-path", path_scalars.file_path)]
Branch = Annotated[Name, _checked("not-a-branch", path_scalars.git_branch)]
GitRepository = Annotated[str, _checked("not-a-url", scalars.git_repository)]
EnvName = Annotated[str, _checked("not-an-env-name", scalars.env_name)]
FileMode = Annotated[str, _checked("not-a-mode", scalars.file_mode)]
AwsAccount = Annotated[str | int, _checked("not-an-account", scalars.cloud_account)]
KubernetesMinor = Annotated[str, _checked("not-a-kubernetes-version", scalars.kubernetes_version)]
Taint = Annotated[str, _checked("not-a-taint", scalars.taint)]
MailAddress = Annotated[str, _checked("not-a-mail-address", scalars.mail_address)]
Interface = Annotated[str, _checked("not-an-interface", scalars.interface)]
GitHubTeam = Annotated[str, _checked("not-a-team", scalars.github_team)]
Person = Annotated[Name, _checked("not-a-person", scalars.person)]
GitLabGroup = Annotated[Name, _checked("not-a-team", scalars.gitlab_group)]
GlobusGroup = Annotated[str, _checked("not-a-team", scalars.globus_group)]
GlobusUser = Annotated[Name, _checked("not-a-person", scalars.globus_user)]
GitHubUser = Annotated[Name, _checked("not-a-person", scalars.github_user)]
MailDomain = Annotated[str, _checked("not-a-domain", scalars.mail_domain)]
DomainPattern = Annotated[str, _checked("not-a-domain", scalars.domain_pattern)]
Port = Annotated[int, Field(ge=1, le=65535)]
GroupName = Annotated[str, StringConstraints(min_length=1)]
