"""A supervisor's corrections as the command line writes them."""

from collections.abc import Sequence

from station.app.keeping import Said
from station.domain.correction import CorrectionKind, Outline
from station.domain.defect import Defect
from station.domain.faults import refuse


def said_of(
    *,
    not_damage: Sequence[int],
    wrong_outline: Sequence[int],
    as_found: Sequence[int],
    outlines: Sequence[str],
    missed: Sequence[str],
) -> tuple[Said, ...]:
    """What the options say; StationError for one that cannot be read or a finding said of twice."""
    said = [
        *(Said(CorrectionKind.NOT_DAMAGE, number) for number in not_damage),
        *(Said(CorrectionKind.WRONG_OUTLINE, number) for number in wrong_outline),
        *(Said(CorrectionKind.AS_FOUND, number) for number in as_found),
        *(_outlined(text) for text in outlines),
        *(_missed(text) for text in missed),
    ]
    numbers = [one.finding for one in said if one.finding is not None]
    if twice := [number for number in numbers if numbers.count(number) > 1]:
        raise refuse(f"Finding {twice[0]} is corrected twice: say one thing of it")
    return tuple(said)


def _outlined(text: str) -> Said:
    number, equals, drawn = text.partition("=")
    if not equals or not number.strip().isdecimal():
        raise refuse(f"{text!r} is no outline of a finding: write N=x,y,width,height")
    return Said(CorrectionKind.WRONG_OUTLINE, int(number), outline=outline_of(drawn))


def _missed(text: str) -> Said:
    what, equals, drawn = text.partition("=")
    kind, _, shot = what.partition("@")
    if kind.strip() not in set(Defect):
        raise refuse(f"There is no fault {kind.strip()!r}: name one of {', '.join(Defect)}")
    if bool(equals) != bool(shot.strip()):
        raise refuse(f"{text!r} is no missed fault: write KIND, or KIND@SHOT=x,y,width,height")
    return Said(
        CorrectionKind.MISSED_FAULT,
        defect=Defect(kind.strip()),
        shot=shot.strip() or None,
        outline=outline_of(drawn) if equals else None,
    )


def outline_of(text: str) -> Outline:
    """A box `x,y,width,height`, or at least three corners `x,y x,y x,y`, in frame pixels."""
    try:
        corners = [tuple(float(value) for value in pair.split(",")) for pair in text.split()]
    except ValueError:
        corners = []
    if len(corners) == 1 and len(corners[0]) == 4:
        x, y, width, height = corners[0]
        if width > 0 and height > 0:
            right, bottom = x + width - 1, y + height - 1
            return ((x, y), (right, y), (right, bottom), (x, bottom))
    if len(corners) >= 3 and all(len(corner) == 2 for corner in corners):
        return tuple((corner[0], corner[1]) for corner in corners)
    raise refuse(
        f"{text!r} is no outline: write x,y,width,height, or at least three corners x,y x,y x,y"
    )
