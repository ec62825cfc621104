"""Which source of frames a configured camera is."""

from station.adapters.cameras.sources.basler import BaslerSource
from station.adapters.cameras.sources.cropped import CroppedSource
from station.adapters.cameras.sources.folder import FolderSource
from station.adapters.cameras.sources.gige import GigeSource
from station.adapters.cameras.sources.gige_settings import GigeSettings
from station.adapters.cameras.sources.source import FrameSource
from station.adapters.cameras.sources.stream import StreamSettings, StreamSource
from station.adapters.cameras.sources.triggered import TriggeredSettings
from station.adapters.cameras.sources.uvc import UvcSettings, UvcSource
from station.config import BaslerCamera, Camera, FolderCamera, GigeCamera, StreamCamera, UvcCamera


def is_live(camera: Camera) -> bool:
    """Whether it shows a bench and follows its light; a folder of pictures does not."""
    return not isinstance(camera, FolderCamera)


def camera_of(camera: Camera) -> FrameSource:
    """The source of frames that the configuration names, cut to the bench, not yet open."""
    source = _source_of(camera)
    if camera.crop is None:
        return source
    return CroppedSource(source, (camera.width, camera.height), camera.crop)


def _source_of(camera: Camera) -> FrameSource:
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
            basler = TriggeredSettings(
                camera.width,
                camera.height,
                camera.pixel_format,
                camera.exposure_us,
                camera.gain,
                {str(colour): ratio for colour, ratio in camera.balance.items()},
            )
            return BaslerSource(camera.serial, basler)
        case GigeCamera():
            gige = GigeSettings(
                camera.width,
                camera.height,
                camera.pixel_format,
                camera.exposure_us,
                camera.gain,
                {str(colour): ratio for colour, ratio in camera.balance.items()},
                camera.packet_size,
            )
            return GigeSource(camera.id, gige)
        case FolderCamera():
            return FolderSource(camera.path)


def delay_s_of(camera: Camera) -> float:
    """What a camera's long exposure or a stream's way adds to the time of a frame."""
    match camera:
        case StreamCamera():
            return camera.latency_seconds
        case FolderCamera():
            return 0.0
        case _:
            return (camera.exposure_us or 0) / 1e6
