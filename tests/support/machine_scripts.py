"""The machine driven by a script of named actions, and the findings that scripts name."""

from drive import BADGE, Drive, found

from station.domain.defect import Defect
from station.domain.events import FaultCleared, FaultRaised
from station.domain.faults import Fault, FaultCode

FINDINGS = [
    (),
    (found(Defect.SCRATCH, 50),),
    (found(Defect.STAIN, 2000),),
    (found(Defect.DENT, 400, u=50),),
    (found(Defect.SCRATCH, 12),),
    (found(Defect.TEAR, 12, confidence=0.4),),
]
LOST = Fault(FaultCode.CAMERA_LOST, "camera", blocks=True)


def act(drive: Drive, name: str, argument: object) -> None:
    """Carry out one generated action."""
    match name:
        case "fail":
            drive.answer(fail=True)
        case "fault" if argument:
            drive.happen(FaultRaised(drive.now, LOST))
        case "fault":
            drive.happen(FaultCleared(drive.now, "camera"))
        case "inspect":
            drive.inspect(drive.count, argument)
        case _:
            getattr(drive, name)(argument)


def driven(script: list[tuple[str, object]]) -> Drive:
    """A machine after a generated script."""
    drive = Drive()
    drive.scan(BADGE)
    for name, argument in script:
        act(drive, name, argument)
    return drive
