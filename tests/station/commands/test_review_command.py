"""A supervisor corrects findings on the command line, and exports what the next detector learns."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.labels.reading import read_labelled
from station.adapters.canonical import canonical
from station.adapters.frames import FrameFiles
from station.adapters.policies import read_policy
from station.adapters.store.opening import open_store
from station.commands.root import run
from station.domain.capture import Frame
from station.domain.inspection import Inspection
from station.workflow.record import evidence_record
from tests.support.drive import DEFAULTS
from tests.support.kept import inspection, inspection_id
from tests.support.labelled_sets import draw

WIDTH, HEIGHT = 320, 240
HELD, CLOSED = 1, 2


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGRADE_LOCALE", "en")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A stopped station that keeps a held and a closed inspection, with real pictures."""
    directory = tmp_path / "state"
    store = open_store(directory, ballast_bytes=4096)
    files = FrameFiles(directory)
    for number in (HELD, CLOSED):
        made = pictured(files, inspection(number, held=number == HELD), tmp_path / "p.png")
        store.inspections.save(made, canonical(evidence_record(made, None, None)), None)
    store.close()
    return directory


def pictured(files: FrameFiles, made: Inspection, place: Path) -> Inspection:
    """The inspection with its frames drawn and kept."""
    frames: list[Frame] = []
    for frame in made.judged.examined.frames:
        draw(place, int(frame.digest[:6], 16), width=WIDTH, height=HEIGHT)
        content = place.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        drawn = replace(frame, digest=digest, media_type="image/png", width=WIDTH, height=HEIGHT)
        files.keep(made.id, drawn, content)
        frames.append(drawn)
    examined = replace(made.judged.examined, frames=tuple(frames))
    return replace(made, judged=replace(made.judged, examined=examined))


def shown(capsys: pytest.CaptureFixture[str], state: Path, *words: str) -> dict[str, Any]:
    assert run(["review", *words, "--state", str(state), "--json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_findings_are_corrected_settled_and_exported_as_a_set_to_train_on(
    capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path
) -> None:
    one = shown(capsys, state, inspection_id(HELD), "--by", "0815", "--not-damage", "1")
    assert [(c["kind"], c["finding"], c["by"]) for c in one["corrections"]] == [
        ("not-damage", 0, "0815")
    ]
    settled = shown(
        capsys,
        state,
        inspection_id(HELD),
        *("--by", "0815", "--grade", "resellable", "--reason", "a logo"),
        *("--missed", "stain@bottom-bright=20,30,40,50"),
    )
    shown(capsys, state, inspection_id(CLOSED), "--by", "0815", "--outline", "1=5,5 60,5 60,50")
    out = tmp_path / "labels"

    assert run(["models", "export-labels", "--out", str(out), "--state", str(state)]) == 0
    read = read_labelled(out, ("scratch", "dent", "stain", "tear"))

    pictures = {picture.path.stem: picture for picture in read.pictures}
    top = pictures[f"{settled['inspection_id']}-top-bright"]
    bottom = pictures[f"{settled['inspection_id']}-bottom-bright"]
    other = pictures[f"{inspection_id(CLOSED)}-top-bright"]
    assert (top.faults, len(top.not_faults), top.complete) == ((), 1, True)
    assert [(f.defect, f.polygon[0]) for f in bottom.faults] == [("stain", (20.0, 30.0))]
    assert [(f.defect, f.polygon) for f in other.faults] == [
        ("dent", ((5.0, 5.0), (60.0, 5.0), (60.0, 50.0)))
    ]
    assert (top.light, top.item) == ("bright", bottom.item)
    assert len(pictures) == 6
    kept = [file.read_bytes() for file in (out / "images").iterdir()]
    assert all(content in kept for content in evidence(state))


def evidence(state: Path) -> list[bytes]:
    return [file.read_bytes() for file in (state / "evidence").rglob("*.png")]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--not-damage", "1"), "Name your badge"),
        (("--by", "1", "--not-damage", "2"), "There is no finding 2"),
        (("--by", "1", "--not-damage", "1", "--as-found", "1"), "corrected twice"),
        (("--by", "1", "--missed", "hole"), "There is no fault 'hole'"),
        (("--by", "1", "--missed", "stain=1,2,3,4"), "write KIND, or KIND@SHOT"),
        (("--by", "1", "--missed", "stain@inside=1,2,3,4"), "There is no shot inside"),
        (("--by", "1", "--outline", "1=1,2,3"), "is no outline"),
        (("--by", "1", "--outline", "1,2 3,4 5,6"), "is no outline of a finding"),
        (("--by", "1", "--outline", "1=nan,2 3,4 5,6"), "That is no correction"),
        (("--by", " ", "--not-damage", "1"), "Name your badge"),
        (("--by", "1", "--missed", "stain@top-bright=5000,5000,5,5"), "beside the picture"),
        (("--by", "1", "--outline", "1=400,5 460,5 460,50"), "beside the picture"),
        (("--by", "1", "--outline", "1=5,5 60,5 30,5"), "must have an area"),
    ],
)
def test_a_correction_that_cannot_be_meant_is_one_sentence_and_keeps_nothing(
    capsys: pytest.CaptureFixture[str], state: Path, words: tuple[str, ...], why: str
) -> None:
    code = run(["review", inspection_id(HELD), *words, "--state", str(state)])

    said = capsys.readouterr()
    assert (code, said.out, len(said.err.strip().splitlines())) == (2, "", 1)
    assert why in said.err
    assert shown(capsys, state, inspection_id(HELD))["corrections"] == []


def test_options_without_an_inspection_are_no_list(
    capsys: pytest.CaptureFixture[str], state: Path
) -> None:
    assert run(["review", "--grade", "repair", "--by", "1", "--state", str(state)]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert "Name the inspection" in said.err


def test_an_item_is_settled_by_the_policies_that_it_was_judged_by(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    site = tmp_path / "carton.toml"
    shipped = (DEFAULTS / "policies/carton.toml").read_text("utf-8")
    site.write_text(shipped.replace('disposition = "rebox"', 'disposition = "workshop"'), "utf-8")
    config = tmp_path / "station.toml"
    settings = (DEFAULTS / "station.toml").read_text("utf-8")
    lines = [line for line in settings.splitlines() if not line.startswith(("state", "policies"))]
    config.write_text('state = "state"\npolicies = ["carton.toml"]\n' + "\n".join(lines), "utf-8")
    held = inspection(HELD, held=True)
    verdict = replace(held.judged.verdict, policy_digest=read_policy(site).digest)
    held = replace(held, judged=replace(held.judged, verdict=verdict))
    store = open_store(tmp_path / "state", ballast_bytes=4096)
    store.inspections.save(held, canonical(evidence_record(held, None, None)), None)
    store.close()
    words = ["review", held.id, "--by", "1", "--grade", "repair"]

    assert run([*words, "--state", str(tmp_path / "state")]) == 2
    assert "name the station's configuration with --config" in capsys.readouterr().err
    assert run([*words, "--config", str(config), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["disposition"] == "workshop"


def test_only_the_newest_record_of_an_item_is_corrected(
    capsys: pytest.CaptureFixture[str], state: Path
) -> None:
    words = [inspection_id(HELD), "--by", "1", "--grade", "scrap", "--state", str(state)]
    assert run(["review", *words]) == 0
    again = run(
        ["review", inspection_id(HELD), "--by", "1", "--not-damage", "1", "--state", str(state)]
    )

    assert again == 2
    assert "is superseded by" in capsys.readouterr().err


def test_an_export_with_nothing_to_say_or_nowhere_to_go_writes_nothing(
    capsys: pytest.CaptureFixture[str], state: Path, tmp_path: Path
) -> None:
    export = ["models", "export-labels", "--state", str(state), "--out"]
    assert run([*export, str(tmp_path / "labels")]) == 2
    assert "nothing to export" in capsys.readouterr().err
    assert run([*export, str(state)]) == 2
    assert "exists already" in capsys.readouterr().err

    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.png", "state"]
