"""The words around an EPC in bank 1 of a Gen2 tag, as readers report them (EPC Gen2, TDS)."""

from firmware_bridge.codecs.checksums import crc16_genibus
from firmware_bridge.codecs.damage import DamageReason

PC_BYTES = 2
MAX_EPC_BYTES = 62
ISO_BIT = 0x0100


def epc_length(pc: int) -> int:
    """The bytes of the EPC behind a PC word, whose top five bits count 16-bit words."""
    return (pc >> 11) * 2


def pc_word(epc: bytes) -> int:
    """The PC word of a plain EPC. ValueError unless it is 1 to 31 whole words."""
    if not epc or len(epc) % 2 or len(epc) > MAX_EPC_BYTES:
        raise ValueError("An EPC is 1 to 31 words of 16 bits: give it as that many hex digits.")
    return len(epc) // 2 << 11


def with_pc(epc: bytes) -> bytes:
    """PC word and EPC, as a tag sends them. ValueError as for `pc_word`."""
    return pc_word(epc).to_bytes(2, "big") + epc


def tag_crc(pc_and_epc: bytes) -> bytes:
    """The two bytes that a tag appends to its PC word and EPC."""
    return crc16_genibus(pc_and_epc).to_bytes(2, "big")


def contradiction(pc_and_epc: bytes, crc: bytes | None = None) -> DamageReason | None:
    """Why these bytes are no tag's answer; none if the PC word, and the CRC if given, agree."""
    if len(pc_and_epc) < PC_BYTES:
        return "content"
    pc = int.from_bytes(pc_and_epc[:PC_BYTES], "big")
    if epc_length(pc) != len(pc_and_epc) - PC_BYTES:
        return "content"
    if crc is not None and crc != tag_crc(pc_and_epc):
        return "content"
    return None if len(pc_and_epc) > PC_BYTES else "empty"


def is_epc(pc: int) -> bool:
    """Whether an EPC follows this PC word; if not, it is a number of an ISO application (AFI)."""
    return not pc & ISO_BIT


def hex_of(epc: bytes) -> str:
    """An EPC as readings carry it."""
    return epc.hex().upper()
