"""What all models of files share: strictness, and the scalars with a grammar of their own."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from deployer.config import scalars


class FileModel(BaseModel):
    """A mapping in a file: unknown keys are errors, scalars are taken as they are written, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class FreeModel(BaseModel):
    """A mapping that may have keys we do not know."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, populate_by_name=True)


def _checked(code: str, parse: Any) -> AfterValidator:
    """A validator that raises the problem `code` where `parse` raises ValueError; the text stays as written."""

    def check(value: Any) -> Any:
        try:
            parse(value)
        except ValueError as error:
            raise PydanticCustomError(code, "{reason}", {"reason": str(error), "value": value}) from None
        return value

    return AfterValidator(check)


Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
DnsLabel = Annotated[str, _checked("not-a-dns-label", scalars.dns_label)]
Domain = Annotated[str, _checked("not-a-domain", scalars.domain)]
Url = Annotated[str, _checked("not-a-url", scalars.url)]
ImageReference = Annotated[str, _checked("not-an-image", scalars.image_reference)]
Memory = Annotated[str, _checked("not-a-quantity", scalars.memory_bytes)]
Disk = Annotated[str, _checked("not-a-quantity", scalars.memory_bytes)]
MemoryRange = Annotated[str, _checked("not-a-quantity", scalars.memory_range)]
CpuRange = Annotated[str | int | float, _checked("not-a-cpu-count", scalars.cpu_range)]
Duration = Annotated[str, _checked("not-a-duration", scalars.duration_seconds)]
Share = Annotated[str | int, _checked("not-a-share", scalars.share)]
RelativePath = Annotated[str, _checked("not-a-relative-path", scalars.relative_path)]
AbsolutePath = Annotated[str, _checked("not-an-absolute-path", scalars.absolute_path)]
EnvName = Annotated[str, _checked("not-an-env-name", scalars.env_name)]
GroupName = Annotated[str, StringConstraints(min_length=1)]
