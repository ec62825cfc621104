"""A configured station with every sort of device on its wires, imitated byte by byte."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.codecs.ascii_light_dialects import S
from firmware_bridge.emulators.ascii_light import AsciiLightImitation
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.m100 import M100Imitation
from firmware_bridge.emulators.ports import PtyPort, TcpPort
from firmware_bridge.emulators.sics import SicsImitation
from firmware_bridge.emulators.ssi import SsiImitation
from firmware_bridge.emulators.zpl import ZplImitation
from station.adapters.store.opening import open_store
from station.domain.epc import encode, sgtin
from station.domain.identity import ItemCode
from station.virtual.receiver_process import ReceiverProcess

PICTURES = Path("station/virtual/pictures")
RETURN = "r0017"
ITEM = ItemCode("09520123456788", "R-1")
PATIENCE_S = 90.0

pytestmark = pytest.mark.timeout(240)


class Bench:
    """A station's folder, its imitated devices, and the station running on them."""

    def __init__(self, folder: Path, url: str, things: ExitStack) -> None:
        self.state = folder / "state"
        self.light = AsciiLightImitation(S)
        self.printer = ZplImitation()
        plug = things.enter_context
        self.scanner = plug(Emulator(SsiImitation(), PtyPort(folder / "scanner")))
        self.tags = plug(Emulator(M100Imitation(), PtyPort(folder / "tags")))
        self.scale = plug(Emulator(SicsImitation(), PtyPort(folder / "scale")))
        plug(Emulator(self.light, PtyPort(folder / "lamp")))
        labels = plug(Emulator(self.printer, TcpPort()))
        self._write(folder, url, labels.port.address)

    def _write(self, folder: Path, url: str, printer: str) -> None:
        shots = folder / "camera"
        shots.mkdir()
        for number, name in enumerate(("top-bright", "top-raking", "bottom-bright")):
            shutil.copy(PICTURES / RETURN / f"{name}.jpg", shots / f"{number}.jpg")
        truth = json.loads((PICTURES / RETURN / "truth.json").read_text("utf-8"))
        item = {
            "gtin": ITEM.gtin,
            "serial": ITEM.serial,
            "name": "Cup",
            "category": "carton",
            "order": "RMA-77",
            "size_mm": truth["size_mm"],
        }
        (folder / "orders.json").write_text(json.dumps({"schema": 1, "items": [item]}), "utf-8")
        for name in ("calibration.json", "empty-bright.jpg"):
            shutil.copy(PICTURES / name, folder)
        devices = {"scanner": "ssi", "tags": "m100", "scale": "sics", "lamp": "light-s"}
        wired = "".join(
            f'[[device]]\nname = "{name}"\nkind = "{kind}"\nport = "{folder / name}"\n'
            for name, kind in devices.items()
        )
        (folder / "station.toml").write_text(
            f"""
            state = "state"
            orders = "orders.json"
            calibration = "calibration.json"
            empty_bench = "empty-bright.jpg"
            fullscreen = false
            [camera]
            kind = "folder"
            path = "camera"
            {wired}
            [[device]]
            name = "printer"
            kind = "zpl"
            port = "{printer}"
            [lights.bright]
            lamp = {{ A = 0.8 }}
            [lights.raking]
            lamp = {{ B = 1.0 }}
            [upstream]
            url = "{url}"
            undo_seconds = 0.5
            """,
            "utf-8",
        )

    def scan(self, text: str) -> None:
        self.scanner.act(text)

    def pictures(self) -> int:
        return len(list((self.state / "evidence").rglob("*.jpg")))

    def records(self) -> list[dict[str, Any]]:
        """The evidence records, read beside the running station."""
        path = self.state / "station.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
            ids = [row[0] for row in reader.execute("SELECT id FROM inspections")]
        return [{"id": one} for one in ids]


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[ReceiverProcess]:
    process = ReceiverProcess(tmp_path / "received.jsonl")
    yield process
    process.stop()


def until(true: Callable[[], bool], again: Callable[[], None]) -> None:
    """Do something again and again, as a person would, until something is true."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "nothing came of it"
        again()
        time.sleep(0.7)


def test_one_return_over_every_wire(tmp_path: Path, receiver: ReceiverProcess) -> None:
    lit: list[tuple[int, int]] = []
    with ExitStack() as things:
        bench = Bench(tmp_path, receiver.url, things)
        station = subprocess.Popen(
            [sys.executable, "-m", "station", "start", "--config", str(tmp_path / "station.toml")],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )
        things.callback(station.wait, 60)
        things.callback(station.send_signal, signal.SIGTERM)

        def watch_light() -> None:
            lit.append((bench.light.levels["A"], bench.light.levels["B"]))

        def open_it() -> None:
            bench.scan("RG:BADGE:7")
            bench.tags.act(f"tag {encode(sgtin(ITEM, 7, long=True))}")
            bench.scale.act("weight 431.5 g")
            watch_light()

        until(lambda: bench.pictures() >= 2, open_it)
        until(lambda: bench.pictures() == 3, lambda: bench.scan("RG:CMD:TAKE"))
        until(lambda: len(bench.records()) == 1, lambda: bench.scan("RG:CMD:REPAIR"))
        until(lambda: bool(bench.printer.printed), watch_light)
        # The resting light shines through channel A.
        until(lambda: (204, 0) in lit, watch_light)

    store = open_store(bench.state, ballast_bytes=1024)
    (kept,) = bench.records()
    record = json.loads(store.inspections.record(kept["id"]) or b"{}")
    store.close()
    assert record["identification"]["by"] == "tag"
    assert record["item"]["serial"] == ITEM.serial
    assert record["weight_g"] == "431.50"  # with the digits that the scale shows
    assert record["grade"] == "repair"
    (label,) = bench.printer.printed
    assert b"REPAIR" in label.upper()
