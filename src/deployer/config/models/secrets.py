"""`secrets/<hub>.secret.yaml` before sops: the shape of what is encrypted."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from deployer.config.models.base import FileModel, Name


class LoginSecret(FileModel):
    client_id: str | None = None
    client_secret: str | None = None
    password: str | None = Field(default=None, description="The shared password.")
    admin_password: str | None = Field(default=None, description="The administrators' shared password.")
    bind_password: str | None = Field(default=None, description="LDAP: of the account that looks people up.")


class RegistryLogin(FileModel):
    server: Name
    username: Name
    password: str


class SecretFile(FileModel):
    login: LoginSecret = Field(default_factory=LoginSecret)
    registry_login: RegistryLogin | None = None
    database_password: str | None = None
    values: dict[str, Any] = Field(default_factory=dict, description="The chart's own words, for the rest.")
