"""Hypothesis strategies of everything that the journal and the store keep."""

from datetime import UTC
from decimal import Decimal

from hypothesis import strategies as st

from station.domain.capture import Frame
from station.domain.defect import Defect, Finding, Measurement, Quantity, Unit
from station.domain.events import (
    Began,
    BenchSeen,
    BenchView,
    Event,
    Exposed,
    ExposureFailed,
    FaultCleared,
    FaultRaised,
    Key,
    KeyPressed,
    LabelNoted,
    LastEnded,
    LookedUp,
    ParcelClosed,
    ParcelCloseFailed,
    ParcelLookedUp,
    PoseAnswered,
    Saved,
    SaveFailed,
    Scanned,
    TagsSettled,
    Ticked,
    Weighed,
)
from station.domain.faults import Fault, FaultCode
from station.domain.grading import Condition, Doubt, Grade, Level, Reason, Verdict
from station.domain.identity import ItemCode, check_digit
from station.domain.inspection import (
    Contradiction,
    Decision,
    Examined,
    Identified,
    IdentifiedBy,
    Inspection,
    Judged,
    Opened,
    PoseExamined,
)
from station.domain.item import Item, LookUp, OrderLine, Unidentified
from station.domain.label import LabelFact, LabelFactKind, NoteOutcome
from station.domain.parcel import OpenParcel, Parcel, ParcelClosure, ParcelKind, Piece

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
word = text.filter(bool)
real = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(0, 1e300)
instant = st.datetimes(timezones=st.just(UTC))
count = st.integers(0, 2**53 - 1)


def few(
    strategy: st.SearchStrategy[object], most: int = 2
) -> st.SearchStrategy[tuple[object, ...]]:
    """A short tuple."""
    return st.lists(strategy, max_size=most).map(tuple)


codes = st.builds(
    ItemCode,
    st.integers(1, 10**13 - 1).map(lambda n: f"{n:013d}{check_digit(f'{n:013d}')}"),
    st.none() | st.text("ABCxyz019-./", min_size=1, max_size=20),
)
items = st.builds(Item, codes, text, text, text, st.tuples(real, real, real), text)
look_ups = st.builds(LookUp, items) | st.builds(LookUp, st.none(), st.sampled_from(Unidentified))
faults = st.builds(Fault, st.sampled_from(FaultCode), text, text, st.booleans())
frames = st.builds(
    Frame,
    text,
    text,
    text,
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    text,
    st.integers(1, 9999),
    st.integers(1, 9999),
    count,
    real,
    instant,
)
measurements = st.one_of(
    st.builds(Measurement, st.just(Quantity.LENGTH), positive, st.just(Unit.MM), positive),
    st.builds(Measurement, st.just(Quantity.AREA), positive, st.just(Unit.PX2), positive),
    st.builds(Measurement, st.just(Quantity.DELTA_E00), positive, st.just(Unit.ONE), positive),
)
findings = st.builds(
    Finding,
    st.sampled_from(Defect),
    st.floats(0, 1),
    text,
    st.tuples(count, count, st.integers(1, 9999), st.integers(1, 9999)),
    st.lists(st.tuples(real, real), min_size=3, max_size=4).map(tuple),
    st.lists(measurements, max_size=3, unique_by=lambda m: m.quantity).map(tuple),
)
levels = st.tuples(*[st.sampled_from(Level)] * 3).map(sorted)
reasons = st.builds(
    lambda steps, *rest: Reason(rest[0], *steps, *rest[1:]),
    levels,
    text,
    st.none() | findings,
    st.none() | measurements,
    few(st.tuples(st.sampled_from(Level), real)),
    few(st.sampled_from(Doubt)),
    text,
)
verdicts = st.builds(lambda steps, *rest: Verdict(*steps, *rest), levels, few(reasons), text, text)
answers = st.builds(
    PoseExamined,
    text,
    few(findings),
    text,
    st.none() | text,
    st.none() | real,
    st.none() | text,
    few(text),
)
opened = st.builds(
    Opened,
    text,
    codes,
    text,
    instant,
    st.none() | text,
    st.sampled_from(IdentifiedBy),
    st.none() | text,
    st.none() | st.builds(Contradiction, st.sampled_from(["tag", "barcode", "camera"]), codes),
)
judged = st.builds(
    Judged,
    st.builds(
        Examined,
        st.builds(Identified, opened, items),
        few(frames),
        few(answers),
        st.frozensets(text, max_size=3),
        instant,
    ),
    verdicts,
    instant,
)
decisions = st.one_of(
    st.builds(
        Decision,
        st.just(Grade.RESELLABLE),
        st.sampled_from(Condition),
        word,
        text,
        instant,
        text,
    ),
    st.builds(
        Decision,
        st.sampled_from([Grade.REPAIR, Grade.SCRAP]),
        st.none(),
        word,
        text,
        instant,
        text,
    ),
)
grams = st.decimals(Decimal(-9999), Decimal(999_999), places=3)
label_facts = st.builds(LabelFact, text, st.sampled_from(LabelFactKind), text, text, instant)
maybe = st.none() | text
weights = st.none() | grams
closed = st.builds(Inspection, text, judged, instant, decisions, st.none(), maybe, weights)
held = st.builds(Inspection, text, judged, instant, st.none(), text, maybe, weights)
inspections = closed | held
lines = st.builds(
    lambda code, quantity, *rest: OrderLine(
        rest[0], code, *rest[1:], quantity=1 if code.serial else quantity
    ),
    codes,
    st.integers(1, 9),
    text,
    text,
    text,
    st.tuples(real, real, real),
    text,
)
parcels = st.builds(
    Parcel, st.sampled_from(ParcelKind), text, st.lists(lines, min_size=1, max_size=3).map(tuple)
)
open_parcels = st.builds(
    OpenParcel,
    text,
    parcels,
    text,
    instant,
    few(st.builds(Piece, codes, text)),
    few(codes),
    st.none() | text,
)
closures = st.builds(ParcelClosure, open_parcels, text, instant)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        Began,
        instant,
        st.none() | text,
        st.none() | st.builds(LastEnded, inspections, instant),
        count,
        few(text),
        st.none() | open_parcels,
    ),
    st.builds(ParcelLookedUp, instant, text, st.none() | parcels, st.none() | closures),
    st.builds(ParcelClosed, instant, text),
    st.builds(ParcelCloseFailed, instant, text, faults),
    st.builds(Scanned, instant, text, text),
    st.builds(TagsSettled, instant, few(text), text),
    st.builds(KeyPressed, instant, st.sampled_from(Key), text),
    st.builds(LookedUp, instant, text, look_ups),
    st.builds(BenchSeen, instant, st.sampled_from(BenchView)),
    st.builds(Exposed, instant, text, count, frames),
    st.builds(ExposureFailed, instant, text, count, text, faults),
    st.builds(PoseAnswered, instant, text, count, answers),
    st.builds(Saved, instant, text, instant),
    st.builds(SaveFailed, instant, text, faults),
    st.builds(LabelNoted, instant, label_facts, st.sampled_from(NoteOutcome)),
    st.builds(Weighed, instant, grams),
    st.builds(FaultRaised, instant, faults),
    st.builds(FaultCleared, instant, text),
    st.builds(Ticked, instant),
)
