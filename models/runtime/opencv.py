"""The one place where `models` imports OpenCV, with its surroundings put right.

OpenCV reads its picture size limit once, when its library is loaded, and by default takes
pictures of 2^30 pixels. The desktop wheel also points Qt at plugins and fonts of its own, which
would reach PySide6 and every child process.
"""

import os
from pathlib import Path

MAX_PICTURE_PIXELS = 60_000_000

os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(MAX_PICTURE_PIXELS)
import cv2 as cv2  # noqa: E402 - the limit counts only if it is set before

for _variable in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
    if os.environ.get(_variable, "").startswith(str(Path(cv2.__file__).parent)):
        del os.environ[_variable]
