"""What every client stands on: what a device says counts only once it has been greeted."""

from collections import deque

from loopback import FakeTime

from firmware_bridge.codecs import m100
from firmware_bridge.codecs.m100 import Frame
from firmware_bridge.link import Link, SilentError
from firmware_bridge.readings import Back, Lost
from firmware_bridge.transports.transport import DisconnectedError

INFO = Frame(m100.REPLY, m100.MODULE_INFO, b"\x00M100")
TAG = bytes.fromhex("BB02220011C9340030751FEB705C5904E3D50D703A76EF7E")


class TalkingWire:
    """A device that reports a tag before each answer, as one that was left running does."""

    def __init__(self, time: FakeTime) -> None:
        self.plugged = True
        self._time = time
        self._said: deque[bytes] = deque()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        del max_bytes
        if not self.plugged:
            raise DisconnectedError("The wire is gone: check its cable.")
        if self._said:
            return self._said.popleft()
        self._time.sleep(timeout_s)
        return b""

    def write(self, content: bytes) -> None:
        del content
        self._said.append(TAG + m100.encode(INFO))

    def close(self) -> None:
        self._said.clear()


class Refusing:
    """Greets a device, and refuses the first `refused` times."""

    def __init__(self, time: FakeTime, refused: int) -> None:
        self.refused = refused
        self.link = Link(
            lambda: TalkingWire(time),
            m100.decoder(),
            greet=self._greet,
            clock=time,
            sleep=time.sleep,
        )

    def _greet(self) -> None:
        self.link.ask(m100.module_info(), lambda frame: frame == INFO)
        if self.refused:
            self.refused -= 1
            raise SilentError("This is another device: exchange the cables.")


def test_what_a_device_says_in_a_greeting_that_fails_is_no_reading() -> None:
    time = FakeTime()
    device = Refusing(time, refused=3)
    heard = [event for _ in range(40) for event in device.link.poll(0.2)]

    assert heard[:2] == [Lost("This is another device: exchange the cables."), Back()]
    assert [m100.tags(frame) != () for frame in heard[2:] if isinstance(frame, Frame)] == [True]
    assert len(heard) == 3


def test_a_wire_lost_in_a_greeting_leaves_nothing_behind_but_the_loss() -> None:
    time = FakeTime()
    wire = TalkingWire(time)

    def greet() -> None:
        link.ask(m100.module_info(), lambda frame: frame == INFO)
        wire.plugged = False
        link.ask(m100.module_info(), lambda frame: frame == INFO)

    link = Link(lambda: wire, m100.decoder(), greet=greet, clock=time, sleep=time.sleep)

    assert [type(event) for event in link.poll(0.2)] == [Lost]
