"""A hub with one more revision of its database's schema than the JupyterHub of the test image has, as a newer one would."""

from __future__ import annotations

from typing import Any

from tests.support.cluster_fleet import ClusterFleet

REVISION = "feedbeef0001"
_MIGRATION = f"""
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{REVISION}", "BEFORE"


def upgrade():
    op.create_table("of_another_version", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("of_another_version")
"""
_WHERE = "import os, jupyterhub.dbutil as found; print(os.path.dirname(found.__file__))"
_SCHEMA = """
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("select version_num from alembic_version").fetchone()[0])
"""
OWN = "/srv/jupyterhub/jupyterhub.sqlite"


def schema_of(fleet: ClusterFleet, path: str = OWN) -> str:
    """The revision of the running hub's database."""
    return _in_hub(fleet, _SCHEMA, path)


def another_schema(fleet: ClusterFleet, path: str = OWN) -> dict[str, Any]:
    """`hub.extraFiles` that bring the revision into the running hub's image."""
    target = f"{_in_hub(fleet, _WHERE)}/alembic/versions/{REVISION}_another_version.py"
    return {"migration": {"mountPath": target, "stringData": _MIGRATION.replace("BEFORE", schema_of(fleet, path))}}


def _in_hub(fleet: ClusterFleet, program: str, *words: str) -> str:
    command = ("exec", "-n", fleet.hub, "deployment/hub", "-c", "hub", "--", "python3", "-c", program, *words)
    return fleet.cluster.kubectl(*command).strip()
