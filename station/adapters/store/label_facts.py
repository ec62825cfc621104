"""What scans said of labels, plates and bins, and the rules that keep it true."""

from sqlalchemy import Connection, and_, select
from sqlalchemy.sql.elements import ColumnElement

from station.adapters.store.schema import inspections, label_facts
from station.domain.label import LabelFact, LabelFactKind, NoteOutcome


def outcome(connection: Connection, fact: LabelFact, instead_of: str | None) -> NoteOutcome | None:
    """What is known of the fact already; none if it is new and allowed."""
    if fact.kind is LabelFactKind.APPLIED and _elsewhere(connection, fact, instead_of):
        return NoteOutcome.ON_ANOTHER_ITEM
    query = select(label_facts.c.code).where(_this(fact))
    code = connection.execute(query).scalar()
    if code is None:
        return None
    # The item's own printed label beside its plate is no contradiction.
    same = fact.code in (code, fact.inspection)
    return NoteOutcome.NOTED if same else NoteOutcome.HAS_ANOTHER


def has(connection: Connection, fact: LabelFact) -> bool:
    """Whether the inspection has a fact of this kind."""
    return connection.execute(select(label_facts.c.code).where(_this(fact))).first() is not None


def insert(connection: Connection, fact: LabelFact) -> None:
    """Write a new fact."""
    connection.execute(
        label_facts.insert().values(
            inspection_id=fact.inspection,
            fact=fact.kind.value,
            code=fact.code,
            noted_by=fact.by,
            at=fact.at,
        )
    )


def of(connection: Connection, inspection_id: str) -> tuple[LabelFact, ...]:
    """The facts of an inspection, oldest first."""
    query = (
        select(label_facts)
        .where(label_facts.c.inspection_id == inspection_id)
        .order_by(label_facts.c.at, label_facts.c.fact)
    )
    return tuple(
        LabelFact(row.inspection_id, LabelFactKind(row.fact), row.code, row.noted_by, row.at)
        for row in connection.execute(query)
    )


def _this(fact: LabelFact) -> ColumnElement[bool]:
    return and_(
        label_facts.c.inspection_id == fact.inspection, label_facts.c.fact == fact.kind.value
    )


def _elsewhere(connection: Connection, fact: LabelFact, instead_of: str | None) -> bool:
    """Whether the plate is on another item, or is the plate printed for another one."""
    applied = select(label_facts.c.inspection_id).where(
        label_facts.c.fact == LabelFactKind.APPLIED.value, label_facts.c.code == fact.code
    )
    printed = select(inspections.c.id).where(inspections.c.id == fact.code)
    owners = {*connection.execute(applied).scalars(), *connection.execute(printed).scalars()}
    if not owners - {fact.inspection}:
        return False
    mine = {_first(connection, fact.inspection)}
    if instead_of is not None:
        mine.add(_first(connection, instead_of))
    return any(_first(connection, owner) not in mine for owner in owners)


def _first(connection: Connection, inspection_id: str) -> str:
    """The first inspection of the item that this one, step by step, supersedes."""
    while True:
        query = select(inspections.c.supersedes).where(inspections.c.id == inspection_id)
        earlier = connection.execute(query).scalar()
        if earlier is None:
            return inspection_id
        inspection_id = earlier
