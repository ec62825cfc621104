"""The virtual bench itself: what lies on it, how, under which light, and whose hand is in view.

The world lives in the station's process. The virtual camera, in its own process, asks it over a
local socket, so a camera that is killed and started again finds the same world.
"""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from typing import Any, Literal

Break = Literal[
    "none",
    "stale",
    "black",
    "green",
    "half",
    "torn",
    "wrong-size",
    "frozen",
    "hang",
    "crash",
    "unplugged",
    "gone",
    "swapped",
    "no-bandwidth",
    "cut-off",
    "stuck",
    "replay",
    "print",
    "other-view",
]
"""What is wrong with the virtual camera; `unplugged` still reports success, as OpenCV may."""

LampFault = Literal["well", "dead", "stuck", "weak"]
"""What is wrong with a lamp: it stays dark, stays as it is, gives 10 % less than it is told."""

_REST_S = 0.2

Glance = Literal["look", "expose", "peek"]
"""A preview and an exposure are counted, a peek is not."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the camera would see now; `exposures` counts the frames ever asked of this world.

    `item` is the name of a rendered return, none on an empty bench; `pose` the one that is up;
    `lamps` what shines, at a share of full light.
    """

    item: str | None = None
    pose: str = ""
    hand: bool = False
    lamps: tuple[tuple[str, float], ...] = ()
    broken: Break = "none"
    exposures: int = 0
    looks: int = 0


@dataclass(frozen=True, slots=True)
class Address:
    """How the camera's process reaches the world."""

    path: str
    key: bytes


class World:
    """The state of the bench; safe for many threads. Each act of a person is one step."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._scene = Scene()
        self._closing = False
        self._told: dict[str, float] = {}
        self._lamp_faults: dict[str, LampFault] = {}
        key = secrets.token_bytes(32)
        # An abstract address (unix(7)) leaves no file behind when this process is killed.
        path = f"\0regrade-{secrets.token_hex(8)}"
        self._listener = Listener(path, family="AF_UNIX", authkey=key)
        self.address = Address(path, key)
        threading.Thread(target=self._accept, name="world", daemon=True).start()

    @property
    def scene(self) -> Scene:
        """The bench as it is now."""
        with self._changed:
            return self._scene

    def lay(self, item: str, pose: str) -> None:
        """An item comes to lie on the bench with this pose up."""
        self._change(item=item, pose=pose)

    def turn(self, pose: str) -> None:
        """The item on the bench is turned until this pose is up."""
        self._change(pose=pose)

    def clear(self) -> None:
        """The item is taken off."""
        self._change(item=None, pose="")

    def reach(self, *, hand: bool) -> None:
        """A hand comes into view, or leaves it."""
        self._change(hand=hand)

    def await_rest(self, timeout_s: float = 10.0) -> None:
        """Wait until the lamps have stopped to change, as a person who sees them flash does."""
        until_s = time.monotonic() + timeout_s
        with self._changed:
            while (left_s := until_s - time.monotonic()) > 0:
                before = self._scene.lamps
                flashed = self._changed.wait_for(
                    partial(self._flashed, before), min(_REST_S, left_s)
                )
                if not flashed and len(before) == 1:
                    return

    def _flashed(self, before: tuple[tuple[str, float], ...]) -> bool:
        return self._scene.lamps != before

    def shine(self, lamps: Mapping[str, float]) -> None:
        """The lamps are told to shine at these levels, all others not; they follow at once."""
        self._told = dict(lamps)
        self._change(lamps=self._shining())

    def break_lamp(self, lamp: str, fault: LampFault) -> None:
        """A lamp does no longer as it is told; `well` mends it."""
        if fault == "stuck" and lamp not in dict(self._scene.lamps):
            fault = "dead"
        self._lamp_faults[lamp] = fault
        self._change(lamps=self._shining())

    def _shining(self) -> tuple[tuple[str, float], ...]:
        levels = dict(self._told)
        before = dict(self._scene.lamps)
        for lamp, fault in self._lamp_faults.items():
            if fault == "dead":
                levels.pop(lamp, None)
            elif fault == "stuck":
                levels[lamp] = before[lamp]
            elif fault == "weak" and lamp in levels:
                levels[lamp] *= 0.9
        return tuple(sorted((lamp, level) for lamp, level in levels.items() if level > 0))

    def break_camera(self, broken: Break) -> None:
        """The camera misbehaves from its next frame on; `none` mends it."""
        self._change(broken=broken)

    def wait_looks(self, count: int, timeout_s: float = 5.0) -> bool:
        """Wait until the camera has looked at the bench `count` more times; False if it has not."""
        with self._changed:
            target = self._scene.looks + count
            return self._changed.wait_for(lambda: self._scene.looks >= target, timeout_s)

    def close(self) -> None:
        """End the world."""
        self._closing = True
        # Closing a listener does not wake the thread that accepts from it; a visitor does.
        with suppress(OSError, EOFError, AuthenticationError):
            Client(self.address.path, authkey=self.address.key).close()
        self._listener.close()

    def _change(self, **changes: Any) -> None:
        with self._changed:
            self._scene = replace(self._scene, **changes)
            self._changed.notify_all()

    def _accept(self) -> None:
        while not self._closing:
            try:
                visitor = self._listener.accept()
            except (OSError, EOFError, AuthenticationError):
                continue
            threading.Thread(
                target=self._show, args=(visitor,), name="world visitor", daemon=True
            ).start()

    def _show(self, visitor: "Connection[Any, Any]") -> None:
        """Answer one camera until it goes."""
        with visitor:
            while True:
                try:
                    visitor.send(self._glance(visitor.recv()))
                except (EOFError, OSError):
                    return

    def _glance(self, glance: Glance) -> Scene:
        with self._changed:
            scene = self._scene
            if glance == "expose":
                self._scene = replace(scene, exposures=scene.exposures + 1)
            elif glance == "look":
                self._scene = replace(scene, looks=scene.looks + 1)
                self._changed.notify_all()
            return self._scene


def visit(address: Address) -> Callable[[Glance], Scene]:
    """Connect to a world; the answer gives the scene for each glance. OSError if it is gone."""
    try:
        connection = Client(address.path, authkey=address.key)
    except (OSError, EOFError, AuthenticationError) as error:
        raise OSError("The virtual bench is gone: start the station again.") from error

    def glance(what: Glance) -> Scene:
        try:
            connection.send(what)
            scene = connection.recv()
        except (OSError, EOFError) as error:
            raise OSError("The virtual bench is gone: start the station again.") from error
        if not isinstance(scene, Scene):
            raise TypeError("the world answers with scenes")
        return scene

    return glance
