"""One picture that shows a set at a glance."""

from pathlib import Path

import cv2
import numpy as np

from models.sets import SetError, read_set

_COLOURS = {
    "scratch": (40, 220, 255),
    "dent": (255, 120, 40),
    "stain": (60, 60, 230),
    "tear": (220, 60, 220),
    "crack": (60, 220, 120),
    "leak": (230, 200, 40),
    "pilling": (120, 180, 255),
    "discolouration": (60, 140, 200),
    "broken_seal": (180, 90, 255),
    "missing_part": (120, 60, 160),
    "oxidation": (40, 110, 200),
}


def contact_sheet(
    set_dir: Path, png: Path, *, most: int = 8, thumb_width: int = 480, outlines: bool = True
) -> None:
    """Draw up to ``most`` returns of a set, one row each, all shots side by side, into ``png``.

    Fault outlines are drawn where ``outlines``. Raises SetError for a set that cannot be read or
    has no complete return.
    """
    rendered = read_set(set_dir)
    if not rendered.returns:
        raise SetError(f"{set_dir} has no complete return yet: render at least one.")
    rows = []
    for return_id in rendered.returns[:most]:
        truth = rendered.read_return(return_id)
        row = []
        for pose in truth.poses:
            for shot in pose.shots:
                path = rendered.directory(return_id) / shot.file
                picture = cv2.imread(str(path))
                if picture is None:
                    raise SetError(f"{path} is missing or no picture: render this set again.")
                if outlines:
                    for fault in pose.faults:
                        points = np.array(fault.polygon).round().astype(np.int32)
                        colour = _COLOURS.get(fault.defect, (255, 255, 255))
                        cv2.polylines(picture, [points], True, colour, 2, cv2.LINE_AA)
                height = round(thumb_width * rendered.height / rendered.width)
                row.append(cv2.resize(picture, (thumb_width, height), interpolation=cv2.INTER_AREA))
        rows.append(np.concatenate(row, axis=1))
    widest = max(row.shape[1] for row in rows)
    even = [
        cv2.copyMakeBorder(row, 0, 4, 0, widest - row.shape[1], cv2.BORDER_CONSTANT) for row in rows
    ]
    done, code = cv2.imencode(".png", np.concatenate(even))
    if not done:
        raise SetError(f"{png} could not be encoded: choose a smaller sheet.")
    png.write_bytes(code.tobytes())
