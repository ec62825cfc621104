"""The named steps of every write, at which a test may end the process."""

WRITES = (
    "upgrade",
    "event",
    "segment",
    "save",
    "parcel",
    "corrected",
    "delivered",
    "postponed",
    "hurried",
    "parked",
    "withdrawn",
    "retried",
)
SAVE_ROWS = ("save-inspection-row", "save-evidence-row", "save-frame-rows", "save-outbox-row")

STEPS = (
    *(f"{write}-{point}" for write in WRITES for point in ("begun", "written", "committed")),
    *SAVE_ROWS,
)


def nothing(step: str) -> None:
    """Take no notice of a step."""
    del step
