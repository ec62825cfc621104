"""`regrade devices symbols`: how well codes are read in photographs whose content is known."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from station.commands import console


def symbols(
    folder: Annotated[
        Path, typer.Argument(help="Folders of pictures, each with its content beside it as .txt.")
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output.")
    ] = False,
) -> None:
    """Read every picture as the bench's camera does, and count right, misread and not read.

    Folders whose name begins with `falsepositives` hold pictures without a code.
    """
    from station.app.symbol_table import symbol_table

    rows = symbol_table(folder, console.note)
    if as_json:
        console.answer_json({"folders": [asdict(row) for row in rows]})
        return
    counts = ("n", "right", "misread", "not_read", "extra", "empty", "false")
    head = ["folder", *(count.replace("_", " ") for count in counts)]
    console.table(
        head, [[row.folder, *(str(asdict(row)[count]) for count in counts)] for row in rows]
    )
