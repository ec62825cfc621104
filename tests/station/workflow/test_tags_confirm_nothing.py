"""Tags in any order confirm nothing, and a neighbour's weak tag changes nothing."""

from drive import GTIN, Drive, code
from hypothesis import given, settings
from hypothesis import strategies as st
from tagged import STRANGE, opened, ready, shown, tag

from station.domain.events import BenchView, Key
from station.domain.tags import Sighting, TagField, TagRules
from station.workflow.stages import Answering
from station.workflow.step import replay


def test_a_tag_never_confirms_a_result() -> None:
    drive = ready()
    drive.tags(tag(7))
    shown(drive)
    drive.see(BenchView.EMPTY)
    drive.wait(5)
    drive.tags()
    drive.tags(tag(8))

    assert isinstance(drive.bench.stage, Answering)
    assert drive.saves == []
    assert opened(drive).code.serial == "7"


reports = st.lists(
    st.tuples(
        st.floats(0.01, 0.2),
        st.sampled_from(["mine", "neighbour", "strange"]),
        st.floats(-59, -30),
        st.floats(-95, -61),
        st.integers(1, 5),
    ),
    max_size=40,
)
moves = st.lists(
    st.sampled_from(
        ["scan", "other", "answer", "turn", "empty", "1", "3", "0", "*", "badge", "wait"]
    ),
    max_size=40,
)


@settings(max_examples=150)
@given(reports, moves)
def test_a_neighbours_weak_tag_never_opens_nor_alters_an_item(
    seen: list[tuple[float, str, float, float, int]], done: list[str]
) -> None:
    """With the neighbour's tag in the field everything is as without it."""
    drives = [drive_through(seen, done, neighbour=heard) for heard in (True, False)]
    with_it, without = drives

    assert with_it.bench == without.bench
    assert [c for _, _, c in with_it.saves] == [c for _, _, c in without.saves]
    assert tag(99) not in {epc for e in with_it.journal for epc in getattr(e, "epcs", ())}


@settings(max_examples=150)
@given(reports, moves)
def test_every_save_was_asked_for_by_a_person(
    seen: list[tuple[float, str, float, float, int]], done: list[str]
) -> None:
    drive = drive_through(seen, done, neighbour=True)

    for event, _, _ in drive.saves:
        assert type(event).__name__ in {"Scanned", "KeyPressed"}
    assert replay(drive.bench.setup, drive.journal) == drive.bench


def drive_through(
    seen: list[tuple[float, str, float, float, int]], done: list[str], *, neighbour: bool
) -> Drive:
    field, told, now = TagField(TagRules()), (), 0.0
    drive = ready()
    names = {"mine": tag(7), "neighbour": tag(99), "strange": STRANGE}
    steps = max(len(seen), len(done))
    for index in range(steps):
        if index < len(seen):
            wait, who, strong, weak, count = seen[index]
            now += wait
            drive.wait(wait)
            if who != "neighbour" or neighbour:
                rssi = weak if who == "neighbour" else strong
                field.hear(Sighting(names[who], rssi, 1, count), now)
        near = field.near(now)
        if near != told:
            told = near
            drive.tags(*near)
        if index < len(done):
            act(drive, done[index])
    return drive


def act(drive: Drive, move: str) -> None:
    match move:
        case "scan":
            drive.scan(GTIN)
        case "other":
            drive.scan(code(2))
        case "answer":
            drive.answer()
        case "turn":
            drive.turn_over()
        case "empty":
            drive.see(BenchView.EMPTY)
        case "badge":
            drive.scan("RG:BADGE:wang")
        case "wait":
            drive.wait(1)
        case key:
            drive.press(Key(key))
