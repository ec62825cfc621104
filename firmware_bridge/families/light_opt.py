"""Light controllers of the OPT `$` family."""

from firmware_bridge.codecs.ascii_light_dialects import OPT
from firmware_bridge.families.ascii_lights import family_read_back

FAMILY = family_read_back("light-opt", "OPT", "Light controller, OPT $", OPT, (9600, 19200))
