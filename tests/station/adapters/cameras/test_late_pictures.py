"""A camera whose pictures are long on their way says when they were exposed."""

import threading
import time
from functools import partial
from multiprocessing import Pipe

from http_camera import HttpCamera

from station.adapters.cameras.child import CameraSetup, Watching, run_camera
from station.adapters.cameras.link import Looked
from station.adapters.cameras.preview import PreviewRing
from station.adapters.cameras.sources.stream import StreamSettings, StreamSource

DELAY_S = 5.0


def test_a_live_picture_counts_as_exposed_before_it_came() -> None:
    camera, ring = HttpCamera((320, 240), 25.0), PreviewRing()
    ours, theirs = Pipe()
    setup = CameraSetup(
        partial(StreamSource, camera.url, StreamSettings(320, 240)),
        ring.name,
        watching=Watching(delay_s=DELAY_S),
    )
    child = threading.Thread(target=run_camera, args=(theirs, setup))
    child.start()
    looked = None
    while looked is None and ours.poll(20):
        said = ours.recv()
        looked = said if isinstance(said, Looked) else None
    now = time.monotonic()
    ours.close()
    child.join()
    ring.close()
    camera.close()

    assert looked is not None
    assert DELAY_S <= now - looked.monotonic_s < DELAY_S + 2
