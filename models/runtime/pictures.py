"""Pictures from bytes that nobody vouches for."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.runtime.errors import PictureError
from models.runtime.opencv import MAX_PICTURE_PIXELS, cv2
from models.runtime.picture_headers import read_header

_MAX_BYTES = 256 * 2**20


def read_picture(path: Path) -> NDArray[np.uint8]:
    """The picture in a file, as `decode_picture` gives it."""
    try:
        if path.exists() and not path.is_file():
            raise PictureError("The file cannot be read: it is a folder or a pipe.")
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise PictureError(f"The file cannot be read: {error.strerror or error}.") from error
    if len(content) > _MAX_BYTES:
        raise PictureError(f"The file is larger than {_MAX_BYTES // 2**20} MiB.")
    return decode_picture(content)


def read_named_picture(path: Path) -> NDArray[np.uint8]:
    """As `read_picture`; what is wrong begins with the file's name, for whoever reads many."""
    try:
        return read_picture(path)
    except PictureError as error:
        raise PictureError(f"{path}: {error}") from error


def decode_picture(content: bytes) -> NDArray[np.uint8]:
    """The pixels of a JPEG, PNG or still WebP as uint8 [H, W, 3], RGB, turned as EXIF says.

    Alpha is dropped, deeper channels are reduced to 8 bit. PictureError, with nothing decoded,
    for any other kind, for more than `MAX_PICTURE_PIXELS` (half as many in a progressive JPEG,
    which takes twice the memory), and for a picture cut short; and where the decoder finds it
    damaged. JPEG has no checksum: damage inside its scan can go unnoticed.
    """
    header = read_header(content)
    pixels = header.width * header.height
    limit = MAX_PICTURE_PIXELS // 2 if header.progressive else MAX_PICTURE_PIXELS
    if pixels > limit:
        raise PictureError(
            f"The picture has {pixels // 1_000_000} megapixels:"
            f" give one of at most {limit // 1_000_000}."
        )
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error as error:
        raise PictureError("The picture cannot be decoded: save it anew.") from error
    if picture is None:
        raise PictureError("The picture is damaged: take or copy it again.")
    if picture.shape[:2] not in ((header.height, header.width), (header.width, header.height)):
        raise PictureError("The picture is not of the size it says: save it anew.")
    return np.asarray(picture, np.uint8)
