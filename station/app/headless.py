"""The virtual bench without a window: progress while it works, a summary at the end."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.runtime.pictures import decode_picture
from station.adapters.markup import mark_up, write_picture
from station.app.demo import Demo, DemoOptions
from station.domain.inspection import Inspection
from station.domain.outbox import OutboxState
from station.workflow.agreement import Rate, rate
from station.workflow.outcomes import outcome_of
from station.workflow.record import inspection_form
from station.workflow.stages import Bench
from station.workflow.truth import true_grade

_LONGEST_SILENCE_S = 120.0
_LONGEST_ITEM_S = 300.0
"""Where a picture is refused again and again the bench moves, and nothing comes of it."""
_DRAIN_S = 90.0


@dataclass(frozen=True, slots=True)
class Summary:
    """What a headless shift did, with the receiver's and the store's own counts."""

    inspections: tuple[dict[str, object], ...]
    receiver: dict[str, int]
    store: dict[str, int]
    agreement: Rate
    complete: bool

    def form(self) -> dict[str, object]:
        """The answer of `demo --json`."""
        return {
            "inspections": list(self.inspections),
            "receiver": self.receiver,
            "store": self.store,
            "truth": {"grade_agreement": self.agreement.value, "n": self.agreement.n},
        }

    def lines(self, words: Callable[..., str]) -> list[str]:
        """The summary for a person."""
        grades = Counter(str(i["grade"]) if i["grade"] else "held" for i in self.inspections)
        agreed = "-" if self.agreement.value is None else f"{self.agreement.value:.0%}"
        return [
            words(
                "cli.summary-grades",
                count=len(self.inspections),
                resellable=grades["resellable"],
                repair=grades["repair"],
                scrap=grades["scrap"],
                held=grades["held"],
            ),
            words(
                "cli.summary-delivery",
                closed=self.store["closed"],
                delivered=self.store["delivered"],
                received=self.receiver["unique_ids"],
                duplicates=self.receiver["duplicates"],
            ),
            words("cli.summary-truth", agreed=agreed, n=self.agreement.n),
        ]


def run_headless(options: DemoOptions, say: Callable[[str], None]) -> Summary:
    """Run the shift, wait until everything closed is delivered, and sum up.

    Incomplete if the bench stood still for two minutes, if five passed without an item being
    finished, or if the outbox did not drain in time.
    """
    with Demo(options) as demo:
        progress = _Progress(demo, say)
        demo.live.watch(progress.see)
        if options.outage:
            demo.receiver_down(down=True)
        shift = demo.start(time.sleep)
        finished = progress.wait(shift.finished)
        demo.receiver_down(down=False)
        drained = _drained(demo)
        made = progress.made
        if options.gallery:
            for inspection in made:
                write_gallery(demo, inspection, options.gallery)
        return _summary(demo, made, complete=finished and drained)


class _Progress:
    """Watches the bench: what ended, and whether it still moves."""

    def __init__(self, demo: Demo, say: Callable[[str], None]) -> None:
        self._demo = demo
        self._say = say
        self._moved = threading.Event()
        self._made_s = time.monotonic()
        self.made: list[Inspection] = []

    def see(self, bench: Bench) -> None:
        """Note a state; called from the bench's thread."""
        self._moved.set()
        last = bench.last.inspection if bench.last else None
        if last is None or bench.ended == 0 or not self._is_new(last):
            return
        self.made.append(last)
        self._made_s = time.monotonic()
        count, of = len(self.made), len(self._demo.comings)
        self._say(f"{count}/{of}  {_line(last)}")
        if self._demo.options.outage and count == (of + 1) // 2:
            self._demo.receiver_down(down=False)

    def wait(self, finished: threading.Event) -> bool:
        """Wait for the end of the shift; False once nothing has moved for too long."""
        silent_since = self._made_s = time.monotonic()
        while not finished.wait(1.0):
            if self._moved.is_set():
                self._moved.clear()
                silent_since = time.monotonic()
            elif time.monotonic() - silent_since > _LONGEST_SILENCE_S:
                self._say("The bench stands still: the shift is broken off.")
                return False
            if time.monotonic() - self._made_s > _LONGEST_ITEM_S:
                self._say("The item on the bench comes to no end: the shift is broken off.")
                return False
        return True

    def _is_new(self, inspection: Inspection) -> bool:
        known = {other.id for other in self.made} | self._demo.ended_before
        return inspection.id not in known


def write_gallery(demo: Demo, inspection: Inspection, folder: Path) -> None:
    """Write the pictures of an inspection with the findings of each outlined."""
    findings = inspection.judged.examined.findings
    for frame in inspection.judged.examined.frames:
        picture = decode_picture(demo.frames.evidence(frame.digest))
        mine = [finding for finding in findings if finding.shot == frame.shot]
        name = f"{inspection.item.code.serial}-{frame.shot}.jpg"
        write_picture(folder / name, mark_up(picture, mine))


def _line(inspection: Inspection) -> str:
    verdict = inspection.judged.verdict
    said = inspection.grade or f"held ({verdict.proposed or 'no grade'})"
    reason = verdict.deciding
    size = ""
    if reason is not None and reason.measurement is not None:
        m = reason.measurement
        size = f"  {m.quantity} {m.value:.1f} ± {m.U:.1f} {m.unit}"
    return f"{inspection.item.code.serial}  {said}  {verdict.clause}{size}"


def _drained(demo: Demo) -> bool:
    """Wait until nothing waits to be posted."""
    until = time.monotonic() + _DRAIN_S
    while demo.store.outbox.waiting()[OutboxState.PENDING]:
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _summary(demo: Demo, made: list[Inspection], *, complete: bool) -> Summary:
    policies = {policy.category: policy for policy in demo.setup.policies}
    truths = {str(c.code): c.truth for c in demo.comings}
    agreed = judged = 0
    for inspection in made:
        truth = truths.get(str(inspection.item.code))
        if truth is None:
            continue
        faults = [
            (fault.defect, {q.quantity: (q.value, q.unit) for q in fault.truth})
            for pose in truth.poses
            for fault in pose.faults
        ]
        judged += 1
        agreed += true_grade(policies[truth.category], faults) is inspection.judged.verdict.proposed
    counts = demo.store.inspections.counts()
    missing = len(demo.frames.missing(demo.store.inspections.frame_digests()))
    missing += len(demo.store.inspections.damaged_records())
    return Summary(
        inspections=tuple(dict(inspection_form(i, outcome_of(demo.setup, i))) for i in made),
        receiver=demo.received(),
        store={
            "closed": counts.closed,
            "held": counts.held,
            "delivered": counts.delivered,
            "evidence_missing": missing,
        },
        agreement=rate(agreed, judged),
        complete=complete,
    )
