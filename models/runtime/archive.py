"""Arrays in one zip file (`.npz`), written with equal bytes and read without trust."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNREADABLE = (ValueError, OSError, EOFError, MemoryError, zipfile.BadZipFile)
"""What reading may raise."""


def archive_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The archive of named arrays; equal arrays give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
            # A fixed date keeps the bytes of equal arrays equal.
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy"), content.getvalue(), zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()


def read_archive(content: bytes, most: int) -> dict[str, NDArray[Any]]:
    """The arrays by name; one of UNREADABLE where they are damaged or unpack to over `most` bytes.

    Nothing in it is unpickled.
    """
    arrays: dict[str, NDArray[Any]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > most:
            raise ValueError(f"it unpacks to more than {most // 2**20} MiB")
        for entry in archive.infolist():
            unpacked = io.BytesIO(archive.read(entry))
            array = np.lib.format.read_array(unpacked, allow_pickle=False)
            arrays[entry.filename.removesuffix(".npy")] = array
    return arrays
