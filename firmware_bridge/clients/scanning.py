"""What every scanner client yields, whatever protocol its scanner speaks."""

from typing import TypeAlias

from firmware_bridge.codecs.code import Code
from firmware_bridge.codecs.damage import Damage
from firmware_bridge.readings import Back, Lost

ScannerEvent: TypeAlias = Code | Damage | Lost | Back
