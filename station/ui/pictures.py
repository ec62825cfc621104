"""Evidence pictures by digest, decoded off the screen's thread and kept while there is room.

They are decoded at the size at which they are shown. `QImageReader` lets the interpreter go
meanwhile; `QImage.fromData` and `scaled` do not, and would stop the screen from whatever thread.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QIODevice,
    QObject,
    QRect,
    QSize,
    Qt,
    QThreadPool,
    Signal,
)
from PySide6.QtGui import QImage, QImageReader

from station.domain.faults import StationError

MOST_BYTES = 96 * 1024 * 1024
LOADERS = 2

_OPAQUE, _CLEAR = QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32_Premultiplied
"""What is drawn without being converted each time."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture as decoded, and the size it was kept in."""

    image: QImage
    kept: QSize


@dataclass(frozen=True, slots=True)
class _Wish:
    """A picture within `width` and `height` in device pixels, or covering them; at 0 as kept."""

    digest: str
    width: int = 0
    height: int = 0
    covers: bool = False


class Pictures(QObject):
    """Asks `load` for the bytes of a picture in a thread of its own; `changed` tells its digest.

    Nothing here waits: a picture that is not there yet is none, and so is one that cannot be read.
    """

    changed = Signal(str)
    _arrived = Signal(object, object)

    def __init__(self, load: Callable[[str], bytes], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._decoded: OrderedDict[_Wish, Decoded] = OrderedDict()
        self._asked: set[_Wish] = set()
        self._unreadable: set[str] = set()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(LOADERS)
        self._arrived.connect(self._keep, Qt.ConnectionType.QueuedConnection)

    def whole(self, digest: str) -> Decoded | None:
        """The picture with all its pixels if it is here; otherwise it is asked for."""
        return self._get(_Wish(digest))

    def fitted(self, digest: str, size: QSize) -> Decoded | None:
        """The picture as large as fits a size in device pixels."""
        return self._get(_Wish(digest, size.width(), size.height()))

    def covering(self, digest: str, size: QSize) -> Decoded | None:
        """The picture scaled to cover a size in device pixels, cut alike on both sides."""
        return self._get(_Wish(digest, size.width(), size.height(), covers=True))

    def unreadable(self, digest: str) -> bool:
        """Whether the picture was asked for in vain."""
        return digest in self._unreadable

    def finish(self) -> None:
        """Wait until everything asked for is delivered: before shutting down or a still."""
        self._pool.waitForDone()
        QCoreApplication.sendPostedEvents(self)

    def _get(self, wish: _Wish) -> Decoded | None:
        decoded = self._decoded.get(wish)
        if decoded is not None:
            self._decoded.move_to_end(wish)
        elif wish not in self._asked and wish.digest not in self._unreadable:
            self._asked.add(wish)
            self._pool.start(partial(self._decode, wish))
        return decoded

    def _decode(self, wish: _Wish) -> None:
        decoded = None
        try:
            decoded = _decoded(self._load(wish.digest), wish)
        except StationError as error:
            log.info("picture %s cannot be shown: %s", wish.digest, error)
        except Exception:  # a bug in the loader must not silence the pictures that follow
            log.exception("picture %s could not be loaded", wish.digest)
        self._arrived.emit(wish, decoded)

    def _keep(self, wish: _Wish, decoded: Decoded | None) -> None:
        self._asked.discard(wish)
        if decoded is None:
            self._unreadable.add(wish.digest)
        else:
            self._decoded[wish] = decoded
            while len(self._decoded) > 1 and self._bytes() > MOST_BYTES:
                self._decoded.popitem(last=False)
        self.changed.emit(wish.digest)

    def _bytes(self) -> int:
        return sum(decoded.image.sizeInBytes() for decoded in self._decoded.values())


def _decoded(content: bytes, wish: _Wish) -> Decoded | None:
    """None for what is no picture. A JPEG is decoded at a part of its size right away."""
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    kept, area = reader.size(), QSize(wish.width, wish.height)
    if not kept.isEmpty() and not area.isEmpty():
        how = Qt.AspectRatioMode.KeepAspectRatio
        if wish.covers:
            how = Qt.AspectRatioMode.KeepAspectRatioByExpanding
        scaled = kept.scaled(area, how).expandedTo(QSize(1, 1))
        reader.setScaledSize(scaled)
        if wish.covers:
            middle = QRect(0, 0, area.width(), area.height())
            middle.moveCenter(QRect(0, 0, scaled.width(), scaled.height()).center())
            reader.setScaledClipRect(middle)
    image = reader.read()
    if image.isNull():
        return None
    if image.format() not in (_OPAQUE, _CLEAR):
        image.convertTo(_CLEAR if image.hasAlphaChannel() else _OPAQUE)
    return Decoded(image, kept)
