"""Whole inspections with pictures of their own, to be kept and posted."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

from station.adapters.policies import read_policy
from station.domain.capture import Frame
from station.domain.defect import Defect
from station.domain.grading import Condition, Grade
from station.domain.identity import ItemCode
from station.domain.inspection import (
    Decision,
    Examined,
    Identified,
    Inspection,
    Judged,
    Opened,
    PoseExamined,
)
from station.domain.judging import judge
from station.domain.outbox import OutboxEntry
from tests.support.drive import DEFAULTS, GTIN, found, item_of

START = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
SHOTS = ("top-bright", "top-raking", "bottom-bright")
POLICY = read_policy(DEFAULTS / "policies/carton.toml")


def pixels(number: int, shot: str) -> bytes:
    """The camera's bytes of a shot of the numbered inspection."""
    return f"picture {shot} of {number} ".encode() * 100


def frame(number: int, shot: str) -> Frame:
    """The facts of that shot."""
    return Frame(
        shot=shot,
        camera="bench",
        light=shot.rpartition("-")[2],
        digest=hashlib.sha256(pixels(number, shot)).hexdigest(),
        media_type="image/jpeg",
        width=1280,
        height=720,
        sequence=number,
        monotonic_s=float(number),
        exposed_at=START + timedelta(seconds=number),
    )


def inspection_id(number: int) -> str:
    """The id of the numbered inspection."""
    return f"0190a0b0-0000-7000-8000-{number:012d}"


def inspection(
    number: int,
    *,
    serial: str | None = None,
    supersedes: str | None = None,
    held: bool = False,
    dent: float = 20.0,
) -> Inspection:
    """A numbered inspection of a carton with one dent, closed as resellable or held in a tote."""
    at = START + timedelta(seconds=number)
    code = ItemCode(GTIN, serial or f"R-{number:04d}")
    opened = Opened(inspection_id(number), code, "li-wei", at, supersedes)
    poses = (
        PoseExamined("top", (found(Defect.DENT, dent),), "carton-1 1", "bench-1", 0.31),
        PoseExamined("bottom", (), "carton-1 1", "bench-1", 0.31),
    )
    frames = tuple(frame(number, shot) for shot in SHOTS)
    examined = Examined(
        Identified(opened, item_of(code)), frames, poses, frozenset({"front", "back"}), at
    )
    judged = Judged(examined, judge(POLICY, examined.findings), at)
    decision = Decision(Grade.RESELLABLE, Condition.LIGHT_FLAW, "li-wei", "next-scan", at)
    return Inspection(
        inspection_id(number),
        judged,
        at + timedelta(seconds=1),
        decision=None if held else decision,
        tote="T-1" if held else None,
        supersedes=supersedes,
    )


def record(number: int) -> bytes:
    """A stand-in for the canonical record."""
    return json.dumps({"inspection_id": inspection_id(number), "operator": "li-wei"}).encode()


def entry(number: int, release_at: datetime = START) -> OutboxEntry:
    """What is posted of the numbered inspection."""
    body = json.dumps({"inspection_id": inspection_id(number), "grade": "resellable"}).encode()
    return OutboxEntry(inspection_id(number), body, release_at)
