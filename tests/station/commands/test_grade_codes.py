"""`regrade grade` tells the codes that a photograph shows."""

import json
from pathlib import Path

import numpy as np
import pytest
import zxingcpp

from models.runtime.opencv import cv2
from models.runtime.pictures import read_picture
from station.commands.root import run

PHOTO = sorted(Path("station/virtual/pictures").glob("r*/top-bright.jpg"))[0]


def test_the_codes_of_a_photograph_come_with_their_meaning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = np.array(read_picture(PHOTO)[..., ::-1])
    code = zxingcpp.create_barcode(
        "(01)09520123456788(21)R-0001", zxingcpp.BarcodeFormat.DataMatrix, gs1=True
    )
    printed = np.array(code.to_image(scale=4), np.uint8)
    picture[20 : 20 + printed.shape[0], 20 : 20 + printed.shape[1]] = printed[..., None]
    cv2.imwrite(str(tmp_path / "label.png"), picture)

    assert run(["grade", "--json", str(tmp_path / "label.png"), str(PHOTO)]) == 0

    labelled, bare = json.loads(capsys.readouterr().out)["images"]
    assert labelled["codes"] == [{"text": "]d2010952012345678821R-0001", "meaning": "ItemScanned"}]
    assert bare["codes"] == []
