"""The bench's own lamps as the screen would light them: bins, and a stack light."""

from collections.abc import Mapping

from station.domain.grading import Grade
from station.screen.view import Band, OperatorView

HOLD = "hold"


def lamps(view: OperatorView) -> Mapping[str, str]:
    """What each lamp that is not off does (`on` or `blink`).

    The lamp of a bin is on while its grade is the answer, that of the tote blinks while a person
    must look. The stack light is green while the bench waits for an item, amber while it waits for
    a person, red and blinking while it is stopped.
    """
    grade = view.grade.grade if view.grade else None
    match view.band:
        case Band.STOPPED:
            return {"red": "blink"}
        case Band.NEEDS_YOU:
            return {HOLD: "blink", "amber": "on"}
        case Band.RESULT if grade is not None:
            return {_BINS[grade]: "on", "amber": "on"}
        case Band.READY:
            return {"green": "on"}
        case _:
            return {}


_BINS = {
    Grade.RESELLABLE: "resellable",
    Grade.REPAIR: "repair",
    Grade.SCRAP: "scrap",
}
