"""`regrade doctor` on a station's own configuration."""

import dataclasses
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from calibration.record import Calibration
from calibration.sections.check import CheckReference
from calibration.verification.card import CardReading
from calibration.verification.check import SCALE, compare
from calibration.verification.log import Verification, append, log_of
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.plain import PlainImitation
from firmware_bridge.emulators.ports import PtyPort, TcpPort
from firmware_bridge.emulators.zpl import ZplImitation
from station.commands.root import run
from tests.support.records import written

STATION = """
state = "state"
empty_bench = "empty.jpg"
[camera]
kind = "folder"
path = "."
[[device]]
name = "scanner"
kind = "plain"
port = "{scanner}"
[[device]]
name = "printer"
kind = "zpl"
port = "{printer}"
[upstream]
url = "http://127.0.0.1:1"
"""


def checked(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[int, dict[str, dict[str, Any]]]:
    code = run(["doctor", "--config", str(config), "--json"])
    return code, {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}


def test_each_thing_of_a_station_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "station.toml"
    with (
        Emulator(PlainImitation([]), PtyPort(tmp_path / "scanner")) as scanner,
        Emulator(ZplImitation([]), TcpPort()) as printer,
    ):
        places = {"scanner": scanner.port.address, "printer": printer.port.address}
        config.write_text(STATION.format(**places), "utf-8")
        code, checks = checked(config, capsys)

    assert code == 1
    assert checks["scanner"]["good"]
    assert "A ZPL printer answers" in checks["printer"]["said"]
    assert "`regrade capture empty` takes one" in checks["empty bench"]["said"]
    assert "Nobody answers at http://127.0.0.1:1" in checks["upstream"]["said"]
    assert checks["settings"]["good"]


def test_a_setting_that_the_start_refuses_is_wrong_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "station.toml"
    text = STATION.format(scanner="/dev/nowhere", printer="tcp://127.0.0.1:1")
    odd = 'kind = "plain"\ngs_substitutes = ["A"]'
    config.write_text(text.replace('kind = "plain"', odd), "utf-8")
    code, checks = checked(config, capsys)

    assert code == 1
    assert "scanner: " in checks["settings"]["said"]


def verified_record(path: Path, scale: float) -> None:
    """A record made an hour ago, with a daily check that found this scale, in the log beside it."""
    now = datetime.now(UTC)
    check = CheckReference("1", "bright", 1.0, (0.0, 0.0, 1.0), (0.7, 0.7, 0.7), 2.0)
    made = {"made_at": now - timedelta(hours=1), "valid_until": now + timedelta(days=90)}
    path.write_bytes(written({**made, "check": dataclasses.asdict(check)}))
    results = compare(CardReading(scale, (0.0, 0.0, 1.0), (0.7, 0.7, 0.7), 2.0), check)
    digest = Calibration.read(path).digest
    append(log_of(path), Verification(now, "bench", digest, "1", "0" * 64, results))


@pytest.mark.parametrize(
    ("change", "good", "said"),
    [
        (0.0, True, ""),
        (0.75 * SCALE, True, "scale is near its limit (0.0015 of 0.002): the camera, its lens"),
        (1.5 * SCALE, False, "The last daily check failed"),
    ],
)
def test_a_daily_check_near_its_limit_is_said_and_is_not_wrong(
    change: float, good: bool, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "station.toml"
    text = STATION.format(scanner="/dev/nowhere", printer="tcp://127.0.0.1:1")
    config.write_text(f'calibration = "bench.toml"\n{text}', "utf-8")
    verified_record(tmp_path / "bench.toml", 1.0 + change)
    _, checks = checked(config, capsys)

    assert checks["calibration"]["good"] is good
    assert said in checks["calibration"]["said"]
    assert ("near" in checks["calibration"]["said"]) is ("near" in said)


def test_each_cameras_own_calibration_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "station.toml"
    text = STATION.format(scanner="/dev/nowhere", printer="tcp://127.0.0.1:1")
    folder = 'kind = "folder"\npath = "."\n'
    cameras = (
        f'[[camera]]\nname = "top"\n{folder}'
        f'[[camera]]\nname = "side"\n{folder}calibration = "side.toml"\n'
    )
    text = text.replace(f"[camera]\n{folder}", cameras)
    config.write_text(f'calibration = "bench.toml"\n{text}', "utf-8")
    verified_record(tmp_path / "bench.toml", 1.0)
    verified_record(tmp_path / "side.toml", 1.0 + 1.5 * SCALE)
    _, checks = checked(config, capsys)

    assert checks["calibration"]["good"]
    assert "The last daily check failed" in checks["calibration of side"]["said"]
    assert "calibration of top" not in checks


class KnowsNothing(BaseHTTPRequestHandler):
    """A server of orders that is well and has none."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def orders() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), KnowsNothing) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/orders"
        server.shutdown()
        thread.join()


def test_a_server_of_orders_is_asked(
    orders: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "station.toml"
    text = STATION.format(scanner="/dev/nowhere", printer="tcp://127.0.0.1:1")
    said = []
    for url in (orders, "http://127.0.0.1:1", "http://server:port"):
        config.write_text(f'{text}[order_source]\nurl = "{url}"\npatience_seconds = 8', "utf-8")
        _, checks = checked(config, capsys)
        said.append((checks["orders"]["good"], checks["orders"]["said"]))

    assert [good for good, _ in said] == [True, False, False]
    assert "check the server" in said[1][1]
    assert "is no address of orders" in said[2][1]


def test_an_empty_bench_that_the_cameras_pictures_cannot_be_held_against_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "station.toml"
    text = STATION.format(scanner="/dev/nowhere", printer="tcp://127.0.0.1:1")
    config.write_text(text.replace('path = "."', 'path = "."\nwidth = 640\nheight = 360'), "utf-8")
    said = []
    for shape in (None, (480, 640, 3), (360, 640, 3)):
        empty = tmp_path / "empty.jpg"
        if shape is None:
            empty.write_text("no picture", "utf-8")
        else:
            cv2.imwrite(str(empty), np.full(shape, 90, np.uint8))
        said.append(checked(config, capsys)[1]["empty bench"])

    assert [each["good"] for each in said] == [False, False, True]
    assert "is no picture of the empty bench" in said[0]["said"]
    assert "is 640x480, the camera's pictures are 640x360" in said[1]["said"]


def test_a_camera_that_no_recipe_would_find_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "station.toml"
    text = STATION.format(scanner="/dev/nowhere", printer="tcp://127.0.0.1:1")
    config.write_text(text.replace("[camera]", '[camera]\nname = "top"'), "utf-8")
    _, checks = checked(config, capsys)

    assert not checks["policies"]["good"]
    assert "asks for the camera bench, this bench has top" in checks["policies"]["said"]
