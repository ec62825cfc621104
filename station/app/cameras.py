"""The configured camera's source; made inside the camera's child process."""

from station.adapters.cameras.sources.basler import BaslerSettings, BaslerSource
from station.adapters.cameras.sources.folder import FolderSource
from station.adapters.cameras.sources.gige import GigeSettings, GigeSource
from station.adapters.cameras.sources.source import FrameSource
from station.adapters.cameras.sources.stream import StreamSettings, StreamSource
from station.adapters.cameras.sources.uvc import UvcSettings, UvcSource
from station.config import BaslerCamera, Camera, FolderCamera, GigeCamera, StreamCamera, UvcCamera


def camera_of(camera: Camera) -> FrameSource:
    """The source of frames that the configuration names, not yet open."""
    match camera:
        case UvcCamera():
            settings = UvcSettings(
                camera.width,
                camera.height,
                camera.pixel_format,
                camera.exposure_us,
                camera.gain,
                camera.white_balance_k,
                camera.focus,
            )
            return UvcSource(camera.device, settings)
        case StreamCamera():
            size = StreamSettings(camera.width, camera.height, camera.latency_seconds)
            return StreamSource(camera.url, size)
        case BaslerCamera():
            basler = BaslerSettings(
                camera.width,
                camera.height,
                camera.pixel_format,
                camera.exposure_us,
                camera.gain,
            )
            return BaslerSource(camera.serial, basler)
        case GigeCamera():
            gige = GigeSettings(
                camera.width,
                camera.height,
                camera.pixel_format,
                camera.exposure_us,
                camera.gain,
            )
            return GigeSource(camera.id, gige)
        case FolderCamera():
            return FolderSource(camera.path)
