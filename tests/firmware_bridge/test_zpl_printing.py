"""A ZPL printer prints each label once and tells what stops it."""

import pytest
from zpl_printing import IDENTITY, LABEL, OTHER, frames, printer_on, until

from firmware_bridge.clients.zpl import SILENT, InDoubtError
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.ports import TcpPort
from firmware_bridge.emulators.zpl import ZplImitation
from firmware_bridge.families.zpl_status import identify
from firmware_bridge.readings import Back, Lost, PrinterState
from firmware_bridge.transports.tcp import TcpWire
from firmware_bridge.transports.transport import DisconnectedError


def test_a_label_comes_out_once() -> None:
    imitation = ZplImitation()
    client, _, _ = printer_on(imitation)
    until(client, PrinterState)

    client.print_label(LABEL)
    for _ in range(20):
        client.poll(0.2)

    assert imitation.printed == [LABEL]
    assert client.identity == frames(IDENTITY)[0]


def test_without_paper_a_label_waits_in_the_printer_and_comes_out_afterwards() -> None:
    imitation = ZplImitation(["paper-out"])
    client, now, _ = printer_on(imitation)
    assert until(client, PrinterState) == [Back(), PrinterState("paper-out", 0)]

    client.print_label(LABEL)
    assert imitation.printed == []
    assert until(client, PrinterState) == [PrinterState("paper-out", 1)]
    imitation.act("paper-in", now.now)
    assert until(client, PrinterState) == [PrinterState(None, 0)]
    assert imitation.printed == [LABEL]


@pytest.mark.parametrize(
    ("stop", "go", "trouble"),
    [
        ("pause", "resume", "paused"),
        ("head-open", "head-closed", "head-open"),
        ("ribbon-out", "ribbon-in", "ribbon-out"),
    ],
)
def test_what_stops_the_printer_is_told_and_so_is_its_end(stop: str, go: str, trouble: str) -> None:
    imitation = ZplImitation()
    client, now, _ = printer_on(imitation)
    until(client, PrinterState)

    imitation.act(stop, now.now)
    (state,) = until(client, PrinterState)
    assert isinstance(state, PrinterState)
    assert state.trouble == trouble
    imitation.act(go, now.now)
    assert until(client, PrinterState) == [PrinterState(None, 0)]


def test_a_printer_that_falls_silent_without_paper_says_where_to_look() -> None:
    imitation = ZplImitation(["mute-when-stopped"])
    client, now, _ = printer_on(imitation)
    until(client, PrinterState)

    imitation.act("paper-out", now.now)
    assert until(client, Lost) == [Lost(SILENT)]
    imitation.act("paper-in", now.now)
    assert until(client, Back)[0] == Back()


def test_a_label_for_an_absent_printer_is_not_sent_later() -> None:
    imitation = ZplImitation()
    client, _, cable = printer_on(imitation)
    until(client, PrinterState)
    cable.plugged = False
    until(client, Lost)

    with pytest.raises(DisconnectedError) as caught:
        client.print_label(LABEL)
    assert not isinstance(caught.value, InDoubtError)
    cable.plugged = True
    until(client, Back)
    assert imitation.printed == []


def test_a_label_in_doubt_is_told_and_never_sent_again() -> None:
    imitation = ZplImitation()
    client, _, cable = printer_on(imitation)
    until(client, PrinterState)
    cable.left = 1

    with pytest.raises(InDoubtError, match="look whether the label came out"):
        client.print_label(LABEL)
    cable.plugged = True
    until(client, Back)
    assert imitation.printed == [LABEL]


def test_half_a_label_never_joins_the_next_one() -> None:
    imitation = ZplImitation()
    imitation.hear(LABEL[:30], 0.0)
    client, _, _ = printer_on(imitation)
    until(client, PrinterState)

    client.print_label(OTHER)

    assert imitation.printed == [OTHER]


@pytest.mark.parametrize("zpl", [b"", LABEL + OTHER, LABEL[:-3], b"~JA", b"x" + LABEL])
def test_only_exactly_one_label_is_taken(zpl: bytes) -> None:
    client, _, cable = printer_on(ZplImitation())
    until(client, PrinterState)
    sent = len(cable.sent)

    with pytest.raises(ValueError, match="exactly one label"):
        client.print_label(zpl)
    assert len(cable.sent) == sent


def test_the_printer_is_identified_and_prints_nothing() -> None:
    imitation = ZplImitation()
    port = TcpPort()
    with Emulator(imitation, port):
        host, number = port.address.removeprefix("tcp://").split(":")
        wire = TcpWire(host, int(number))
        try:
            said = identify(wire)
        finally:
            wire.close()

    assert said == "A ZPL printer answers: IMITATED-ZPL, firmware V1.0.0, 8 dots/mm."
    assert imitation.printed == imitation.waiting == []


def test_what_a_printer_can_do_is_named() -> None:
    with pytest.raises(ValueError, match="paper-out"):
        ZplImitation().act("dance", 0.0)
