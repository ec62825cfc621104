"""The first tables: events, inspections, evidence, frames, outbox."""

from alembic import op

revision = "0001"
down_revision = None

_STATEMENTS = (
    """
    CREATE TABLE events (
        segment INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        at VARCHAR NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (segment, seq)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE inspections (
        number INTEGER NOT NULL PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        gtin TEXT NOT NULL,
        serial TEXT,
        order_number TEXT NOT NULL,
        operator TEXT NOT NULL,
        status TEXT NOT NULL,
        grade TEXT,
        ended_at VARCHAR NOT NULL,
        supersedes TEXT UNIQUE REFERENCES inspections (id),
        facts TEXT NOT NULL,
        CONSTRAINT known_status CHECK (status IN ('closed', 'held')),
        CONSTRAINT closed_has_grade CHECK ((status = 'closed') = (grade IS NOT NULL))
    )
    """,
    "CREATE INDEX inspections_item ON inspections (gtin, serial)",
    "CREATE INDEX inspections_status ON inspections (status, number)",
    """
    CREATE TABLE evidence (
        inspection_id TEXT NOT NULL PRIMARY KEY REFERENCES inspections (id),
        digest TEXT NOT NULL,
        record BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE frames (
        inspection_id TEXT NOT NULL REFERENCES inspections (id),
        shot TEXT NOT NULL,
        digest TEXT NOT NULL,
        media_type TEXT NOT NULL,
        PRIMARY KEY (inspection_id, shot)
    )
    """,
    "CREATE INDEX ix_frames_digest ON frames (digest)",
    """
    CREATE TABLE outbox (
        number INTEGER NOT NULL PRIMARY KEY,
        inspection_id TEXT NOT NULL UNIQUE REFERENCES inspections (id),
        state TEXT NOT NULL,
        body BLOB NOT NULL,
        release_at VARCHAR NOT NULL,
        attempts INTEGER NOT NULL,
        next_attempt_at VARCHAR,
        reason TEXT NOT NULL,
        delivered_at VARCHAR,
        CONSTRAINT known_state
            CHECK (state IN ('pending', 'delivered', 'parked', 'withdrawn'))
    )
    """,
    "CREATE INDEX outbox_queue ON outbox (state, number, release_at, next_attempt_at)",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)
