"""The closed parcels of this bench."""

from sqlalchemy import Connection, select

from station.adapters.store.codec import Codec
from station.adapters.store.database import Database
from station.adapters.store.schema import parcels
from station.domain.parcel import Parcel, ParcelClosure


class SqlParcels:
    """Port Parcels, and what the command line asks of it."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    def close_parcel(self, closure: ParcelClosure) -> None:
        """Write a closure in one transaction; the same id again does nothing.

        StationError if it cannot be written; then nothing was.
        """
        facts = self._codec.closure_text(closure)
        parcel, tally = closure.opened.parcel, closure.tally

        def has(connection: Connection) -> bool:
            query = select(parcels.c.id).where(parcels.c.id == closure.id)
            return connection.execute(query).first() is not None

        def change(connection: Connection) -> None:
            if has(connection):
                return
            connection.execute(
                parcels.insert().values(
                    id=closure.id,
                    kind=parcel.kind.value,
                    code=parcel.code,
                    operator=closure.operator,
                    closed_at=closure.closed_at,
                    missing=sum(one.quantity for one in tally.missing),
                    extra=len(tally.extra),
                    supersedes=closure.opened.supersedes,
                    facts=facts,
                )
            )

        self._database.write("parcel", change, has)

    def closure_of(self, parcel: Parcel) -> ParcelClosure | None:
        """The latest closure of a parcel, if it was closed before."""
        query = (
            select(parcels.c.facts)
            .where(parcels.c.kind == parcel.kind.value, parcels.c.code == parcel.code)
            .order_by(parcels.c.number.desc())
            .limit(1)
        )
        with self._database.reading() as connection:
            text = connection.execute(query).scalar()
        return None if text is None else self._codec.closure(text)

    def latest(self, limit: int) -> tuple[ParcelClosure, ...]:
        """The newest closures first, superseded ones included."""
        query = select(parcels.c.facts).order_by(parcels.c.number.desc()).limit(limit)
        with self._database.reading() as connection:
            texts = connection.execute(query).scalars().all()
        return tuple(self._codec.closure(text) for text in texts)
