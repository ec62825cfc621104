"""How measured numbers are written: as many figures as their uncertainty supports."""


def amount(value: float) -> str:
    """A limit or a difference with three significant figures and no empty decimals."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    places = 1 if abs(value) >= 10 else 2
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def measured(value: float, uncertainty: float) -> tuple[str, str]:
    """Value and U to the same place: one decimal below 10, more where U is smaller still."""
    places = 0 if uncertainty >= 9.5 else 1 if uncertainty >= 0.095 else 2
    return f"{value:.{places}f}", f"{uncertainty:.{places}f}"
