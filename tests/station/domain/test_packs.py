"""The shelf's rules: what may be promoted, what a rollback returns to, what a shadow counts."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.grading import Grade
from station.domain.packs import (
    SHIPPED,
    Compared,
    Disagreement,
    PackDeed,
    PackEntry,
    Shelf,
    ShelfError,
    disagreements,
    noted,
)

AT = datetime(2026, 3, 2, tzinfo=UTC)
NAMES = st.sampled_from(["a-1", "b-1", "c-2"])
GRADES = st.none() | st.sampled_from(Grade)


def entry(deed: PackDeed, pack: str, by: str = "0815", evidence: str = "shadow") -> PackEntry:
    return PackEntry(deed, pack, "0" * 64, AT, by, evidence)


def after(*deeds: tuple[PackDeed, str]) -> Shelf:
    shelf = Shelf()
    for deed, pack in deeds:
        shelf = noted(shelf, entry(deed, pack))
    return shelf


@given(st.lists(NAMES, min_size=1, max_size=20))
def test_rolling_back_goes_the_way_of_the_promotions_back(names: list[str]) -> None:
    shelf, lives = Shelf(), [SHIPPED]
    for name in names:
        if name != shelf.live:
            shelf = noted(shelf, entry(PackDeed.PROMOTE, name))
            lives.append(name)
    while len(lives) > 1:
        assert shelf.live == lives.pop()
        shelf = noted(shelf, entry(PackDeed.ROLLBACK, lives[-1]))

    assert shelf.live == SHIPPED
    with pytest.raises(ShelfError, match="no earlier pack"):
        noted(shelf, entry(PackDeed.ROLLBACK, SHIPPED))


def test_an_import_changes_nothing_that_works() -> None:
    shelf = after((PackDeed.PROMOTE, "a-1"), (PackDeed.SHADOW, "b-1"))

    imported = noted(shelf, entry(PackDeed.IMPORT, "c-2"))

    assert (imported.live, imported.shadow, imported.earlier) == ("a-1", "b-1", (SHIPPED,))
    assert len(imported.history) == 3


def test_the_pack_in_shadow_leaves_it_when_it_becomes_live() -> None:
    assert after((PackDeed.SHADOW, "b-1"), (PackDeed.PROMOTE, "b-1")).shadow is None
    shelf = after((PackDeed.PROMOTE, "b-1"), (PackDeed.SHADOW, SHIPPED))
    assert noted(shelf, entry(PackDeed.ROLLBACK, SHIPPED)).shadow is None
    assert after((PackDeed.SHADOW, "b-1"), (PackDeed.UNSHADOW, "b-1")).shadow is None


@pytest.mark.parametrize("missing", ["by", "evidence"])
def test_a_promotion_names_who_and_on_what_it_rests(missing: str) -> None:
    with pytest.raises(ShelfError, match="names who promotes"):
        noted(Shelf(), entry(PackDeed.PROMOTE, "a-1", **{missing: ""}))


@pytest.mark.parametrize("deed", [PackDeed.PROMOTE, PackDeed.SHADOW])
def test_the_live_pack_is_neither_promoted_nor_its_own_shadow(deed: PackDeed) -> None:
    with pytest.raises(ShelfError, match="is live"):
        noted(after((PackDeed.PROMOTE, "a-1")), entry(deed, "a-1"))


def compared(number: int, live: Grade | None, shadow: Grade | None, category: str) -> Compared:
    return Compared(str(number), category, "live 1", live, shadow, None, AT)


def test_each_disagreement_is_counted_in_its_category_by_what_it_means() -> None:
    pairs = [
        (Grade.REPAIR, Grade.REPAIR),
        (Grade.RESELLABLE, Grade.SCRAP),
        (Grade.SCRAP, Grade.REPAIR),
        (Grade.REPAIR, None),
        (None, Grade.RESELLABLE),
        (None, None),
    ]
    made = [compared(n, live, shadow, "carton") for n, (live, shadow) in enumerate(pairs)]
    made.append(compared(9, Grade.REPAIR, Grade.REPAIR, "bottle"))

    assert disagreements(made) == {
        "bottle": Disagreement(1, 0, 0, 0, 0, 0),
        "carton": Disagreement(6, 4, 1, 1, 1, 1),
    }


@given(st.lists(st.tuples(st.integers(0, 5), GRADES, GRADES), max_size=20))
def test_every_inspection_counts_once_and_a_difference_is_of_one_kind(
    made: list[tuple[int, Grade | None, Grade | None]],
) -> None:
    counts = disagreements(compared(n, live, shadow, "carton") for n, live, shadow in made)

    numbers = {number for number, _, _ in made}
    assert sum(count.compared for count in counts.values()) == len(numbers)
    for count in counts.values():
        assert count.differ == count.stricter + count.milder + count.doubts + count.settles
