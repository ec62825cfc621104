"""What people said of findings, one row each time."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table; `facts` holds the whole correction."""
    op.execute(
        """
        CREATE TABLE corrections (
            number INTEGER NOT NULL PRIMARY KEY,
            inspection_id TEXT NOT NULL REFERENCES inspections (id),
            kind TEXT NOT NULL,
            finding INTEGER,
            given_by TEXT NOT NULL,
            at VARCHAR NOT NULL,
            facts TEXT NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX corrections_inspection ON corrections (inspection_id, number)")
