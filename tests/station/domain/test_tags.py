"""Which tags lie on the bench, by what the reader reports of its field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.epc import encode, sgtin
from station.domain.identity import ItemCode
from station.domain.tags import MOST_TAGS, Sighting, TagField, TagRules, item_of, items_of

RULES = TagRules(floor_dbm=-60.0, margin_db=8.0)
UNPROGRAMMED = "E28011606000020512345678"
TOTE = "33B4257BF40C0E4000000190"


def tag(number: int) -> str:
    return encode(sgtin(ItemCode("09520123456788", str(number)), 7))


MINE, OTHER = tag(1001), tag(1002)


def reads(
    field: TagField, epc: str, rssi: float | None, times: int, at: float, count: int = 1
) -> None:
    for index in range(times):
        field.hear(Sighting(epc, rssi, 1, count), at + index / 100)


def test_a_tag_on_the_bench_is_near_and_one_that_left_is_not() -> None:
    field = TagField(RULES)
    reads(field, MINE, -50, 5, 10.0)

    assert field.near(10.1) == (MINE,)
    assert field.near(11.9) == (MINE,)
    assert field.near(12.1) == ()


def test_a_tag_read_too_seldom_is_not_near() -> None:
    field = TagField(RULES)
    reads(field, MINE, -50, 2, 10.0)

    assert field.near(10.1) == ()


def test_one_report_of_many_reads_is_many_reads() -> None:
    field = TagField(RULES)
    reads(field, MINE, -50, 1, 10.0, count=3)

    assert field.near(10.1) == (MINE,)


def test_reads_spread_over_more_than_the_window_do_not_add_up() -> None:
    field = TagField(RULES)
    for at in (10.0, 10.9, 11.8):
        field.hear(Sighting(MINE, -50), at)

    assert field.near(11.8) == ()


def test_a_weak_tag_is_a_neighbours_even_alone() -> None:
    field = TagField(RULES)
    reads(field, OTHER, -61, 50, 10.0)

    assert field.near(10.5) == ()


def test_a_tag_far_below_the_strongest_is_a_neighbours() -> None:
    field = TagField(RULES)
    reads(field, MINE, -40, 5, 10.0)
    reads(field, OTHER, -49, 5, 10.0)

    assert field.near(10.1) == (MINE,)


def test_two_strong_tags_are_both_near() -> None:
    field = TagField(RULES)
    reads(field, MINE, -40, 5, 10.0)
    reads(field, OTHER, -47, 5, 10.0)

    assert field.near(10.1) == tuple(sorted((MINE, OTHER)))


def test_a_single_strong_reflection_does_not_bring_a_neighbours_tag() -> None:
    field = TagField(RULES)
    reads(field, OTHER, -70, 6, 10.0)
    reads(field, OTHER, -45, 2, 10.1)

    assert field.near(10.2) == ()


def test_a_tag_on_the_bench_stays_through_a_fading() -> None:
    field = TagField(RULES)
    reads(field, MINE, -58, 5, 10.0)
    assert field.near(10.1) == (MINE,)

    reads(field, MINE, -65, 5, 11.5)
    assert field.near(11.6) == (MINE,)
    reads(field, MINE, -67, 5, 13.0)
    assert field.near(13.1) == ()


def test_without_strengths_the_reads_decide() -> None:
    field = TagField(RULES)
    reads(field, MINE, None, 10, 10.0)
    reads(field, OTHER, None, 4, 10.0)

    assert field.near(10.2) == (MINE,)


def test_another_benches_antenna_is_not_heard() -> None:
    field = TagField(TagRules(antennas=frozenset({1})))
    for index in range(5):
        field.hear(Sighting(MINE, -40, antenna=2), 10 + index / 100)
        field.hear(Sighting(OTHER, -40, antenna=1), 10 + index / 100)

    assert field.near(10.1) == (OTHER,)


@pytest.mark.parametrize("epc", [UNPROGRAMMED, TOTE, "0000", "3036450FEC2C9B80000003E9FFFF"])
def test_what_names_no_item_is_not_there(epc: str) -> None:
    field = TagField(RULES)
    reads(field, epc, -30, 20, 10.0)
    reads(field, MINE, -50, 20, 10.0)

    assert item_of(epc) is None
    assert field.near(10.2) == (MINE,)


def test_a_reader_that_was_away_has_not_seen_a_tag_leave() -> None:
    field = TagField(RULES)
    reads(field, MINE, -50, 5, 10.0)
    assert field.near(10.1) == (MINE,)

    field.resume(60.0)

    assert field.near(60.1) == (MINE,)
    assert field.near(62.1) == ()


def test_two_tags_of_one_item_are_one_item() -> None:
    long = encode(sgtin(ItemCode("09520123456788", "1001"), 7, long=True))

    assert items_of([MINE, long, UNPROGRAMMED]) == {ItemCode("09520123456788", "1001"): MINE}


def test_a_flood_of_tags_takes_no_more_than_its_room() -> None:
    field = TagField(RULES)
    reads(field, MINE, -50, 5, 10.0)
    field.near(10.1)
    for number in range(2 * MOST_TAGS):
        field.hear(Sighting(tag(5000 + number), -80), 10.1)

    assert len(field._tags) == MOST_TAGS
    assert field.near(10.2) == (MINE,)


def test_rules_without_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        TagRules(margin_db=-1)
    with pytest.raises(ValueError, match="negative"):
        TagRules(least_reads=0)
    with pytest.raises(ValueError, match="window"):
        TagRules(gone_after_s=0.5)


@given(
    st.lists(
        st.tuples(
            st.floats(0, 0.3),
            st.sampled_from([MINE, OTHER, UNPROGRAMMED]),
            st.floats(-90, -20),
            st.integers(1, 9),
        ),
        max_size=60,
    )
)
def test_a_tag_always_below_the_floor_is_never_near(
    reports: list[tuple[float, str, float, int]],
) -> None:
    field, now = TagField(RULES), 0.0
    for wait, epc, rssi, count in reports:
        now += wait
        field.hear(Sighting(epc, min(rssi, -60.1) if epc == OTHER else rssi, 1, count), now)

        assert OTHER not in field.near(now)
