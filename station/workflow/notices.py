"""Words of a scanned code that are fit for a screen."""

MOST_SHOWN = 40


def printable(text: str) -> str:
    """A code fit for a screen: control characters replaced, at most 40 characters."""
    clean = "".join(c if c.isprintable() else "·" for c in text)
    return clean if len(clean) <= MOST_SHOWN else clean[: MOST_SHOWN - 1] + "…"
