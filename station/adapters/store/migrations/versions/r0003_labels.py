"""Labels: what was scanned on an item or at its bin after it was printed or closed."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table; an inspection may be noted for a moment before it is saved."""
    op.execute(
        """
        CREATE TABLE label_facts (
            inspection_id TEXT NOT NULL,
            fact TEXT NOT NULL,
            code TEXT NOT NULL,
            noted_by TEXT NOT NULL,
            at VARCHAR NOT NULL,
            PRIMARY KEY (inspection_id, fact),
            CONSTRAINT known_fact CHECK (fact IN ('applied', 'put-away'))
        )
        """
    )
    op.execute("CREATE INDEX label_facts_code ON label_facts (code)")
