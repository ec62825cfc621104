"""What every scanner client yields and raises, whatever protocol its scanner speaks."""

from typing import TypeAlias

from firmware_bridge.codecs.code import Code
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.readings import Back, Lost

ScannerEvent: TypeAlias = Code | Damage | Lost | Back


class RefusedError(Exception):
    """The scanner is there and does not do what it was asked; the message is a sentence."""
