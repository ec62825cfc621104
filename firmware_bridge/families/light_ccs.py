"""Light controllers of the CCS `@` family, on RS-232 with a checksum and on Ethernet without."""

from firmware_bridge.clients.ascii_light import AsciiLight
from firmware_bridge.codecs.ascii_light_dialects import CCS, CCS_ETHERNET, CCS_UNIT
from firmware_bridge.families.ascii_lights import decode_answers, decode_commands, imitate
from firmware_bridge.family import Family

# Nothing can be asked of these controllers that does not change their light, so none is identified.
FAMILY = Family(
    kind="light-ccs",
    title="Light controller, CCS @",
    decode=lambda content: decode_answers([CCS], content),
    decode_sent=lambda content: decode_commands([CCS, CCS_UNIT, CCS_ETHERNET], content),
    imitate=lambda deeds: imitate(CCS, deeds),
    listen=lambda open_wire: AsciiLight(open_wire, CCS),
    wires=("serial", "tcp"),
    bauds=(9600, 19200, 38400),
)
