"""`regrade grade IMAGE…`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from station.commands import console

if TYPE_CHECKING:
    from station.app.photographs import Photograph
    from station.domain.defect import Finding
    from station.domain.grading import Verdict


def grade(
    images: Annotated[list[Path], typer.Argument(help="Pictures (JPEG, PNG, WebP) or folders.")],
    category: Annotated[
        str, typer.Option(help="The policy: a category, or the path of a policy file.")
    ] = "photograph",
    mm_per_px: Annotated[
        float | None, typer.Option(help="The scale of the photographed surface, if it is known.")
    ] = None,
    calibration: Annotated[
        Path | None, typer.Option(help="The camera's calibration record, for sizes in mm.")
    ] = None,
    height: Annotated[
        float | None, typer.Option(min=0, help="With --calibration: the surface's height in mm.")
    ] = None,
    pack: Annotated[
        Path | None, typer.Option(help="A model pack; the one that ships for such goods if none.")
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(help="A bench's state directory: grade with the pack promoted there."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write marked-up pictures here.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output.")
    ] = False,
) -> None:
    """Grade photographs: what is wrong, how large, which grade and why.

    Without a scale sizes are in pixels: clauses that need millimetres then leave the picture to a
    person, the others still decide. Exit code 1 if a picture could not be read.
    """
    from dataclasses import replace

    from station.adapters.clock import SystemClock
    from station.adapters.examiner.examining import Optics
    from station.app.defaults import policy_named, shipped_pack
    from station.app.measuring.tables import pack_edges
    from station.app.packs import key_lists
    from station.app.photographs import (
        PhotographGrader,
        make_folder,
        pictures_in,
        recorded_optics,
        stated_scale,
    )
    from station.app.shelf import promoted_path, shelf_of

    _check(pack, state, mm_per_px, calibration, height)
    if out is not None:
        make_folder(out)
    policy = policy_named(category)
    optics = Optics()
    if mm_per_px is not None:
        optics = stated_scale(mm_per_px)
    elif calibration is not None:
        optics = recorded_optics(calibration, height or 0.0, SystemClock().now())
    paths = pictures_in(images)
    if state is not None:
        pack = promoted_path(state)
    pack = pack or shipped_pack(policy.category)
    optics = replace(optics, edges=pack_edges(state, pack))
    keys = key_lists(shelf_of(state)) if state is not None else ()
    grader = PhotographGrader(policy, pack, optics, keys)
    answers = []
    for number, path in enumerate(paths, 1):
        marked = out / f"{number:04d}-{path.stem}.jpg" if out is not None else None
        answer = grader.grade(path, marked)
        answers.append(answer)
        if not as_json:
            typer.echo(_line(answer))
        elif len(paths) > 20 and number % 20 == 0:
            console.note(f"{number} of {len(paths)} pictures")
    if as_json:
        console.answer_json(
            {
                "images": [_form(answer) for answer in answers],
                "policy": f"{policy.name} {policy.version} sha256:{policy.digest}",
                "model_pack": grader.pack,
                "pack_path": str(pack),
            }
        )
    if any(answer.error for answer in answers):
        raise typer.Exit(console.FAILED)


def _check(
    pack: Path | None,
    state: Path | None,
    mm_per_px: float | None,
    calibration: Path | None,
    height: float | None,
) -> None:
    """End with a sentence where options do not go together."""
    if pack is not None and state is not None:
        console.leave("Give either --pack or --state, not both.")
    if state is not None and not state.is_dir():
        console.leave(f"{state} is no state directory: name that of a bench.")
    if mm_per_px is not None and calibration is not None:
        console.leave("Give either --mm-per-px or --calibration, not both.")
    if height is not None and calibration is None:
        console.leave("--height needs --calibration.")


def _form(answer: "Photograph") -> dict[str, object]:
    from station.domain.scan import read_scan
    from station.workflow.record import finding_form

    verdict = answer.verdict
    if verdict is None:
        return {
            "path": str(answer.path),
            "grade": None,
            "needs_review": True,
            "clause": None,
            "findings": [],
            "codes": [],
            "error": answer.error,
        }
    return {
        "path": str(answer.path),
        "grade": None if verdict.needs_review else verdict.proposed,
        "proposed": verdict.proposed,
        "needs_review": verdict.needs_review,
        "clause": verdict.clause,
        "doubts": sorted({doubt for reason in verdict.reasons for doubt in reason.doubts}),
        "findings": [finding_form(finding) for finding in answer.findings],
        "codes": [
            {"text": text, "meaning": type(read_scan(text)).__name__} for text in answer.codes
        ],
        "error": None,
    }


def _line(answer: "Photograph") -> str:
    """One line for a person: the grade, the deciding clause, and why a person must look."""
    words = console.words()
    verdict = answer.verdict
    if verdict is None:
        return f"{answer.path}: {words('cli.unreadable', reason=answer.error or '')}"
    if not verdict.needs_review and verdict.proposed is not None:
        said = words(f"grade.{verdict.proposed}")
    else:
        doubt = next((d for reason in verdict.reasons for d in reason.doubts), None)
        said = words("cli.needs-review")
        if doubt is not None:
            said += f" ({words(f'doubt.{doubt}', subject='')})"
    found = ", ".join(_sized(finding, verdict) for finding in answer.findings[:3])
    return f"{answer.path}: {said} · {verdict.clause}" + (f" · {found}" if found else "")


def _sized(finding: "Finding", verdict: "Verdict") -> str:
    """A finding with the size that its clause looked at, else with any."""
    words = console.words()
    judged = [r.measurement for r in verdict.reasons if r.finding == finding and r.measurement]
    sizes = [*judged, *finding.measurements]
    if not sizes:
        return words(f"defect.{finding.defect}")
    return words(
        "reason.measured",
        defect=finding.defect,
        quantity=sizes[0].quantity,
        value=f"{sizes[0].value:.1f}",
        U=f"{sizes[0].U:.1f}",
        unit=sizes[0].unit,
    )
