"""A plain barcode scanner, imitated: it sends text and hears nothing."""

from firmware_bridge.codecs.code import GROUP_SEPARATOR

WRITTEN_SEPARATOR = "<GS>"


class PlainImitation:
    """A scanner that sends each code as UTF-8 with `suffix` behind it.

    `<GS>` in a line stands for the group separator, which is sent as `separator`. Bytes that are
    no UTF-8 can be sent as surrogate escapes (PEP 383).
    """

    def __init__(self, suffix: bytes = b"\r", separator: str = GROUP_SEPARATOR) -> None:
        self._suffix = suffix
        self._separator = separator

    def plugged(self, now: float) -> list[bytes]:
        """The scanner gets power and says nothing."""
        del now
        return []

    def hear(self, content: bytes, now: float) -> list[bytes]:
        """A plain scanner has no ears."""
        del content, now
        return []

    def tick(self, now: float) -> list[bytes]:
        """Nothing is sent without a scan."""
        del now
        return []

    def act(self, line: str, now: float) -> list[bytes]:
        """Scan a code: any text, behind an AIM identifier such as `]C1` where it has one."""
        del now
        text = line.replace(WRITTEN_SEPARATOR, GROUP_SEPARATOR)
        text = text.replace(GROUP_SEPARATOR, self._separator)
        return [text.encode("utf-8", "surrogateescape") + self._suffix] if text else []

    def spoil(self, frame: bytes) -> bytes:
        """Unchanged: the protocol has no checksum."""
        return frame
