"""How a run went: a line of figures every few steps, and a picture of the curves."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HISTORY = "history.jsonl"
CURVES = "curves.png"


def note_progress(directory: Path, figures: Mapping[str, object]) -> None:
    """Add a line to the history of the run in `directory`."""
    with (directory / HISTORY).open("a", encoding="utf-8") as file:
        file.write(json.dumps(dict(figures)) + "\n")


def read_history(directory: Path) -> list[dict[str, Any]]:
    """The lines of the run's history in order; one cut off by a stop is left out.

    A run that went on from an earlier checkpoint replaces the steps after it.
    """
    file = directory / HISTORY
    if not file.is_file():
        return []
    lines: dict[int, dict[str, Any]] = {}
    for text in file.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
            step = int(line["step"])
        except (ValueError, KeyError, TypeError):
            continue
        lines = {known: own for known, own in lines.items() if known < step}
        lines[step] = line
    return list(lines.values())


def draw_curves(directory: Path) -> Path | None:
    """Draw loss, Dice of each class and alarms on clean crops over the steps; None without any."""
    history = read_history(directory)
    if not history:
        return None
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, (above, below) = pyplot.subplots(2, 1, figsize=(9, 8), sharex=True)
    steps = [line["step"] for line in history]
    above.plot(steps, [line["loss"] for line in history], color="#0B66C3")
    above.set_ylabel("loss (smoothed)")
    names = sorted({name for line in history for name in dict(line.get("dice") or {})})
    for name in names:
        dice = [dict(line.get("dice") or {}).get(name) for line in history]
        below.plot(steps, dice, label=name, linewidth=2.5 if name == "any" else 1)
    alarms = [line.get("clean_alarms") for line in history]
    below.plot(steps, alarms, label="alarms on clean crops", color="#6B1027", linestyle="--")
    below.set_ylabel("Dice on validation crops")
    below.set_xlabel("step")
    below.set_ylim(0, 1)
    below.legend(fontsize=8, ncols=3)
    figure.tight_layout()
    target = directory / CURVES
    figure.savefig(str(target), dpi=100)
    pyplot.close(figure)
    return target
