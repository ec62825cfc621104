"""Goods that carry RFID tags: what lies on the bench is in the reader's field."""

from collections.abc import Callable, Mapping
from typing import Protocol


class Hands(Protocol):
    """The part of the world that hands can move."""

    def lay(self, item: str, pose: str) -> None: ...
    def turn(self, pose: str) -> None: ...
    def clear(self) -> None: ...
    def reach(self, *, hand: bool) -> None: ...


class TaggedBench:
    """Moves the world, and with each item its tag. Not safe for many threads."""

    def __init__(self, hands: Hands, tags: Mapping[str, str], act: Callable[[str], None]) -> None:
        """`tags` are EPCs by item; `act` does a deed to the imitated reader."""
        self._hands = hands
        self._tags = tags
        self._act = act
        self._near: str | None = None

    def lay(self, item: str, pose: str) -> None:
        """An item comes to lie on the bench, and its tag into the field."""
        self._hands.lay(item, pose)
        self._take_away()
        self._near = self._tags.get(item)
        if self._near:
            self._act(f"tag {self._near}")

    def turn(self, pose: str) -> None:
        """The item is turned; its tag stays in the field."""
        self._hands.turn(pose)

    def clear(self) -> None:
        """The item is taken off, and its tag with it."""
        self._hands.clear()
        self._take_away()

    def reach(self, *, hand: bool) -> None:
        """A hand comes into view, or leaves it."""
        self._hands.reach(hand=hand)

    def _take_away(self) -> None:
        if self._near:
            self._act(f"remove {self._near}")
            self._near = None
