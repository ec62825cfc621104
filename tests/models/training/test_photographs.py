from collections import defaultdict
from pathlib import Path

import pytest

from models.training.errors import TrainingError
from models.training.photographs import list_photographs, read_photograph


def test_views_of_one_object_are_never_split_between_parts(photograph_folder: Path) -> None:
    photographs = list_photographs([photograph_folder])
    parts = defaultdict(set)
    for photograph in photographs:
        parts[photograph.source].add(photograph.part)

    assert len(photographs) == 30
    assert len(parts) == 20
    assert all(len(found) == 1 for found in parts.values())


def test_names_do_not_tell_where_the_folder_lay(photograph_folder: Path, tmp_path: Path) -> None:
    before = [photograph.name for photograph in list_photographs([photograph_folder])]
    moved = photograph_folder.rename(tmp_path / "elsewhere")
    renamed = tmp_path / "deep" / "photographs"
    renamed.parent.mkdir()
    moved.rename(renamed)

    assert [photograph.name for photograph in list_photographs([renamed])] == before


def test_a_folder_without_photographs_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")

    with pytest.raises(TrainingError, match="holds no photographs"):
        list_photographs([tmp_path])


def test_a_file_that_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"not a JPEG")
    (photograph,) = list_photographs([tmp_path])

    with pytest.raises(TrainingError, match=r"broken\.jpg"):
        read_photograph(photograph)
