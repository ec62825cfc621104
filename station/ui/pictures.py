"""Evidence pictures by digest, decoded off the screen's thread and kept while there is room."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, QSize, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage, QPixmap

from station.domain.faults import StationError

MOST_BYTES = 96 * 1024 * 1024
MOST_SCALED = 24
LOADERS = 2

log = logging.getLogger(__name__)


class Pictures(QObject):
    """Asks `load` for the bytes of a picture in a thread of its own; `changed` tells its digest.

    Nothing here waits: a picture that is not there yet is none, and so is one that cannot be read.
    """

    changed = Signal(str)
    _arrived = Signal(str, QImage)

    def __init__(self, load: Callable[[str], bytes], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._images: OrderedDict[str, QImage] = OrderedDict()
        self._scaled: OrderedDict[tuple[str, int, int], QPixmap] = OrderedDict()
        self._asked: set[str] = set()
        self._unreadable: set[str] = set()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(LOADERS)
        self._arrived.connect(self._keep, Qt.ConnectionType.QueuedConnection)

    def image(self, digest: str) -> QImage | None:
        """The picture if it is here; otherwise it is asked for."""
        image = self._images.get(digest)
        if image is not None:
            self._images.move_to_end(digest)
            return image
        if digest not in self._asked and digest not in self._unreadable:
            self._asked.add(digest)
            self._pool.start(partial(self._decode, digest))
        return None

    def unreadable(self, digest: str) -> bool:
        """Whether the picture was asked for in vain."""
        return digest in self._unreadable

    def covering(self, digest: str, size: QSize) -> QPixmap | None:
        """The picture scaled to cover a size in device pixels, cut alike on both sides."""
        key = (digest, size.width(), size.height())
        if key in self._scaled:
            self._scaled.move_to_end(key)
            return self._scaled[key]
        image = self.image(digest)
        if image is None:
            return None
        large = image.scaled(
            size,
            Qt.AspectRatioMode.KeepAspectRatioByExpanding,
            Qt.TransformationMode.SmoothTransformation,
        )
        left = (large.width() - size.width()) // 2
        top = (large.height() - size.height()) // 2
        pixmap = QPixmap.fromImage(large.copy(left, top, size.width(), size.height()))
        self._scaled[key] = pixmap
        while len(self._scaled) > MOST_SCALED:
            self._scaled.popitem(last=False)
        return pixmap

    def finish(self) -> None:
        """Wait until everything asked for is delivered: before shutting down or a still."""
        self._pool.waitForDone()
        QCoreApplication.sendPostedEvents(self)

    def _decode(self, digest: str) -> None:
        image = QImage()
        try:
            image = QImage.fromData(self._load(digest))
        except StationError as error:
            log.info("picture %s cannot be shown: %s", digest, error)
        except Exception:  # a bug in the loader must not silence the pictures that follow
            log.exception("picture %s could not be loaded", digest)
        self._arrived.emit(digest, image)

    def _keep(self, digest: str, image: QImage) -> None:
        self._asked.discard(digest)
        if image.isNull():
            self._unreadable.add(digest)
        else:
            self._images[digest] = image
            while len(self._images) > 1 and self._bytes() > MOST_BYTES:
                self._images.popitem(last=False)
        self.changed.emit(digest)

    def _bytes(self) -> int:
        return sum(image.sizeInBytes() for image in self._images.values())
