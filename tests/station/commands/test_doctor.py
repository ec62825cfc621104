"""`regrade doctor` on a station's own configuration."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.plain import PlainImitation
from firmware_bridge.emulators.ports import PtyPort, TcpPort
from firmware_bridge.emulators.zpl import ZplImitation
from station.commands.root import run

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
    assert "take one in its light" in checks["empty bench"]["said"]
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
