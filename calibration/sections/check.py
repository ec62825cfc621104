"""How the check card looked when the camera was calibrated: what every day is compared with."""

from pydantic.dataclasses import dataclass

from calibration.sections.geometry import Normal
from calibration.sections.photometry import Channels
from calibration.sections.values import TABLE, Positive, Text


@dataclass(frozen=True, slots=True, config=TABLE)
class CheckReference:
    """The card with this serial under this lamp on the day of calibration.

    `scale` is the card's lengths as measured on the bench plane over those drawn on it; `normal`
    the bench's as the card shows it; `level` the linear light (R, G, B) of its white; `rise_px`
    the 10 to 90 % rise of its edges.
    """

    serial: Text
    lamp: Text
    scale: Positive
    normal: Normal
    level: Channels
    rise_px: Positive
