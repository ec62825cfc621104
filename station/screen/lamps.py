"""The bench's own lamps as the screen would light them: bins, and a stack light."""

from collections.abc import Mapping

from station.domain.grading import Grade
from station.screen.view import Band, OperatorView

HOLD = "hold"
TO_THE_TOTE = "do.scan-tote"


def lamps(view: OperatorView) -> Mapping[str, str]:
    """What each lamp that is not off does (`on` or `blink`).

    The lamp of a bin is on while its grade is the answer, that of the tote blinks while the item
    belongs there. The stack light is green while the bench waits for an item, amber while it waits
    for a person, red and blinking while it is stopped.
    """
    grade = view.grade
    match view.band:
        case Band.STOPPED:
            return {"red": "blink"}
        case Band.READY:
            return {"green": "on"}
        case Band.RESULT | Band.NEEDS_YOU:
            waiting = {"amber": "on"}
            if view.instruction.id == TO_THE_TOTE:
                return {HOLD: "blink", **waiting}
            if grade is not None and grade.sure and grade.grade is not None:
                return {_BINS[grade.grade]: "on", **waiting}
            return waiting
        case _:
            return {}


_BINS = {
    Grade.RESELLABLE: "resellable",
    Grade.REPAIR: "repair",
    Grade.SCRAP: "scrap",
}
