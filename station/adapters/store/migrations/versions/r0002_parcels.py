"""Closed parcels."""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = (
    """
    CREATE TABLE parcels (
        number INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        code TEXT NOT NULL,
        operator TEXT NOT NULL,
        closed_at VARCHAR NOT NULL,
        missing INTEGER NOT NULL,
        extra INTEGER NOT NULL,
        supersedes TEXT UNIQUE REFERENCES parcels (id),
        facts TEXT NOT NULL,
        CONSTRAINT known_kind CHECK (kind IN ('parcel', 'order'))
    )
    """,
    "CREATE INDEX parcels_code ON parcels (kind, code, number)",
)


def upgrade() -> None:
    """Make the table."""
    for statement in _STATEMENTS:
        op.execute(statement)
