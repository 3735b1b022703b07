"""`secrets/<hub>.secret.yaml` before sops: the shape of what is encrypted."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from deployer.config.models.base import FileModel, Name


class LoginSecret(FileModel):
    """What only the hub and its login provider know."""

    client_id: str | None = Field(default=None, description="OAuth client id.")
    client_secret: str | None = Field(default=None, description="OAuth client secret.")
    password: str | None = Field(default=None, description="The shared password.")
    admin_password: str | None = Field(default=None, description="The administrators' shared password.")
    bind_password: str | None = Field(default=None, description="LDAP: of the account that looks people up.")


class RegistryLogin(FileModel):
    """An account that may pull images."""

    server: Name = Field(description="Such as quay.io.")
    username: Name = Field(description="Account or robot.")
    password: str = Field(description="Its password or token.")


class SecretFile(FileModel):
    """The secrets of one hub."""

    login: LoginSecret = Field(default_factory=LoginSecret, description="Of the login provider.")
    registry_login: RegistryLogin | None = Field(default=None, description="For images that are not public.")
    database_password: str | None = Field(default=None, description="Of an external database.")
    values: dict[str, Any] = Field(default_factory=dict, description="The chart's own words, for the rest.")
