"""A rendered set as labelled pictures."""

from pathlib import Path

from models.labels.labelled import LabelledPicture, Outline
from models.sets import read_set


def rendered_pictures(path: Path) -> tuple[LabelledPicture, ...]:
    """Every shot of every return; an item is a return of its generator's seed."""
    rendered = read_set(path)
    return tuple(
        LabelledPicture(
            path=rendered.directory(name) / shot.file,
            item=f"{rendered.seed}/{name}",
            faults=tuple(Outline(fault.defect, fault.polygon) for fault in pose.faults),
            not_faults=tuple(m.polygon for m in (*pose.not_faults, *shot.not_faults)),
            pose=f"{rendered.seed}/{name}/{pose.pose}",
            light=shot.light,
        )
        for name in rendered.returns
        for pose in rendered.read_return(name).poses
        for shot in pose.shots
    )
