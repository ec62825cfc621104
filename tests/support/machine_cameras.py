"""Machine-vision cameras that see the virtual bench, emulated at the lowest seam there is.

GigE Vision: Aravis' fake network camera, in a process of its own, whose sensor is filled with the
scene and whose packets cross the loopback, some of them lost. Basler: pylon's emulation plays the
scene's picture from a file.
"""

import ctypes
import multiprocessing
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from station.adapters.cameras.sources.basler import BaslerSource
from station.adapters.cameras.sources.gige import GigeSource, aravis_bindings
from station.adapters.cameras.sources.gige_settings import GigeSettings
from station.adapters.cameras.sources.pictures import live
from station.adapters.cameras.sources.triggered import TriggeredSettings
from station.app.defaults import PICTURES
from station.virtual.camera import VirtualCamera
from station.virtual.world import Address, visit

LOOPBACK = "127.0.0.1"
GVCP_PORT = 3956
SERIAL = "BENCH2"
EMULATED = "0815-0000"
GIGE = GigeSettings(1280, 720, "RGB8", exposure_us=3_000, gain=2, packet_size=8_000)
BASLER = TriggeredSettings(1280, 720, "BGR8Packed", exposure_us=5_000, gain=2)

_START_S = 60.0


@contextmanager
def networked_bench(address: Address, lost_permille: int) -> Iterator[None]:
    """A GigE Vision camera over the world, on the loopback, while it lasts."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, address, lost_permille), daemon=True)
    process.start()
    theirs.close()
    try:
        assert ours.poll(_START_S), "the network camera does not start"
        assert ours.recv() == "up"
        yield
    finally:
        process.kill()
        process.join()


def network_camera_in_use() -> bool:
    """Whether another one has the loopback's control port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        try:
            port.bind((LOOPBACK, GVCP_PORT))
        except OSError:
            return True
    return False


def networked_source() -> GigeSource:
    """The station's source for it."""
    return GigeSource(LOOPBACK, GIGE)


class FilmedBasler(BaslerSource):
    """A Basler camera in emulation that plays the scene's picture at each trigger."""

    def __init__(self, folder: Path, address: Address) -> None:
        # Read once, when pylon is first loaded by this process.
        os.environ["PYLON_CAMEMU"] = "1"
        super().__init__(EMULATED, BASLER)
        self._folder = folder
        self._address = address
        self._scene: VirtualCamera | None = None
        self._played = 0

    def open(self) -> dict[str, float]:
        """Open the emulated camera, and the scene that it will see."""
        self._scene = VirtualCamera(PICTURES, 2, visit(self._address))
        self._scene.open()
        return super().open()

    def grab(self, light: str) -> Any:
        """The scene through the emulation."""
        self._play(self._seen.picture()[0])
        return super().grab(light)

    def look(self) -> Any:
        """A rough look at the scene through the emulation."""
        look = cv2.cvtColor(self._seen.look(), cv2.COLOR_RGB2BGR)
        self._play(cv2.resize(look, (BASLER.width, BASLER.height)))
        taken = self._triggered_frame()
        if taken is None:
            raise LookupError("A picture came with gaps.")
        return live(taken[0])

    @property
    def _seen(self) -> VirtualCamera:
        assert self._scene is not None
        return self._scene

    def _play(self, picture: Any) -> None:
        self._played += 1
        file = self._folder / f"{self._played % 4}.bmp"
        cv2.imwrite(str(file), picture)
        pylon, camera = self._needed(), self._camera
        camera.StopGrabbing()
        camera.TestImageSelector.Value = "Off"
        camera.ImageFileMode.Value = "On"
        camera.ImageFilename.Value = str(file)
        camera.StartGrabbing(pylon.GrabStrategy_OneByOne)


def _serve(connection: "Connection[Any, Any]", address: Address, lost_permille: int) -> None:
    """Fill every frame of a fake network camera with the scene, until the process is killed."""
    aravis, _ = aravis_bindings()
    library = ctypes.CDLL("libaravis-0.8.so.0")
    fill_pattern = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 2, *[ctypes.c_uint32] * 3)
    library.arv_buffer_get_data.restype = ctypes.c_void_p
    library.arv_buffer_get_data.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    library.arv_fake_camera_set_fill_pattern.argtypes = [
        ctypes.c_void_p,
        fill_pattern,
        ctypes.c_void_p,
    ]
    scene = VirtualCamera(PICTURES, 2, visit(address))
    scene.open()

    @fill_pattern
    def fill(buffer: int, *_: int) -> None:
        if camera.get_payload() != GIGE.width * GIGE.height * 3:
            return  # its region is not set yet
        try:
            picture = scene.picture()[0]
        except LookupError:
            return  # the scene turns; the frame before is seen once more
        memory = library.arv_buffer_get_data(buffer, None)
        sensor = np.ctypeslib.as_array(
            ctypes.cast(memory, ctypes.POINTER(ctypes.c_uint8)), (GIGE.height, GIGE.width, 3)
        )
        sensor[:] = picture[:, :, ::-1]

    network = aravis.GvFakeCamera.new(LOOPBACK, SERIAL)
    network.set_property("gvsp-lost-ratio", lost_permille / 1000)
    camera = network.get_fake_camera()
    # PyGObject hashes an object to its address; its own binding of this call drops the callback.
    library.arv_fake_camera_set_fill_pattern(hash(camera), fill, None)
    connection.send("up")
    while True:
        time.sleep(3600)
