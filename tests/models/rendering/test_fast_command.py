import json
from pathlib import Path

from typer.testing import CliRunner

from models.sets import read_set
from station.commands.models import tree


def test_the_fast_generator_renders_by_command(tmp_path: Path) -> None:
    arguments = ["render", "--count", "1", "--seed", "3", "--out", str(tmp_path / "set"),
                 "--generator", "fast", "--family", "carton",
                 "--sheet", str(tmp_path / "sheet.png"), "--json"]  # fmt: skip
    answer = CliRunner().invoke(tree(), arguments)
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["returns"] == ["r00000"]
    assert read_set(tmp_path / "set").generator == "fast"
    assert (tmp_path / "sheet.png").stat().st_size > 0


def test_an_unknown_family_is_answered_with_those_there_are(tmp_path: Path) -> None:
    arguments = ["render", "--count", "1", "--seed", "3", "--out", str(tmp_path / "set"),
                 "--generator", "fast", "--family", "sofa"]  # fmt: skip
    answer = CliRunner().invoke(tree(), arguments)
    assert answer.exit_code == 2
    assert "There is no family sofa: choose from carton, mailer" in answer.stderr
    assert not (tmp_path / "set").exists()


def test_settings_of_the_fast_generator_are_refused_without_it(tmp_path: Path) -> None:
    arguments = ["render", "--count", "1", "--seed", "3", "--out", str(tmp_path / "set"),
                 "--mtf50", "0.2"]  # fmt: skip
    answer = CliRunner().invoke(tree(), arguments)
    assert answer.exit_code == 2
    assert "belongs to --generator fast" in answer.stderr


def test_families_are_refused_where_there_are_only_cartons(tmp_path: Path) -> None:
    arguments = ["render", "--count", "1", "--seed", "3", "--out", str(tmp_path / "set"),
                 "--generator", "cartons", "--family", "bottle"]  # fmt: skip
    answer = CliRunner().invoke(tree(), arguments)
    assert answer.exit_code == 2
    assert "--generator path-traced or fast" in answer.stderr
    assert not (tmp_path / "set").exists()
