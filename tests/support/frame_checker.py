"""Holds kept pictures against the exposures they claim to be, in a process of its own.

The window whose stalls are measured lives in the test's process; there this work would stop it.
"""

import multiprocessing
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from station.virtual.camera import VirtualCamera
from station.virtual.world import Scene

_MOST_OPEN = 64


@dataclass
class _Truth:
    """The camera as it is when nothing is wrong with it, over a scene that is set."""

    scene: Scene
    camera: VirtualCamera


_truth: list[_Truth] = []


def _begin(pictures: Path, seed: int, size: tuple[int, int]) -> None:
    truth = _Truth(Scene(), VirtualCamera(pictures, seed, lambda _: _truth[0].scene, size=size))
    truth.camera.open()
    _truth[:] = [truth]


def _is_exposure(scene: Scene, light: str, after: int, kept: bytes) -> bool:
    """Whether these are the bytes of an exposure of the scene, after the one of that number."""
    truth = _truth[0]
    for number in range(after + 1, scene.exposures + 1):
        truth.scene = replace(scene, lamps=((light, 1.0),), exposures=number, broken="none")
        if truth.camera.grab(light).evidence == kept:
            return True
    return False


class FrameChecker:
    """Takes claims, and says at the latest in the end whether all of them held."""

    def __init__(self, pictures: Path, seed: int, size: tuple[int, int]) -> None:
        self._pool = ProcessPoolExecutor(
            1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(pictures, seed, size),
        )
        self._open: deque[tuple[str, Future[bool]]] = deque()
        self.held = 0

    def claim(self, what: str, scene: Scene, light: str, after: int, kept: bytes) -> None:
        """That `kept` was exposed of this scene under a light, after the exposure numbered so."""
        answer = self._pool.submit(_is_exposure, scene, light, after, kept)
        self._open.append((what, answer))
        while len(self._open) > _MOST_OPEN:
            self._settle()

    def settle(self) -> None:
        """AssertionError with the first claim that does not hold."""
        while self._open:
            self._settle()

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _settle(self) -> None:
        what, answer = self._open.popleft()
        assert answer.result(120), what
        self.held += 1
