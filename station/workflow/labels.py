"""What the pictures of an inspection teach a detector, by what people said of its findings."""

from collections.abc import Sequence
from dataclasses import dataclass

from station.domain.capture import Frame
from station.domain.correction import Correction, CorrectionKind, Outline, in_force
from station.domain.defect import Defect, Finding
from station.domain.grading import Grade
from station.domain.inspection import Inspection
from station.workflow.stages import Setup

REVIEW = "review"
"""How a supervisor decides and corrects."""


@dataclass(frozen=True, slots=True)
class TaughtFrame:
    """One frame of an inspection and what is known of it; outlines in its pixels.

    Where `complete`, nothing else is wrong with what it shows.
    """

    frame: Frame
    item: str
    pose: str
    faults: tuple[tuple[Defect, Outline], ...]
    not_damage: tuple[Outline, ...]
    unsure: tuple[Outline, ...]
    complete: bool


def taught(
    setup: Setup, inspection: Inspection, corrections: Sequence[Correction]
) -> tuple[TaughtFrame, ...]:
    """Every frame of which something is known.

    Once a supervisor has looked (settled the inspection, or corrected it) each finding stands as
    found or as corrected, and nothing else is there; the operator's keys teach only the places
    that they name. What is known of one shot of a pose holds for its other shots. A wrong outline
    that nobody drew anew is a place of which nothing is known, and a missed fault that nobody
    placed leaves everything else unsure.
    """
    given = in_force(tuple(corrections))
    decision = inspection.decision
    reviewed = decision is not None and decision.how == REVIEW
    reviewed = reviewed or any(correction.how == REVIEW for correction in corrections)
    by_finding = {c.finding: c for c in given if c.finding is not None}
    missed = [c for c in given if c.kind is CorrectionKind.MISSED_FAULT]
    placed_at = max((c.at for c in missed if c.outline is not None), default=None)
    lost = [c for c in missed if c.outline is None and (placed_at is None or c.at > placed_at)]
    known = _Known()
    for place, finding in enumerate(inspection.judged.examined.findings):
        _learn(known, finding, by_finding.get(place), reviewed=reviewed)
    for correction in missed:
        if correction.outline and correction.defect and correction.shot:
            known.faults.append((correction.shot, correction.defect, correction.outline))
    frames = [
        _frame(setup, inspection, frame, known, complete=reviewed and not lost)
        for frame in inspection.judged.examined.frames
    ]
    return tuple(f for f in frames if f.complete or f.faults or f.not_damage)


def flawless(setup: Setup, inspection: Inspection) -> tuple[TaughtFrame, ...]:
    """Every frame of an inspection in which nothing was found and a person agreed; else none."""
    examined = inspection.judged.examined
    unsure = examined.findings or any(pose.failure for pose in examined.poses)
    if inspection.grade is not Grade.RESELLABLE or unsure:
        return ()
    return tuple(
        _frame(setup, inspection, frame, _Known(), complete=True) for frame in examined.frames
    )


class _Known:
    """Places by shot."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, Defect, Outline]] = []
        self.not_damage: list[tuple[str, Outline]] = []
        self.unsure: list[tuple[str, Outline]] = []


def _learn(
    known: _Known, finding: Finding, correction: Correction | None, *, reviewed: bool
) -> None:
    if correction is None:
        if reviewed:
            known.faults.append((finding.shot, finding.defect, finding.polygon))
        return
    if correction.kind is CorrectionKind.NOT_DAMAGE:
        known.not_damage.append((finding.shot, finding.polygon))
        return
    defect = correction.defect or finding.defect
    if correction.outline is None:
        known.unsure.append((finding.shot, finding.polygon))
    else:
        known.faults.append((correction.shot or finding.shot, defect, correction.outline))


def _frame(
    setup: Setup, inspection: Inspection, frame: Frame, known: _Known, *, complete: bool
) -> TaughtFrame:
    pose, together = _pose(setup, inspection, frame.shot)
    code = inspection.item.code
    return TaughtFrame(
        frame=frame,
        item=f"{code.gtin}/{code.serial or inspection.id}",
        pose=f"{inspection.id}/{pose}",
        faults=tuple((defect, line) for shot, defect, line in known.faults if shot in together),
        not_damage=tuple(line for shot, line in known.not_damage if shot in together),
        unsure=tuple(line for shot, line in known.unsure if shot in together),
        complete=complete,
    )


def _pose(setup: Setup, inspection: Inspection, shot: str) -> tuple[str, frozenset[str]]:
    """The pose of a shot, and the shots of it by the same camera; the shot alone where unknown."""
    recipe = setup.recipe(inspection.item.category)
    for pose in recipe.poses if recipe else ():
        mine = next((s for s in pose.shots if s.name == shot), None)
        if mine is not None:
            return pose.name, frozenset(s.name for s in pose.shots if s.camera == mine.camera)
    return shot, frozenset({shot})
