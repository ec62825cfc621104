"""Light controllers of the `S…#` family."""

from firmware_bridge.codecs.ascii_light_dialects import S
from firmware_bridge.families.ascii_lights import family_read_back

FAMILY = family_read_back("light-s", "S…#", "Light controller, S…#", S, (19200, 9600))
