"""How calibration refuses: one sentence that says what to do."""


class CalibrationError(ValueError):
    """A calibration that cannot be used or made; the message is one sentence that says what to
    do."""


def wrong(what: str) -> CalibrationError:
    """The refusal of a record for what is wrong in it."""
    return CalibrationError(f"The calibration is wrong: {what}; calibrate this camera again.")
