"""Who calibrated what, against which target, in which surroundings, with what result."""

from pydantic.dataclasses import dataclass

from calibration.sections.values import (
    TABLE,
    Digest,
    NotNegative,
    Number,
    Share,
    Side,
    Text,
    VerdictWord,
)


@dataclass(frozen=True, slots=True, config=TABLE)
class CameraIdentity:
    """The camera that the record belongs to, and the picture size in pixels it holds for.

    `name` is the camera's name in the station's settings; `serial` tells it from another of the
    same model. `settings` are the driver's own (exposure, gain, white balance …) as read back.
    """

    name: Text
    width: Side
    height: Side
    model: Text | None = None
    serial: Text | None = None
    lens: Text | None = None
    settings: dict[Text, Number] | None = None


@dataclass(frozen=True, slots=True, config=TABLE)
class Target:
    """One target that was pictured: what it is, its serial, and how well its sizes are known.

    `U_relative` is the expanded uncertainty (k = 2) of its lengths as a share of them;
    `certificate` says who measured it.
    """

    kind: Text
    serial: Text
    U_relative: Share | None = None
    certificate: Text | None = None


@dataclass(frozen=True, slots=True, config=TABLE)
class Environment:
    """The surroundings: °C, % relative humidity, minutes of warm-up, and the light of the room as
    a percentage of the lit level."""

    temperature_c: Number | None = None
    humidity_percent: NotNegative | None = None
    warm_up_minutes: NotNegative | None = None
    ambient_percent: NotNegative | None = None


@dataclass(frozen=True, slots=True, config=TABLE)
class Result:
    """One figure of one step against its limits.

    A value within `pass_limit` passes, within `marginal_limit` is marginal, else fails; whether
    the limits are floors or ceilings follows from their order. Both absent: judged otherwise, as
    `reason` says. `remedy` says what to do about anything but a pass.
    """

    step: Text
    quantity: Text
    value: Number
    unit: Text
    verdict: VerdictWord
    pass_limit: Number | None = None
    marginal_limit: Number | None = None
    reason: Text | None = None
    remedy: Text | None = None


@dataclass(frozen=True, slots=True, config=TABLE)
class PictureDigest:
    """One picture that the record rests on: the step, the file's name, SHA-256 of its bytes."""

    step: Text
    name: Text
    sha256: Digest
