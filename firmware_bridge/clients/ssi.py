"""A barcode scanner that speaks Zebra SSI, on a wire that comes and goes."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from firmware_bridge.clients.scanning import ScannerEvent
from firmware_bridge.codecs.code import GsSubstitutes
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.codecs.ssi import DECODER, RESEND, Opcode, Packet, command, nak, packet_decoder
from firmware_bridge.codecs.ssi_codes import CodeAssembler
from firmware_bridge.link import Link, RefusedError
from firmware_bridge.readings import Back, Lost
from firmware_bridge.transports.transport import DisconnectedError, Transport

MOST_NAKS = 3
RESEND_S = 1.0
QUIET_S = 5.0


class SsiScanner:
    """Reads codes, each acknowledged; a damaged packet is asked for again, thrice at most.

    Damage is told once it is not made good by the third try or within `RESEND_S`, and then not
    again before a code has come or the line was quiet for `QUIET_S`.
    `open_wire` opens a transport or raises `OSError`. Whether the scanner may scan is sent again
    after every opening. Not safe for use from two threads.
    """

    def __init__(
        self,
        open_wire: Callable[[], Transport],
        *,
        enabled: bool = True,
        gs_substitutes: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """ValueError for a GS substitute that cannot be one."""
        self._link = Link(open_wire, packet_decoder(), greet=self._greet, clock=clock, sleep=sleep)
        self._codes = CodeAssembler(GsSubstitutes(gs_substitutes))
        self._clock = clock
        self._enabled = enabled
        self._damage: Damage | None = None
        self._naks = 0
        self._damaged_at = 0.0

    def poll(self, timeout_s: float) -> tuple[ScannerEvent, ...]:
        """Return what has happened; wait for it at most `timeout_s`. May return nothing sooner."""
        events: list[ScannerEvent] = []
        damaged = False
        wait_s = min(timeout_s, RESEND_S) if self._damage else timeout_s
        for event in self._link.poll(wait_s):
            match event:
                case Packet():
                    damaged &= not _is_code(event)
                    events += self._heard(event)
                case Damage():
                    self._codes.doubt()
                    damaged = True
                    if not self._naks:
                        self._damage = event
                case Back():
                    events += [event, *self._codes.reopened(self._clock())]
                case Lost():
                    self._damage, self._naks, damaged = None, 0, False
                    events.append(event)
        return (*events, *self._settled(damaged=damaged), *self._codes.expire(self._clock()))

    def enable(self) -> None:
        """Let the scanner scan, now or once it is back."""
        self._set_enabled(to=True)

    def disable(self) -> None:
        """Keep the scanner from scanning, now or once it is back."""
        self._set_enabled(to=False)

    def start_session(self) -> None:
        """Pull the trigger from here. `RefusedError` if disabled, `DisconnectedError` if away."""
        self._do(Opcode.START_SESSION)

    def stop_session(self) -> None:
        """Let go of the trigger; without a session this does nothing."""
        self._do(Opcode.STOP_SESSION)

    def beep(self, pattern: int = 1) -> None:
        """Sound one of the scanner's own beeps, 0 to 255."""
        self._do(Opcode.BEEP, bytes([pattern]))

    def light(self, *, on: bool) -> None:
        """Switch the scanner's first lamp."""
        self._do(Opcode.LED_ON if on else Opcode.LED_OFF, b"\x01")

    def close(self) -> None:
        """Let go of the wire; a later `poll` opens it again."""
        self._link.close()

    def _greet(self) -> None:
        """Ask who is there and send what the scanner should be doing."""
        self._link.ask(command(Opcode.REQUEST_REVISION), _answers(Opcode.REPLY_REVISION))
        self._send_enabled()

    def _set_enabled(self, *, to: bool) -> None:
        self._enabled = to
        if self._link.up:
            with suppress(DisconnectedError):  # the next poll tells, and greeting sends it again
                self._send_enabled()

    def _send_enabled(self) -> None:
        opcode = Opcode.SCAN_ENABLE if self._enabled else Opcode.SCAN_DISABLE
        self._link.ask(command(opcode), _answers(Opcode.ACK))

    def _do(self, opcode: Opcode, data: bytes = b"") -> None:
        answer = self._link.ask(command(opcode, data), _answers(Opcode.ACK, Opcode.NAK))
        if answer.opcode == Opcode.NAK:
            raise RefusedError("The scanner refuses: let it scan first, and check its settings.")

    def _heard(self, packet: Packet) -> tuple[ScannerEvent, ...]:
        """What a packet says: late answers and echoes of this side say nothing."""
        if packet.source == DECODER and packet.opcode in (Opcode.DECODE_DATA, Opcode.EVENT):
            self._say(command(Opcode.ACK))
        if not _is_code(packet):
            return ()
        self._damage, self._naks = None, 0
        return self._codes.take(packet, self._clock())

    def _settled(self, *, damaged: bool) -> tuple[Damage, ...]:
        """Ask for a damaged packet again, or tell the damage once there is no more hope."""
        now = self._clock()
        if damaged:
            self._damaged_at = now
            if self._naks < MOST_NAKS:
                self._naks += 1
                self._say(nak(RESEND))
                return ()
        elif now - self._damaged_at < RESEND_S:
            return ()
        damage, self._damage = self._damage, None
        if now - self._damaged_at >= QUIET_S:
            self._naks = 0
        return (damage,) if damage else ()

    def _say(self, content: bytes) -> None:
        with suppress(DisconnectedError):  # the next poll tells
            self._link.send(content)


def _is_code(packet: Packet) -> bool:
    return packet.source == DECODER and packet.opcode == Opcode.DECODE_DATA


def _answers(*opcodes: Opcode) -> Callable[[Packet], bool]:
    return lambda packet: packet.source == DECODER and packet.opcode in opcodes
