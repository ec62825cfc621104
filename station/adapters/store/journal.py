"""The journal of events, durable as they happen."""

from sqlalchemy import Connection, func, select

from station.adapters.store.codec import Codec
from station.adapters.store.database import Database
from station.adapters.store.schema import events
from station.domain.events import Began, Event

Place = tuple[int, int]


class SqlJournal:
    """Port Journal: segments of events, each segment begun with its standing facts."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec
        with database.reading() as connection:
            self._next = _end(connection)

    def append(self, event: Event) -> None:
        """Write an event before it is acted on; StationError if it was not kept."""
        self._write("event", self._next, event)

    def begin(self, event: Began) -> None:
        """Start a new segment with its standing facts, in one transaction."""
        self._write("segment", (self._next[0] + 1, 0), event)

    def segment(self) -> tuple[Event, ...]:
        """The events of the latest segment, in order."""
        with self._database.reading() as connection:
            latest = select(func.max(events.c.segment)).scalar_subquery()
            query = select(events.c.body).where(events.c.segment == latest).order_by(events.c.seq)
            texts = connection.execute(query).scalars().all()
        return tuple(self._codec.event(text) for text in texts)

    def _write(self, name: str, place: Place, event: Event) -> None:
        segment, seq = place
        body = self._codec.event_text(event)

        def change(connection: Connection) -> None:
            connection.execute(
                events.insert().values(
                    segment=segment, seq=seq, at=event.at, kind=event.kind, body=body
                )
            )

        def landed(connection: Connection) -> bool:
            return _end(connection) == (segment, seq + 1)

        self._database.write(name, change, landed)
        self._next = (segment, seq + 1)


def _end(connection: Connection) -> Place:
    """Where the next event of the latest segment goes."""
    query = (
        select(events.c.segment, events.c.seq)
        .order_by(events.c.segment.desc(), events.c.seq.desc())
        .limit(1)
    )
    last = connection.execute(query).first()
    return (1, 0) if last is None else (last.segment, last.seq + 1)
