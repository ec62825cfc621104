"""`regrade doctor`: what is wrong with this station and what to do."""

from pathlib import Path
from typing import Annotated

import typer

from station.commands import console


def doctor(
    config: Annotated[
        Path | None, typer.Option(help="The station's configuration; the virtual bench if none.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output.")
    ] = False,
) -> None:
    """Check devices, calibration, pack, policies, disk and upstream; exit code 1 if any fails."""
    from station.app.checks import run_checks

    checks = run_checks(config)
    if as_json:
        console.answer_json({"checks": checks, "good": all(c["good"] for c in checks)})
    else:
        rows = [["good" if c["good"] else "WRONG", str(c["name"]), str(c["said"])] for c in checks]
        console.table(["", "checked", "found"], rows)
    if not all(check["good"] for check in checks):
        raise typer.Exit(console.FAILED)
