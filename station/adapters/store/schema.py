"""The tables of the station's database, as the newest migration leaves them."""

from datetime import UTC, datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class UtcText(TypeDecorator[datetime]):
    """An instant as fixed-width ISO 8601 text in UTC, so that text order is time order."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Text of an aware datetime; a naive one is a bug."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the store keeps only times with a time zone")
        utc = value.astimezone(UTC).replace(tzinfo=None)
        return utc.isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """The instant, in UTC."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

events = Table(
    "events",
    metadata,
    Column("segment", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcText, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)

inspections = Table(
    "inspections",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("gtin", Text, nullable=False),
    Column("serial", Text),
    Column("order_number", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("grade", Text),
    Column("ended_at", UtcText, nullable=False),
    Column("supersedes", Text, ForeignKey("inspections.id"), unique=True),
    Column("facts", Text, nullable=False),
    CheckConstraint("status IN ('closed', 'held')", name="known_status"),
    CheckConstraint("(status = 'closed') = (grade IS NOT NULL)", name="closed_has_grade"),
)
Index("inspections_item", inspections.c.gtin, inspections.c.serial)
Index("inspections_status", inspections.c.status, inspections.c.number)

evidence = Table(
    "evidence",
    metadata,
    Column("inspection_id", Text, ForeignKey("inspections.id"), primary_key=True),
    Column("digest", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
)

frames = Table(
    "frames",
    metadata,
    Column("inspection_id", Text, ForeignKey("inspections.id"), primary_key=True),
    Column("shot", Text, primary_key=True),
    Column("digest", Text, nullable=False, index=True),
    Column("media_type", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("inspection_id", Text, ForeignKey("inspections.id"), nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("release_at", UtcText, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcText),
    Column("reason", Text, nullable=False),
    Column("delivered_at", UtcText),
    CheckConstraint("state IN ('pending', 'delivered', 'parked', 'withdrawn')", name="known_state"),
)
Index(
    "outbox_queue",
    outbox.c.state,
    outbox.c.number,
    outbox.c.release_at,
    outbox.c.next_attempt_at,
)

parcels = Table(
    "parcels",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("closed_at", UtcText, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("extra", Integer, nullable=False),
    Column("supersedes", Text, ForeignKey("parcels.id"), unique=True),
    Column("facts", Text, nullable=False),
    CheckConstraint("kind IN ('parcel', 'order')", name="known_kind"),
)
Index("parcels_code", parcels.c.kind, parcels.c.code, parcels.c.number)

corrections = Table(
    "corrections",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("inspection_id", Text, ForeignKey("inspections.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("finding", Integer),
    Column("given_by", Text, nullable=False),
    Column("at", UtcText, nullable=False),
    Column("facts", Text, nullable=False),
)
Index("corrections_inspection", corrections.c.inspection_id, corrections.c.number)

label_facts = Table(
    "label_facts",
    metadata,
    Column("inspection_id", Text, primary_key=True),
    Column("fact", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("noted_by", Text, nullable=False),
    Column("at", UtcText, nullable=False),
    CheckConstraint("fact IN ('applied', 'put-away')", name="known_fact"),
)
Index("label_facts_code", label_facts.c.code)
