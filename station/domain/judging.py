"""The policy's answer to a set of findings."""

from station.domain.defect import Finding
from station.domain.grading import (
    CapClause,
    DecisionRule,
    Doubt,
    GradingPolicy,
    Level,
    LimitClause,
    Reason,
    Verdict,
)


def judge(
    policy: GradingPolicy,
    findings: tuple[Finding, ...],
    *,
    unseen: frozenset[str] = frozenset(),
    unexamined: tuple[str, ...] = (),
    other_item: str | None = None,
    undeclared: bool = False,
    unlike: tuple[str, ...] = (),
    unsupported: tuple[str, ...] = (),
) -> Verdict:
    """Grade by the policy.

    `unseen` are required zones no good picture shows, `unexamined` names shots or poses that could
    not be examined; either leaves open what is there, so a person must look unless it is scrap
    anyway. `other_item` is what something on the bench says it is instead: a person must look.
    `undeclared` if its parcel's orders do not name it: it is graded, and a person must look.
    `unlike` are poses that look unlike every good example, `unsupported` those unlike anything that
    the detector learnt: what is there is open, and nothing that was found weighs less for it.
    """
    counted = [finding for finding in findings if policy.counts(finding)]
    reasons = [reason for finding in counted for reason in _assess(policy, finding)]
    reasons += [_open(Doubt.ZONE_UNSEEN, zone) for zone in sorted(unseen)]
    reasons += [_open(Doubt.NOT_EXAMINED, name) for name in sorted(unexamined)]
    if other_item is not None:
        reasons.append(_open(Doubt.OTHER_ITEM, other_item))
    for doubt, poses in ((Doubt.UNLIKE_REFERENCE, unlike), (Doubt.NO_SUPPORT, unsupported)):
        for pose in sorted(poses):
            clean, worst = Level.AS_NEW, Level.SCRAP
            reasons.append(Reason(doubt.value, clean, clean, worst, doubts=(doubt,), subject=pose))
    if undeclared:
        doubts = (Doubt.UNDECLARED,)
        nothing = Level.AS_NEW
        reasons.append(Reason(Doubt.UNDECLARED.value, nothing, nothing, nothing, doubts=doubts))
    reasons.sort(key=_weight)
    likelies = [reason.likely for reason in reasons if reason.likely is not None]
    worst = max((r.worst for r in reasons), default=Level.AS_NEW)
    best = max((r.best for r in reasons), default=Level.AS_NEW)
    undecided = any(r.likely is None and r.worst > max(likelies, default=best) for r in reasons)
    return Verdict(
        best=best,
        likely=None if undecided and best is not worst else max(likelies, default=best),
        worst=worst,
        reasons=tuple(reasons),
        policy=f"{policy.name} {policy.version}",
        policy_digest=policy.digest,
    )


def _assess(policy: GradingPolicy, finding: Finding) -> list[Reason]:
    clauses = [clause for clause in policy.clauses if clause.defect is finding.defect]
    if not clauses:
        doubt = (Doubt.NO_CLAUSE,)
        return [Reason("no-clause", Level.AS_NEW, None, Level.SCRAP, finding, doubts=doubt)]
    reasons = [
        _cap(clause, finding) if isinstance(clause, CapClause) else _compare(clause, finding)
        for clause in clauses
    ]
    if policy.is_certain(finding):
        return reasons
    return [_unsure(reason) for reason in reasons]


def _cap(clause: CapClause, finding: Finding) -> Reason:
    return Reason(clause.id, clause.level, clause.level, clause.level, finding)


def _compare(clause: LimitClause, finding: Finding) -> Reason:
    measurement = finding.measured(clause.quantity, clause.unit)
    limits = clause.limits
    if measurement is None:
        doubts = (Doubt.NOT_MEASURED,)
        return Reason(clause.id, Level.AS_NEW, None, limits[-1][0], finding, None, limits, doubts)
    guard = measurement.U if clause.rule is DecisionRule.GUARD_BAND else 0.0
    best = _reached(limits, measurement.value - guard)
    worst = _reached(limits, measurement.value + guard)
    likely = _reached(limits, measurement.value)
    near = () if best.grade is worst.grade else (Doubt.NEAR_LIMIT,)
    return Reason(clause.id, best, likely, worst, finding, measurement, limits, near)


def _reached(limits: tuple[tuple[Level, float], ...], value: float) -> Level:
    return max((level for level, limit in limits if value > limit), default=Level.AS_NEW)


def _unsure(reason: Reason) -> Reason:
    return Reason(
        reason.clause,
        Level.AS_NEW,
        reason.likely,
        reason.worst,
        reason.finding,
        reason.measurement,
        reason.limits,
        (*reason.doubts, Doubt.LOW_CONFIDENCE),
    )


def _open(doubt: Doubt, subject: str) -> Reason:
    return Reason(doubt.value, Level.AS_NEW, None, Level.SCRAP, doubts=(doubt,), subject=subject)


def _weight(reason: Reason) -> tuple[object, ...]:
    """Heaviest first, and a total order so that the order of findings does not show."""
    likely = -1 if reason.likely is None else int(reason.likely)
    finding = reason.finding
    place: tuple[object, ...] = ()
    if finding:
        sizes = tuple((m.quantity, m.value, m.unit, m.U) for m in finding.measurements)
        place = (finding.shot, finding.box, finding.polygon, sizes)
    confidence = finding.confidence if finding else 0.0
    value = reason.measurement.value if reason.measurement else 0.0
    return (
        -int(reason.worst),
        -likely,
        -int(reason.best),
        -value,
        -confidence,
        reason.clause,
        place,
        reason.subject,
    )
