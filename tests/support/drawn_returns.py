"""Returns drawn in a moment rather than rendered, in the layout of a rendered set."""

from pathlib import Path

import cv2
import numpy as np

from models.sets import (
    FaultTruth,
    Mark,
    PoseTruth,
    RenderedSet,
    ReturnTruth,
    ShotPicture,
    write_return,
    write_set,
)

WIDTH, HEIGHT = 192, 160
CLASSES = ("scratch", "dent", "stain", "tear")
STAIN = ((60.0, 50.0), (89.0, 50.0), (89.0, 79.0), (60.0, 79.0))
OUTLINE = ((20.0, 20.0), (171.0, 20.0), (171.0, 139.0), (20.0, 139.0))


def add_return(
    path: Path,
    number: int,
    *,
    faulty: bool,
    seed: int = 5,
    lights: tuple[str, ...] = ("bright",),
) -> str:
    """Write return ``number`` of the set in ``path`` and enter it into the index."""
    return_id = f"r{number:04d}"
    directory = path / return_id
    directory.mkdir(parents=True)
    rng = np.random.default_rng([seed, number])
    picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    cv2.rectangle(picture, (20, 20), (171, 139), (120, 170, 200), -1)
    picture = np.clip(picture + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    if faulty:
        mask[50:80, 60:90] = 1
        picture[mask > 0] //= 3
    for light in lights:
        cv2.imwrite(str(directory / f"top-{light}.png"), picture)
    cv2.imwrite(str(directory / "top-mask.png"), mask)
    fault = FaultTruth(1, "stain", STAIN, ())
    pose = PoseTruth(
        pose="top",
        outline=OUTLINE,
        mask="top-mask.png",
        shots=tuple(ShotPicture(f"top-{each}", each, f"top-{each}.png") for each in lights),
        faults=(fault,) if faulty else (),
        not_faults=(Mark("print", OUTLINE),),
    )
    truth = ReturnTruth(return_id, "carton", "0" * 14, "s", (100.0, 80.0, 60.0), (pose,))
    write_return(directory, truth)
    returns = tuple(sorted(entry.name for entry in path.iterdir() if entry.is_dir()))
    write_set(RenderedSet(path, "drawn", seed, WIDTH, HEIGHT, returns))
    return return_id
