"""The bench that is calibrated: its camera, its lamps, and who shows the targets."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from calibration.boards.board import Board
from station.adapters.cameras.sources.source import FrameSource
from station.app.calibration_lamps import Ask, AskedLamps, DrivenLamps, Lamps
from station.app.calibration_record import SeenCamera
from station.app.camera_sources import camera_of
from station.config import Board as BoardDevice
from station.config import Camera, read_settings
from station.domain.faults import refuse
from station.virtual.calibration_bench import CalibrationBench, Change
from station.virtual.lit_board import LIGHTS

VIRTUAL = "virtual"
_VIRTUAL_SETTLE_S = 0.03


class Hands(Protocol):
    """Who shows the targets to the camera, one after another."""

    def held_board(self, board: Board, views: int) -> FrameSource:
        """The camera while the board is held before it."""
        ...

    def laid_board(self, board: Board) -> FrameSource:
        """The camera while the board lies on the bench at one place after another."""
        ...

    def blank_card(self, turn: int) -> FrameSource:
        """The camera over a blank card that fills the picture, lying anew at each turn."""
        ...

    def edges(self) -> FrameSource:
        """The camera over the sheet of slanted squares, which nobody touches."""
        ...

    def chart(self) -> FrameSource:
        """The camera over the 24-patch chart."""
        ...

    def card(self, serial: str) -> FrameSource:
        """The camera over the check card."""
        ...


class ConfiguredHands:
    """A person before a configured camera, who is told what to show."""

    def __init__(self, camera: Camera, ask: Ask) -> None:
        self._camera = camera
        self._ask = ask

    def held_board(self, board: Board, views: int) -> FrameSource:
        """Ask for the board by hand."""
        return self._asked("held-board", board=board.text, views=str(views))

    def laid_board(self, board: Board) -> FrameSource:
        """Ask for the board on the bench."""
        return self._asked("laid-board", board=board.text)

    def blank_card(self, turn: int) -> FrameSource:
        """Ask for a blank card, and to turn it."""
        return self._asked("turned-card" if turn else "blank-card")

    def edges(self) -> FrameSource:
        """Ask for the slanted squares."""
        return self._asked("edges")

    def chart(self) -> FrameSource:
        """Ask for the chart."""
        return self._asked("chart")

    def card(self, serial: str) -> FrameSource:
        """Ask for the card."""
        return self._asked("card", serial=serial)

    def _asked(self, wish: str, **about: str) -> FrameSource:
        self._ask(f"calibrate.ask.{wish}", **about)
        return camera_of(self._camera)


@dataclass(frozen=True, slots=True)
class CalibratedBench:
    """A bench that is calibrated: which camera looks, who shows targets, what switches the light.

    `keep` is where pictures are kept if nothing else is said.
    """

    camera: SeenCamera
    hands: Hands
    lamps: Lamps
    keep: Path
    virtual: CalibrationBench | None = None


@contextmanager
def configured_bench(
    camera: str, configuration: Path, ask: Ask, needed: Sequence[str] = ()
) -> Iterator[CalibratedBench]:
    """A camera by its name in a station's configuration, and the lamps that this switches.

    Where the configuration says of no light which channels it is, the person is asked to switch
    the lamps. StationError for an unknown camera or a light of `needed` without levels, and where
    the camera is not there or is another than configured.
    """
    settings = read_settings(configuration)
    named = {each.name: each for each in settings.camera}
    if camera not in named:
        raise refuse(f"{configuration} has no camera {camera!r}: name one of {', '.join(named)}")
    seen = _seen(named[camera])
    hands = ConfiguredHands(named[camera], ask)
    keep = settings.state / "calibration" / camera
    if not settings.lights:
        yield CalibratedBench(seen, hands, AskedLamps(ask), keep)
        return
    with DrivenLamps(settings.device, settings.lights, settings.settle_seconds, needed) as lamps:
        yield CalibratedBench(seen, hands, lamps, keep)


@contextmanager
def virtual_bench(
    seed: int = 0, change: Change = "none", needed: Sequence[str] = ()
) -> Iterator[CalibratedBench]:
    """The virtual bench, its lamps driven over an emulated board as a real one's would be.

    What is kept at its own place lasts as long as the bench.
    """
    with CalibrationBench(seed, change) as bench:
        board = BoardDevice(kind="board", name="board", port=bench.board.port.address)
        source = bench.card("1")
        camera = SeenCamera(VIRTUAL, source.identity(), source.open())
        with DrivenLamps([board], LIGHTS, _VIRTUAL_SETTLE_S, needed) as lamps:
            yield CalibratedBench(camera, bench, lamps, bench.folder / "kept", bench)


def _seen(camera: Camera) -> SeenCamera:
    """Who the camera says it is, and its settings as read back."""
    source = camera_of(camera)
    try:
        settings = source.open()
        identity = source.identity()
    except OSError as error:
        raise refuse(str(error)) from error
    finally:
        source.close()
    if camera.identity and identity != camera.identity:
        raise refuse(
            f"The camera {camera.name} says it is {identity or 'nobody'} and the configuration "
            f"wants {camera.identity}: plug in the right one, or correct its identity"
        )
    return SeenCamera(camera.name, identity or None, settings)
