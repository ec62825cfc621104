"""What a picture must be before it is examined: its gates, each with a limit."""

from dataclasses import dataclass

from station.domain.faults import FaultCode


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What was measured on one picture.

    Measured against the empty bench, none without its picture: `bench` is the part of the picture
    that shows the bare bench as it is known, `light` its light relative to the reference, `other`
    whether another light's reference fits better, `edge` the part of the picture's rim that is
    covered, `item` whether something lies there. Of the item, or of the whole picture without a
    reference: `sharpness` is the contrast left at fine scale over that at coarse scale in the least
    sharp direction (1 is none), `evenness` that direction's over the sharpest one's, `clipped` the
    part at the end of the scale, `glare` the largest connected such part.
    """

    sharpness: float | None
    evenness: float
    clipped: float
    glare: float
    bench: float | None = None
    light: float | None = None
    other: bool = False
    edge: float | None = None
    item: bool = True


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """The limits of `PictureFacts`: a picture passes within all of them.

    `light_off` is how far the light may be from the reference, as a share; below `uneven` a picture
    that is not sharp was moved rather than out of focus.
    """

    bench_least: float = 0.06
    light_off: float = 0.05
    edge_most: float = 0.005
    sharpness_least: float = 1.8
    uneven: float = 0.82
    clipped_most: float = 0.20
    glare_most: float = 0.03

    def __post_init__(self) -> None:
        shares = (
            self.bench_least,
            self.light_off,
            self.edge_most,
            self.clipped_most,
            self.glare_most,
        )
        if not all(0 <= share <= 1 for share in shares):
            raise ValueError("a limit of a picture's share lies between 0 and 1")
        if self.sharpness_least < 1:
            raise ValueError("sharpness_least is at least 1, where no contrast is left")

    def problem(self, facts: PictureFacts) -> FaultCode | None:
        """The first gate that the picture fails; none if it may be examined."""
        if facts.clipped > self.clipped_most:
            return FaultCode.PICTURE_CLIPPED
        against = self._against_bench(facts)
        if against is not None:
            return against
        if facts.sharpness is not None and facts.sharpness < self.sharpness_least:
            moved = facts.evenness < self.uneven
            return FaultCode.PICTURE_SMEARED if moved else FaultCode.PICTURE_BLURRED
        if facts.glare > self.glare_most:
            return FaultCode.PICTURE_GLARE
        return None

    def _against_bench(self, facts: PictureFacts) -> FaultCode | None:
        if facts.other:
            return FaultCode.LIGHT_WRONG
        if facts.bench is not None and facts.bench < self.bench_least:
            return FaultCode.CAMERA_WRONG
        if facts.light is not None and abs(facts.light - 1) > self.light_off:
            return FaultCode.LIGHT_WRONG
        if facts.edge is not None and facts.edge > self.edge_most:
            return FaultCode.ITEM_OUTSIDE
        return None if facts.item else FaultCode.ITEM_ABSENT
