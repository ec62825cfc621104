"""The configured camera's source; made inside the camera's child process."""

from station.adapters.cameras.sources.folder import FolderSource
from station.adapters.cameras.sources.source import FrameSource
from station.adapters.cameras.sources.uvc import UvcSettings, UvcSource
from station.config import Camera, FolderCamera, UvcCamera


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
        case FolderCamera():
            return FolderSource(camera.path)
