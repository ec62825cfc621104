"""The tree of commands, and what every command has in common: errors in one sentence."""

import logging
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import platformdirs
import typer

from station.commands import console
from station.domain.faults import StationError


def build() -> typer.Typer:
    """The whole command line. Commands import what they need when they run, so it starts fast."""
    from station.commands import (
        bench,
        calibrate,
        capture,
        devices,
        doctor,
        grade,
        measure,
        models,
        orders,
        policy,
        review,
        shift,
    )

    root = typer.Typer(
        name="regrade",
        help="The software of a returned-goods inspection bench.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    root.command("start")(shift.start)
    root.command("demo")(shift.demo)
    root.command("grade")(grade.grade)
    root.command("doctor")(doctor.doctor)
    root.command("bench")(bench.bench)
    root.command("review")(review.review)
    root.add_typer(calibrate.tree(), name="calibrate")
    root.add_typer(capture.tree(), name="capture")
    root.add_typer(devices.tree(), name="devices")
    root.add_typer(measure.tree(), name="measure")
    root.add_typer(models.tree(), name="models")
    root.add_typer(orders.tree(), name="orders")
    root.add_typer(policy.tree(), name="policy")
    root.add_typer(review.outbox_tree(), name="outbox")
    return root


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code: 0, 1 the check failed, 2 cannot be used like this."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(message)s"
    )
    try:
        result = typer.main.get_command(build()).main(
            list(arguments), "regrade", standalone_mode=False
        )
    except StationError as error:
        console.note(str(error))
        return console.UNUSABLE
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        return console.OK
    except typer.TyperException as error:
        console.note(_usage(error))
        return console.UNUSABLE
    except Exception as error:  # A bug: its traceback goes to a file, the person gets a sentence.
        console.note(_failure(error))
        return console.FAILED
    return int(result or 0)


def _failure(error: Exception) -> str:
    """Keep the traceback of a bug in a file, and say where."""
    path = Path(platformdirs.user_log_dir("regrade", appauthor=False)) / "failure.log"
    said = f"Regrade failed unexpectedly ({type(error).__name__}: {error})"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), "utf-8")
    except OSError:
        return f"{said}: report this with what you did."
    return f"{said}: report this with {path}."


def _usage(error: typer.TyperException) -> str:
    """What is wrong with the arguments, and where help is; a bare group shows its help."""
    said = error.format_message()
    if "\n" in said:
        return said
    context = getattr(error, "ctx", None)
    place = context.command_path if context else "regrade"
    return f"{said.rstrip('.')}: see {place} --help"
