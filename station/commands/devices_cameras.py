"""`regrade devices cameras`: what to write into the configuration for each camera here."""

from collections.abc import Callable
from typing import Annotated

import typer

from station.commands import console


def cameras(
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output.")
    ] = False,
) -> None:
    """List the cameras with the name and the identity to write into the configuration."""
    from dataclasses import asdict

    from station.adapters.cameras.sources.listing import (
        ListedCamera,
        basler_cameras,
        gige_cameras,
        usb_cameras,
    )

    kinds: list[Callable[[], tuple[ListedCamera, ...]]] = [
        usb_cameras,
        basler_cameras,
        gige_cameras,
    ]
    found: list[ListedCamera] = []
    absent: list[str] = []
    for list_kind in kinds:
        try:
            found += list_kind()
        except OSError as error:
            absent.append(str(error))
    if as_json:
        listed = [asdict(camera) for camera in found]
        console.answer_json({"cameras": listed, "not_looked_for": absent})
        return
    for remedy in absent:
        console.note(f"Not looked for: {remedy}")
    if not found:
        console.note("No camera was found: plug one in, and check its power.")
        return
    rows = [[camera.kind, camera.address, camera.identity] for camera in found]
    console.table(["kind", "device, serial or id", "identity"], rows)
