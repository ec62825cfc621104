"""The printer at the bench: labels once and in order, faults as sentences, nobody waits."""

from collections.abc import Callable
from pathlib import Path

import pytest
from events import Heard, TurnedClock
from loopback import Cable, FakeTime, Loopback

from firmware_bridge.clients.zpl import ZplPrinter
from firmware_bridge.codecs.zpl import texts, tokens
from firmware_bridge.emulators.emulator import Emulator
from firmware_bridge.emulators.ports import TcpPort
from firmware_bridge.emulators.zpl import ZplImitation
from firmware_bridge.transports.tcp import TcpWire
from station.adapters.devices import DeviceThread
from station.adapters.labels.drawing import draw_label
from station.adapters.labels.templates import read_template
from station.adapters.printing import LabelPrinter, Printer
from station.domain.events import FaultCleared, FaultRaised
from station.domain.faults import FaultCode
from station.domain.label import FIELDS, Label, LabelKind

TEMPLATE = read_template(Path("station/defaults/labels/result.toml"))


def label(number: int, grade: str = "REPAIR") -> Label:
    said = dict.fromkeys(FIELDS[LabelKind.RESULT], "x")
    said |= {"item": f"item-{number}", "grade": grade, "grade_zh": "返修"}
    return Label(LabelKind.RESULT, f"id-{number}", tuple(said.items()))


class Desk:
    """A printer's client on a loopback, and the adapter around it, in one thread."""

    def __init__(self) -> None:
        self.imitation, self.time, self.cable = ZplImitation(), FakeTime(), Cable()
        self.heard = Heard()
        self.client = ZplPrinter(
            lambda: Loopback(self.imitation, self.time, self.cable),
            clock=self.time,
            sleep=self.time.sleep,
        )
        self.deeds: list[Callable[[Printer], object]] = []
        self.printer = LabelPrinter(
            lambda wanted: draw_label(TEMPLATE, wanted),
            self.deeds.append,
            emit=self.heard,
            clock=TurnedClock(),
        )
        self.work()

    def work(self, rounds: int = 12) -> None:
        for _ in range(rounds):
            while self.deeds:
                self.deeds.pop(0)(self.client)
            for reading in self.client.poll(0.5):
                self.printer.hear(reading)

    @property
    def printed(self) -> list[str]:
        said = [texts(tokens(zpl)) for zpl in self.imitation.printed]
        return [next(text for text in each if text.startswith("item-")) for each in said]

    def faults(self) -> list[tuple[str, str]]:
        return [(e.fault.code.value, e.fault.subject) for e in self.heard.of(FaultRaised)]


def test_labels_come_out_once_and_in_order() -> None:
    desk = Desk()
    for number in (1, 2, 3):
        desk.printer.print_label(label(number))
    desk.work()

    assert desk.printed == ["item-1", "item-2", "item-3"]
    assert desk.heard.events == []


def test_a_printer_without_paper_is_told_and_nothing_is_lost() -> None:
    desk = Desk()
    desk.imitation.act("paper-out", 0.0)
    desk.printer.print_label(label(1))
    desk.work()

    (fault,) = desk.heard.of(FaultRaised)
    assert fault.fault.code is FaultCode.PRINTER_STOPPED
    assert "put in a roll" in fault.fault.detail
    assert not fault.fault.blocks
    desk.imitation.act("paper-in", 0.0)
    desk.work()
    assert desk.printed == ["item-1"]
    assert [event.subject for event in desk.heard.of(FaultCleared)] == ["printer"]


def test_labels_for_an_absent_printer_wait_until_it_is_back() -> None:
    desk = Desk()
    desk.cable.plugged = False
    desk.work()
    for number in (1, 2, 2):
        desk.printer.print_label(label(number))
    desk.work()
    assert desk.printed == []

    desk.cable.plugged = True
    desk.work()
    assert desk.printed == ["item-1", "item-2"]


def test_a_label_in_doubt_is_not_sent_again_and_its_item_is_named() -> None:
    desk = Desk()
    desk.cable.left = 1
    desk.printer.print_label(label(1))
    desk.work()
    desk.cable.plugged = True
    desk.work()

    assert desk.printed == ["item-1"]
    (fault,) = desk.heard.of(FaultRaised)
    assert (fault.fault.code, fault.fault.subject) == (FaultCode.PRINTER_STOPPED, "label")
    assert "label of item-1" in fault.fault.detail
    assert "RG:CMD:REPRINT" in fault.fault.detail
    desk.printer.print_label(label(2))
    desk.work()
    assert [event.subject for event in desk.heard.of(FaultCleared)] == ["label"]


def test_a_label_that_cannot_be_drawn_is_a_fault_and_the_next_one_prints() -> None:
    desk = Desk()
    desk.printer.print_label(label(1, grade="B"))
    desk.printer.print_label(label(2))
    desk.work()

    assert desk.faults() == [("printer-stopped", "label")]
    assert desk.printed == ["item-2"]


@pytest.mark.timeout(30)
def test_the_printer_works_in_a_thread_of_its_own_over_tcp() -> None:
    heard, imitation, port = Heard(), ZplImitation(), TcpPort()
    with Emulator(imitation, port):
        host, number = port.address.removeprefix("tcp://").split(":")
        clock = TurnedClock()
        client = ZplPrinter(lambda: TcpWire(host, int(number)))
        thread: DeviceThread[ZplPrinter]
        printer = LabelPrinter(
            lambda wanted: draw_label(TEMPLATE, wanted),
            lambda deed: thread.post(deed),
            emit=heard,
            clock=clock,
        )
        thread = DeviceThread(
            client,
            subject="printer",
            lost=FaultCode.PRINTER_LOST,
            emit=heard,
            clock=clock,
            hear=printer.hear,
        )
        thread.start()
        printer.print_label(label(1))
        for _ in range(100):
            if imitation.printed:
                break
            thread.call(lambda _: None, timeout_s=10.0)
        thread.stop()

    assert heard.of(FaultRaised) == []
    assert len(imitation.printed) == 1
