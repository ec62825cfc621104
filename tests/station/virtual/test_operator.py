"""The virtual operator against a screen that is scripted by the test."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from station.virtual.operator import TAKE_CARD, Operator, Return, Seen, Wanted, plate_of
from station.virtual.shift import Shift

A, B = Return("r0000", "label-a"), Return("r0001", "label-b")
A_TAGGED = replace(A, tag="3034")
BADGE, ITEM, NOTHING = Seen(Wanted.BADGE), Seen(Wanted.ITEM), Seen(Wanted.NOTHING)


class Hands:
    """What the operator did, in order."""

    def __init__(self, *trolley: Return, tagged: bool = False) -> None:
        self.did: list[str] = []
        self.answers: Callable[[str], None] = lambda _: None
        self.operator = Operator(
            trolley,
            bench=self,
            scan=self.scan,
            pause=lambda _: None,
            carry=self.carry if tagged else None,
        )

    def carry(self, tag: str | None) -> None:
        self.did.append(f"tag {tag}")

    def scan(self, code: str) -> None:
        self.did.append(code)
        self.answers(code)

    def lay(self, item: str, pose: str) -> None:
        self.did.append(f"lay {item} {pose}")

    def turn(self, pose: str) -> None:
        self.did.append(f"turn {pose}")

    def clear(self) -> None:
        self.did.append("clear")

    def reach(self, *, hand: bool) -> None:
        pass

    def await_rest(self) -> None:
        pass

    def see(self, *screens: Seen) -> list[str]:
        """Show the screens and give what was done about them."""
        self.did.clear()
        for seen in screens:
            self.operator.sees(seen)
        return list(self.did)


def result(item: str, proposed: str, notice: str | None = None, second: int = 0) -> Seen:
    said_at = datetime(2026, 3, 2, 8, 0, second, tzinfo=UTC) if notice else None
    return Seen(Wanted.ANSWER, item, None, proposed, notice, said_at)


def test_the_badge_comes_first_and_then_the_first_item() -> None:
    hands = Hands(A, B)

    assert hands.see(BADGE, ITEM) == ["RG:BADGE:0421", "lay r0000 top", "label-a"]


def test_the_item_is_turned_when_the_screen_asks_and_only_once() -> None:
    hands = Hands(A)
    hands.see(ITEM)
    asked = Seen(Wanted.POSE, "a", "bottom")

    assert hands.see(NOTHING, asked, asked) == ["turn bottom"]


def test_a_turn_the_station_missed_is_repeated_by_the_command_card() -> None:
    hands = Hands(A)
    hands.see(ITEM, Seen(Wanted.POSE, "a", "bottom"))
    hands.did.clear()

    hands.operator.waits()

    assert hands.did == [TAKE_CARD]


def test_the_next_items_scan_confirms_a_clear_resellable() -> None:
    hands = Hands(A, B)
    hands.see(ITEM)

    assert hands.see(result("a", "resellable")) == ["clear", "lay r0001 top", "label-b"]


def test_a_scan_that_came_too_soon_is_repeated_each_time_the_screen_says_so() -> None:
    hands = Hands(A, B)
    hands.see(ITEM, result("a", "resellable"))

    too_soon = [result("a", "resellable", "too-soon", second) for second in (1, 2)]

    assert hands.see(*too_soon) == ["clear", "lay r0001 top", "label-b"] * 2


def test_repair_and_scrap_go_into_their_bins_and_doubt_into_a_tote() -> None:
    hands = Hands(A, B)

    assert hands.see(result("a", "repair")) == ["clear", "RG:BIN:REPAIR-R12"]
    assert hands.see(result("b", "scrap")) == ["clear", "RG:BIN:SCRAP-S1"]
    assert hands.see(Seen(Wanted.TOTE, "c", None, "repair")) == ["clear", "RG:TOTE:T-07"]


def test_the_last_resellable_item_is_confirmed_by_its_plate() -> None:
    hands = Hands(A)
    hands.see(ITEM)

    assert hands.see(result("a", "resellable")) == ["clear", plate_of(A)]
    hands.see(ITEM)
    assert hands.operator.done


def test_an_item_that_was_turned_away_makes_room_for_the_next() -> None:
    hands = Hands(A, B)
    hands.see(ITEM)

    refused = Seen(Wanted.ITEM, notice="unknown-item")

    assert hands.see(refused) == ["clear", "lay r0001 top", "label-b"]


def test_a_label_that_was_not_understood_is_scanned_again() -> None:
    hands = Hands(A, B)
    hands.see(ITEM)

    assert hands.see(Seen(Wanted.ITEM, notice="scan-unknown-code")) == ["label-a"]


def test_a_shift_ends_when_the_trolley_is_empty() -> None:
    hands = Hands(A)
    screens = {"RG:BADGE:0421": ITEM, "label-a": result("a", "scrap"), "RG:BIN:SCRAP-S1": ITEM}
    hands.answers = lambda code: shift.show(screens[code])
    shift = Shift(hands.operator, patience_s=60)
    shift.start()
    shift.show(BADGE)

    assert shift.finished.wait(60)
    shift.stop()
    assert hands.did[-1] == "RG:BIN:SCRAP-S1"


def test_tagged_goods_are_only_laid_down_and_scanned_if_nothing_happens() -> None:
    hands = Hands(A_TAGGED, tagged=True)

    assert hands.see(ITEM) == ["lay r0000 top", "tag 3034"]
    hands.operator.waits()
    assert hands.did[-1] == "label-a"


def test_tagged_goods_are_confirmed_by_their_plate_before_the_next_comes() -> None:
    hands = Hands(A_TAGGED, B, tagged=True)
    hands.see(ITEM)

    assert hands.see(result("a", "resellable")) == ["clear", "tag None", plate_of(A_TAGGED)]
    assert hands.see(ITEM) == ["lay r0001 top", "tag None"]
