"""An inspection as JSON: the form that is shown and posted, and the record kept as evidence."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from station.domain.capture import Frame
from station.domain.correction import Correction
from station.domain.defect import Finding, Measurement
from station.domain.grading import Level, Outcome, Reason
from station.domain.inspection import Decision, Examined, Inspection, PoseExamined
from station.domain.light_proof import LightProof
from station.workflow import camera_codes

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]

RECORD_SCHEMA = 1


def inspection_form(inspection: Inspection, outcome: Outcome | None) -> dict[str, Json]:
    """One inspection as every `--json` and the receiver see it.

    `outcome` is the policy's for the final grade, none while held. A reason names its finding by
    its place in `findings`.
    """
    examined = inspection.judged.examined
    verdict = inspection.judged.verdict
    item, decision = inspection.item, inspection.decision
    findings = examined.findings
    return {
        "inspection_id": inspection.id,
        "item": {
            "gtin": item.code.gtin,
            "serial": item.code.serial,
            "name": item.name,
            "category": item.category,
        },
        "order": item.order,
        "parcel": item.parcel or None,
        "declared": item.declared,
        "proposed": verdict.proposed.value if verdict.proposed else None,
        "grade": inspection.grade.value if inspection.grade else None,
        "condition": decision.condition.value if decision and decision.condition else None,
        "disposition": outcome.disposition if outcome else None,
        "needs_review": verdict.needs_review,
        "clause": verdict.clause,
        "reasons": [_reason(reason, findings) for reason in verdict.reasons],
        "findings": [finding_form(finding) for finding in findings],
        "shots": [frame.shot for frame in examined.frames],
        "zones_unseen": sorted(examined.unseen),
        "policy": verdict.policy,
        "model_pack": _names(pose.model_pack for pose in examined.poses),
        "calibration": _names(pose.calibration for pose in examined.poses),
        "identification": _identification(examined),
        "times": {
            "opened": _utc(examined.identified.opened.opened_at),
            "last_frame": _utc(examined.last_frame_at) if examined.last_frame_at else None,
            "judged": _utc(inspection.judged.judged_at),
            "ended": _utc(inspection.ended_at),
        },
    }


def evidence_record(
    inspection: Inspection, outcome: Outcome | None, calibration_digest: str | None
) -> dict[str, Json]:
    """Everything the grade rests on: the form, who decided how, and the digests of its sources.

    `poses_unproved` names the poses that no light pattern bears out: all of them at a bench that
    cannot switch its lights, or that shows a folder of pictures. `weight_g`, a decimal number as
    text, is there where the item was weighed; `corrections` are
    there where a person gave any until then.
    """
    examined, weight = inspection.judged.examined, inspection.weight_g
    corrected = [correction_form(correction) for correction in inspection.corrections]
    return {
        "schema": RECORD_SCHEMA,
        **inspection_form(inspection, outcome),
        "operator": inspection.operator,
        "decision": _decision(inspection, inspection.decision) if inspection.decision else None,
        "outcome": _outcome(outcome) if outcome else None,
        "frames": [_frame(frame) for frame in examined.frames],
        "poses": [_pose(pose) for pose in examined.poses],
        "light_proofs": [_proof(proof) for proof in examined.proofs],
        "poses_unproved": _unproved(examined),
        "policy_digest": inspection.judged.verdict.policy_digest,
        "calibration_digest": calibration_digest,
        "size_mm": list(inspection.item.size_mm),
        "buyer_reason": inspection.item.buyer_reason,
        "tote": inspection.tote,
        "supersedes": inspection.supersedes,
        **({} if weight is None else {"weight_g": f"{weight:f}"}),
        **({"corrections": corrected} if corrected else {}),
    }


def correction_form(correction: Correction) -> dict[str, Json]:
    """What a person said of a finding; `finding` is its place in `findings`."""
    outline = correction.outline
    return {
        "kind": correction.kind.value,
        "finding": correction.finding,
        "defect": correction.defect.value if correction.defect else None,
        "shot": correction.shot,
        "outline": None if outline is None else [list(corner) for corner in outline],
        "by": correction.by,
        "how": correction.how,
        "at": _utc(correction.at),
    }


def finding_form(finding: Finding) -> dict[str, Json]:
    """One finding: box `[x, y, w, h]` and polygon in frame pixels, and what was measured."""
    return {
        "defect": finding.defect.value,
        "confidence": finding.confidence,
        "shot": finding.shot,
        "box": list(finding.box),
        "polygon": [list(corner) for corner in finding.polygon],
        "measurements": [_measurement(measurement) for measurement in finding.measurements],
    }


def _measurement(measurement: Measurement) -> dict[str, Json]:
    return {
        "quantity": measurement.quantity.value,
        "value": measurement.value,
        "unit": measurement.unit.value,
        "U": measurement.U,
        **({"height": measurement.height.value} if measurement.height else {}),
    }


def _reason(reason: Reason, findings: tuple[Finding, ...]) -> dict[str, Json]:
    return {
        "clause": reason.clause,
        "best": _level(reason.best),
        "likely": None if reason.likely is None else _level(reason.likely),
        "worst": _level(reason.worst),
        "finding": findings.index(reason.finding) if reason.finding else None,
        "measurement": _measurement(reason.measurement) if reason.measurement else None,
        "limits": [{"level": _level(level), "above": limit} for level, limit in reason.limits],
        "margin_to_worse": reason.margin_to_worse,
        "margin_to_better": reason.margin_to_better,
        "doubts": [doubt.value for doubt in reason.doubts],
        "subject": reason.subject,
    }


def _identification(examined: Examined) -> dict[str, Json]:
    """`camera_codes` are those on the item that name goods: a waybill's may name a person."""
    opened = examined.identified.opened
    other = opened.contradiction
    return {
        "by": opened.by.value,
        "epc": opened.epc,
        "contradicted_by": None
        if other is None
        else {"source": other.source, "gtin": other.item.gtin, "serial": other.item.serial},
        "camera_codes": list(camera_codes.telling(examined.poses)),
    }


def _decision(inspection: Inspection, decision: Decision) -> dict[str, Json]:
    proposed = inspection.judged.verdict.proposed
    return {
        "proposed": proposed.value if proposed else None,
        "final": decision.grade.value,
        "condition": decision.condition.value if decision.condition else None,
        "by": decision.by,
        "how": decision.how,
        "at": _utc(decision.at),
        "reason": decision.reason,
    }


def _outcome(outcome: Outcome) -> dict[str, Json]:
    return {
        "disposition": outcome.disposition,
        "channel": outcome.channel,
        "refund_recommended": outcome.refund,
        "deadline_hours": outcome.deadline_hours,
    }


def _frame(frame: Frame) -> dict[str, Json]:
    return {
        "shot": frame.shot,
        "camera": frame.camera,
        "light": frame.light,
        "digest": frame.digest,
        "media_type": frame.media_type,
        "width": frame.width,
        "height": frame.height,
        "sequence": frame.sequence,
        "monotonic_s": frame.monotonic_s,
        "exposed_at": _utc(frame.exposed_at),
    }


def _pose(pose: PoseExamined) -> dict[str, Json]:
    return {
        "pose": pose.pose,
        "model_pack": pose.model_pack,
        "calibration": pose.calibration,
        "mm_per_px": pose.mm_per_px,
        "withdrawn": pose.withdrawn,
        "failure": pose.failure,
        **(
            {}
            if pose.reference is None
            else {"reference": pose.reference, "unlikeness": pose.unlikeness}
        ),
        **({} if pose.strangeness is None else {"strangeness": pose.strangeness}),
    }


def _unproved(examined: Examined) -> list[str]:
    """Poses whose frames rest on freshness and gates alone, because no light pattern was seen."""
    proved = {proof.pose for proof in examined.proofs}
    return [pose.pose for pose in examined.poses if pose.pose not in proved]


def _proof(proof: LightProof) -> dict[str, Json]:
    return {
        "pose": proof.pose,
        "camera": proof.camera,
        "digests": list(proof.digests),
        "steps": [
            {
                "asked": dict(step.asked.levels),
                "seen": list(step.seen),
            }
            for step in proof.steps
        ],
        "bench": proof.bench,
        "unlike": proof.unlike,
        "relief": proof.relief,
    }


def _level(level: Level) -> str:
    return level.name.lower()


def _names(names: Iterable[str | None]) -> str | None:
    """The name that the poses agree on; all of them where they differ, none where there is none."""
    return ", ".join(sorted({name for name in names if name is not None})) or None


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
