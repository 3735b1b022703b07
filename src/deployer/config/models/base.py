"""What all models of files share: strictness, and the scalars with a grammar of their own."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from deployer.config import scalars


class FileModel(BaseModel):
    """A mapping in a file: unknown keys are errors, scalars are taken as they are written, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _checked(code: str, parse: Any) -> AfterValidator:
    """A validator that raises the problem `code` where `parse` raises ValueError; the text stays as written."""

    def check(value: Any) -> Any:
        try:
            parse(value)
        except ValueError as error:
            raise PydanticCustomError(code, "{reason}", {"reason": str(error)}) from None
        return value

    return AfterValidator(check)


def _quantity(value: Any) -> Any:
    """A bare number is no quantity: told as such, not as a missing quote."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        reason = f"{value} has no unit; write {value}Gi or {value}M"
        raise PydanticCustomError("not-a-quantity", "{reason}", {"reason": reason})
    return value


_Size = Annotated[str, _checked("not-a-quantity", scalars.memory_size), BeforeValidator(_quantity)]

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
DnsLabel = Annotated[str, _checked("not-a-dns-label", scalars.dns_label)]
Domain = Annotated[str, _checked("not-a-domain", scalars.domain)]
Url = Annotated[str, _checked("not-a-url", scalars.url)]
ImageReference = Annotated[str, _checked("not-an-image", scalars.image_reference)]
Memory = _Size
Disk = _Size
MemoryRange = Annotated[str, _checked("not-a-quantity", scalars.memory_range), BeforeValidator(_quantity)]
CpuRange = Annotated[str | int | float, _checked("not-a-cpu-count", scalars.cpu_range)]
Duration = Annotated[str, _checked("not-a-duration", scalars.duration_seconds)]
Share = Annotated[str | int, _checked("not-a-share", scalars.share)]
RelativePath = Annotated[str, _checked("not-a-relative-path", scalars.relative_path)]
AbsolutePath = Annotated[str, _checked("not-an-absolute-path", scalars.absolute_path)]
EnvName = Annotated[str, _checked("not-an-env-name", scalars.env_name)]
FileMode = Annotated[str, _checked("not-a-mode", scalars.file_mode)]
AwsAccount = Annotated[str | int, _checked("not-an-account", scalars.cloud_account)]
KubernetesMinor = Annotated[str, _checked("not-a-kubernetes-version", scalars.kubernetes_version)]
Taint = Annotated[str, _checked("not-a-taint", scalars.taint)]
MailAddress = Annotated[str, _checked("not-a-mail-address", scalars.mail_address)]
Interface = Annotated[str, _checked("not-an-interface", scalars.interface)]
GitHubTeam = Annotated[str, _checked("not-a-team", scalars.github_team)]
GroupName = Annotated[str, StringConstraints(min_length=1)]
