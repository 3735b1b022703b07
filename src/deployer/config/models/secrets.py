"""`secrets/<hub>.secret.yaml` before sops: the shape of what is encrypted.

Keys stay readable in an encrypted file, so that it is checked without a key; its texts are longer than what they hide, so no
text of it has an upper limit here.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from deployer.config.models.base import FileModel

SecretText = Annotated[str, StringConstraints(min_length=1)]


class LoginSecret(FileModel):
    """What only the hub and its login provider know."""

    client_id: SecretText | None = Field(default=None, description="OAuth client id.")
    client_secret: SecretText | None = Field(default=None, description="OAuth client secret.")
    password: SecretText | None = Field(default=None, description="The shared password.")
    admin_password: SecretText | None = Field(default=None, description="The administrators' shared password.")
    bind_password: SecretText | None = Field(default=None, description="LDAP: of the account that looks people up.")


class RegistryLogin(FileModel):
    """An account of a registry."""

    server: SecretText = Field(description="Such as quay.io.")
    username: SecretText = Field(description="Account or robot.")
    password: SecretText = Field(description="Its password or token.")


class SecretFile(FileModel):
    """The secrets of one hub."""

    login: LoginSecret = Field(default_factory=LoginSecret, description="Of the login provider.")
    registry_login: RegistryLogin | None = Field(default=None, description="For images that are not public.")
    builder_login: RegistryLogin | None = Field(
        default=None, description="Where the image builder pushes what it built; the server is that of `extras` when it is there."
    )
    database_password: SecretText | None = Field(default=None, description="Of an external database.")
    values: dict[str, Any] = Field(default={}, description="The chart's own words, for the rest.")
