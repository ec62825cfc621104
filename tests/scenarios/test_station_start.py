"""A configured station driven by scanner bytes alone: folder camera, pty scanner, receiver."""

import hashlib
import itertools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import cv2
import pytest

from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.plain import PlainImitation
from firmware_bridge.emulators.ports import PtyPort
from station.adapters.store.opening import open_store
from station.virtual.receiver_process import ReceiverProcess

PICTURES = Path("station/virtual/pictures")
GTIN = "09520123456788"
PATIENCE_S = 90.0

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[ReceiverProcess]:
    process = ReceiverProcess(tmp_path / "received.jsonl")
    yield process
    process.stop()


def configuration(folder: Path, url: str) -> Path:
    """A station of a folder camera that shows one rendered return, pose by pose.

    The first picture of it is not sharp.
    """
    shots = folder / "camera"
    shots.mkdir()
    sharp = cv2.imread(str(PICTURES / "r0001" / "top-bright.jpg"))
    cv2.imwrite(str(shots / "0.jpg"), cv2.GaussianBlur(sharp, (0, 0), 6))
    for number, name in enumerate(("top-bright", "top-raking", "bottom-bright"), 1):
        shutil.copy(PICTURES / "r0001" / f"{name}.jpg", shots / f"{number}.jpg")
    size = json.loads((PICTURES / "r0001" / "truth.json").read_text("utf-8"))["size_mm"]
    item = {
        "gtin": GTIN,
        "serial": "R-1",
        "name": "Cup",
        "category": "carton",
        "order": "RMA-77",
        "size_mm": size,
    }
    (folder / "orders.json").write_text(json.dumps({"schema": 1, "items": [item]}), "utf-8")
    shutil.copy(PICTURES / "calibration.json", folder)
    shutil.copy(PICTURES / "empty-bright.jpg", folder)
    config = folder / "station.toml"
    config.write_text(
        f"""
        state = "state"
        orders = "orders.json"
        calibration = "calibration.json"
        empty_bench = "empty-bright.jpg"
        fullscreen = false
        [camera]
        kind = "folder"
        path = "camera"
        [[device]]
        name = "scanner"
        kind = "plain"
        port = "{folder / "scanner"}"
        [upstream]
        url = "{url}"
        undo_seconds = 0.5
        """,
        "utf-8",
    )
    return config


def test_one_return_by_scanner_bytes_alone(tmp_path: Path, receiver: ReceiverProcess) -> None:
    config = configuration(tmp_path, receiver.url)
    state = tmp_path / "state"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with Emulator(PlainImitation(), PtyPort(tmp_path / "scanner")) as scanner:
        station = subprocess.Popen(
            [sys.executable, "-m", "station", "start", "--config", str(config)], env=environment
        )
        try:
            scan_until(scanner, lambda: pictures(state) >= 1, "RG:BADGE:7", f"01{GTIN}21R-1")
            scan_until(scanner, lambda: pictures(state) == 3, "RG:CMD:TAKE")
            scan_until(scanner, lambda: kept(state) == 1, "RG:CMD:REPAIR", "RG:TOTE:T-7")
        finally:
            station.send_signal(signal.SIGTERM)
            code = station.wait(60)

    assert code == 0
    store = open_store(state, ballast_bytes=1024)
    counts = store.inspections.counts()
    store.close()
    assert counts.closed + counts.held == 1
    blurred = hashlib.sha256((tmp_path / "camera" / "0.jpg").read_bytes()).hexdigest()
    assert blurred[2:] not in {path.stem for path in (state / "evidence").rglob("*.jpg")}
    assert receiver.counts()["unique_ids"] == counts.delivered


def scan_until(scanner: Emulator, true: Callable[[], bool], *texts: str) -> None:
    """Scan again and again, as a person would, until something is true."""
    end = time.monotonic() + PATIENCE_S
    for text in itertools.cycle(texts):
        if true():
            return
        assert time.monotonic() < end, f"nothing came of {texts}"
        scanner.act(("]C1" if text.startswith("01") else "]Q1") + text)
        time.sleep(1.0)


def pictures(state: Path) -> int:
    """How many evidence pictures are kept."""
    return len(list((state / "evidence").rglob("*.jpg")))


def kept(state: Path) -> int:
    """How many inspections are kept, read beside the running station."""
    path = state / "station.db"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
        return int(reader.execute("SELECT count(*) FROM inspections").fetchone()[0])
