"""What people said of the findings of inspections."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from station.adapters.store.codec import Codec
from station.adapters.store.database import Database
from station.adapters.store.schema import corrections
from station.domain.correction import Correction


class SqlCorrections:
    """Corrections of inspections that are saved already; those given before come with the save."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec

    def give(self, inspection_id: str, given: Sequence[Correction]) -> None:
        """Keep what a person says of an inspection, in one transaction.

        The same corrections again, given at the same moment, do nothing. StationError if they
        cannot be written; then none was.
        """

        def landed(connection: Connection) -> bool:
            known = _of(connection, self._codec, inspection_id)
            return all(correction in known for correction in given)

        def change(connection: Connection) -> None:
            if not landed(connection):
                insert(connection, self._codec, inspection_id, given)

        self._database.write("corrected", change, landed)

    def of(self, inspection_id: str) -> tuple[Correction, ...]:
        """Everything people said of the findings of an inspection, oldest first."""
        with self._database.reading() as connection:
            return _of(connection, self._codec, inspection_id)

    def inspections(self) -> tuple[str, ...]:
        """The ids of the inspections that were corrected, the latest corrected last."""
        query = select(corrections.c.inspection_id).order_by(corrections.c.number.desc())
        with self._database.reading() as connection:
            return tuple(reversed(dict.fromkeys(connection.execute(query).scalars())))


def insert(
    connection: Connection, codec: Codec, inspection_id: str, given: Iterable[Correction]
) -> None:
    """Write corrections of an inspection, in their order."""
    for correction in given:
        connection.execute(
            corrections.insert().values(
                inspection_id=inspection_id,
                kind=correction.kind.value,
                finding=correction.finding,
                given_by=correction.by,
                at=correction.at,
                facts=codec.correction_text(correction),
            )
        )


def _of(connection: Connection, codec: Codec, inspection_id: str) -> tuple[Correction, ...]:
    query = (
        select(corrections.c.facts)
        .where(corrections.c.inspection_id == inspection_id)
        .order_by(corrections.c.number)
    )
    return tuple(codec.correction(text) for text in connection.execute(query).scalars())
