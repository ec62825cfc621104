"""`regrade policy check | show`."""

from pathlib import Path
from typing import Annotated

import typer

from station.commands import console

_Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


def tree() -> typer.Typer:
    """The `policy` commands."""
    group = typer.Typer(help="Grading policies.", no_args_is_help=True, rich_markup_mode=None)
    group.command("check")(check)
    group.command("show")(show)
    return group


def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Policy files; those that ship when none is given.")
    ] = None,
    recipe: Annotated[
        list[Path] | None, typer.Option(help="Recipe files; those that ship when none is given.")
    ] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(help="A bench's calibration record: no limit below what it surely finds."),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Check policies: their form, and that no limit is finer than its recipe can resolve.

    With a calibration record also that no limit is smaller than what that bench surely finds.
    """
    from station.adapters.policies import read_policy
    from station.app.defaults import load_recipes, policy_problems, shipped_policies
    from station.app.measuring.bench import smallest_found
    from station.domain.faults import StationError
    from station.domain.resolution import unfindable

    bench = () if calibration is None else smallest_found(calibration)
    recipes = load_recipes(tuple(recipe or ()))
    answers = []
    for path in files or shipped_policies():
        try:
            policy = read_policy(path)
            problems = (*policy_problems(policy, recipes), *unfindable(policy, bench))
            about: dict[str, object] = {"name": policy.name, "version": policy.version}
        except StationError as error:
            about, problems = {}, (str(error),)
        answers.append({"path": str(path), **about, "problems": list(problems)})
        for problem in problems:
            console.note(f"{path}: {problem}")
        if not problems and not as_json:
            console.note(f"{path}: good")
    if as_json:
        console.answer_json({"policies": answers})
    if any(answer["problems"] for answer in answers):
        raise typer.Exit(console.FAILED)


def show(
    name: Annotated[str, typer.Argument(help="A category, or the path of a policy file.")],
    as_json: _Json = False,
) -> None:
    """Show a policy: its clauses with their limits, and what each level leads to."""
    from station.app.defaults import policy_named
    from station.domain.grading import CapClause, Level

    policy = policy_named(name)
    clauses: list[dict[str, object]] = []
    rows = []
    for clause in policy.clauses:
        if isinstance(clause, CapClause):
            level = clause.level.name.lower()
            clauses.append({"id": clause.id, "defect": clause.defect, "at_least": level})
            reached = ["any" if step is clause.level else "" for step in list(Level)[1:]]
            rows.append([clause.id, clause.defect, "of any size", *reached])
            continue
        limits = dict(clause.limits)
        named = {level.name.lower(): limit for level, limit in clause.limits}
        clauses.append(
            {
                "id": clause.id,
                "defect": clause.defect,
                "quantity": clause.quantity,
                "unit": clause.unit,
                "rule": clause.rule,
                "above": named,
            }
        )
        cells = [f"> {limits[level]:g}" if level in limits else "" for level in list(Level)[1:]]
        what = f"{clause.quantity} in {clause.unit} ({clause.rule})"
        rows.append([clause.id, clause.defect, what, *cells])
    if as_json:
        console.answer_json(
            {
                "name": policy.name,
                "version": policy.version,
                "category": policy.category,
                "digest": policy.digest,
                "certain": policy.certain,
                "certain_of": dict(policy.certain_of),
                "reported_from": policy.reported_from,
                "clauses": clauses,
            }
        )
        return
    console.note(f"{policy.name} {policy.version} for {policy.category} · sha256:{policy.digest}")
    reported = "as the model pack asks" if policy.reported_from is None else policy.reported_from
    console.note(f"a finding counts from score: {reported}, without doubt from {policy.certain}")
    console.table(["clause", "defect", "measured", "light flaw", "repair", "scrap"], rows)
