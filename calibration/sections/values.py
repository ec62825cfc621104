"""The kinds of value that a calibration record holds, each strict about its type."""

from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, Strict

MAX_SIDE_PX = 100_000

TABLE = ConfigDict(extra="forbid")
"""For every table of the record: a key that nobody knows is refused, not passed over."""


def _printable(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("is empty or not printable")
    return text


def _in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("lies outside the calendar") from error


Text: TypeAlias = Annotated[str, Strict(), AfterValidator(_printable)]
Time: TypeAlias = Annotated[AwareDatetime, Strict(), AfterValidator(_in_utc)]
Number: TypeAlias = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Positive: TypeAlias = Annotated[float, Strict(), Field(allow_inf_nan=False, gt=0)]
NotNegative: TypeAlias = Annotated[float, Strict(), Field(allow_inf_nan=False, ge=0)]
Share: TypeAlias = Annotated[float, Strict(), Field(allow_inf_nan=False, ge=0, lt=1)]
"""At least 0 and below 1, such as a relative uncertainty."""
Count: TypeAlias = Annotated[int, Strict(), Field(ge=0, lt=2**53)]
Side: TypeAlias = Annotated[int, Strict(), Field(ge=1, le=MAX_SIDE_PX)]
Digest: TypeAlias = Annotated[str, Strict(), Field(pattern="^[0-9a-f]{64}$")]
VerdictWord: TypeAlias = Literal["pass", "marginal", "fail"]
