"""What a picture must be before it is examined: its gates, each with a limit."""

from dataclasses import dataclass, replace

from station.domain.faults import FaultCode

USUAL_EDGE = 5.9
"""The sharpness of a clean edge to the camera that recipes' limits are written for."""

_ONE_WAY, _SURER = 0.42, 1.2
"""A picture not half as sharp one way as another must be so much sharper: ribs and stripes that it
moved along stay sharp, and hide that all else did not."""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What was measured on one picture.

    Measured against the empty bench, none without its picture: `bench` is the part of the picture
    that shows the bare bench as it is known, `alike` how much of the bench's known pattern is where
    it was (1 is all), `light` its light relative to the reference, `other` whether another light's
    reference fits better, `edge` the part of the picture's rim that is
    covered, `item` whether something lies there. Of the item, or of the whole picture without a
    reference: `sharpness` is how strong slopes are at fine over coarse scale in the least sharp
    direction (1 is no sharper at all), `evenness` that direction's over the sharpest one's,
    `clipped` the part at the end of the scale, `glare` the largest connected such part.
    """

    sharpness: float | None
    evenness: float
    clipped: float
    glare: float
    bench: float | None = None
    alike: float | None = None
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
    alike_least: float = 0.4
    light_off: float = 0.05
    edge_most: float = 0.005
    sharpness_least: float = 2.3
    uneven: float = 0.74
    clipped_most: float = 0.20
    glare_most: float = 0.03

    def __post_init__(self) -> None:
        shares = (
            self.bench_least,
            self.alike_least,
            self.light_off,
            self.edge_most,
            self.clipped_most,
            self.glare_most,
        )
        if not all(0 <= share <= 1 for share in shares):
            raise ValueError("a limit of a picture's share lies between 0 and 1")
        if self.sharpness_least < 1:
            raise ValueError("sharpness_least is at least 1, where no contrast is left")

    def to_camera(self, edge: float) -> "PictureLimits":
        """The limits for a camera to which a clean edge has that sharpness, by its calibration.

        The same part of what the camera can show must be left, whatever that is.
        """
        left = (self.sharpness_least - 1) * (max(edge, 1.0) - 1) / (USUAL_EDGE - 1)
        return replace(self, sharpness_least=1 + left)

    def problem(self, facts: PictureFacts) -> FaultCode | None:
        """The first gate that the picture fails; none if it may be examined."""
        if facts.clipped > self.clipped_most:
            return FaultCode.PICTURE_CLIPPED
        lit = self._lit(facts)
        if lit is not None:
            return lit
        if not facts.item:
            return FaultCode.ITEM_ABSENT
        surer = _SURER if facts.evenness < _ONE_WAY else 1.0
        if facts.sharpness is not None and facts.sharpness < surer * self.sharpness_least:
            moved = facts.evenness < self.uneven
            return FaultCode.PICTURE_SMEARED if moved else FaultCode.PICTURE_BLURRED
        laid = self._laid(facts)
        if laid is not None:
            return laid
        return FaultCode.PICTURE_GLARE if facts.glare > self.glare_most else None

    def _lit(self, facts: PictureFacts) -> FaultCode | None:
        if facts.other:
            return FaultCode.LIGHT_WRONG
        if facts.bench is not None and facts.bench < self.bench_least:
            return FaultCode.CAMERA_WRONG
        if facts.light is not None and abs(facts.light - 1) > self.light_off:
            return FaultCode.LIGHT_WRONG
        return None

    def _laid(self, facts: PictureFacts) -> FaultCode | None:
        """Of a sharp picture only: a blurred one has lost the bench's pattern as well."""
        if facts.alike is not None and facts.alike < self.alike_least:
            return FaultCode.CAMERA_WRONG
        if facts.edge is not None and facts.edge > self.edge_most:
            return FaultCode.ITEM_OUTSIDE
        return None
