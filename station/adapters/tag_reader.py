"""RFID readers: what a reader reports becomes the tags that lie on the bench."""

from collections.abc import Callable

from firmware_bridge.readings import Back, Lost, TagRead
from station.domain.events import Event, TagsSettled
from station.domain.tags import Sighting, TagField, TagRules
from station.ports import Clock, Identifiers


class TagReader:
    """Emits TagsSettled whenever other tags lie on the bench than before. For one thread.

    `hear` takes whatever the reader's client yields, `tick` lets time pass; call it a few times a
    second. While the reader is away nothing changes: a tag that cannot be read has not left.
    """

    def __init__(
        self,
        rules: TagRules,
        *,
        emit: Callable[[Event], None],
        clock: Clock,
        identifiers: Identifiers,
    ) -> None:
        self._field = TagField(rules)
        self._settle_s = rules.settle_s
        self._emit = emit
        self._clock = clock
        self._identifiers = identifiers
        self._away = False
        self._told: tuple[str, ...] = ()
        self._near: tuple[str, ...] = ()
        self._since = 0.0

    def hear(self, reading: object) -> None:
        """Take one reading; Damage and everything else that is no tag is passed over."""
        match reading:
            case TagRead(epc, rssi_dbm, antenna, count):
                self._field.hear(Sighting(epc, rssi_dbm, antenna, count), self._clock.monotonic())
            case Lost():
                self._away = True
            case Back():
                self._away = False
                self._field.resume(self._clock.monotonic())

    def tick(self) -> None:
        """Tell what lies on the bench if that has changed and then held still."""
        if self._away:
            return
        now = self._clock.monotonic()
        near = self._field.near(now)
        if near != self._near:
            self._near, self._since = near, now
        if near != self._told and now - self._since >= self._settle_s:
            self._told = near
            self._emit(TagsSettled(self._clock.now(), near, self._identifiers.fresh()))
