"""The checksums of the bench's protocols, each over plain bytes."""

from binascii import crc_hqx
from functools import reduce
from operator import xor

_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def sum8(content: bytes) -> int:
    """The low byte of the sum of all bytes."""
    return sum(content) & 0xFF


def complement8(content: bytes) -> int:
    """The byte that makes the sum of everything 0 modulo 256."""
    return -sum(content) & 0xFF


def complement16(content: bytes) -> int:
    """The word that makes the sum of all bytes and of itself 0 modulo 65536 (Zebra SSI)."""
    return -sum(content) & 0xFFFF


def xor8(content: bytes) -> int:
    """All bytes exclusive-ored."""
    return reduce(xor, content, 0)


def crc16_genibus(content: bytes) -> int:
    """CRC-16/GENIBUS, which Gen2 tags keep over PC and EPC: polynomial 1021, register FFFF, most
    significant bit first, result inverted."""
    return crc_hqx(content, 0xFFFF) ^ 0xFFFF


def crc16_mcrf4xx(content: bytes) -> int:
    """CRC-16/MCRF4XX: reflected polynomial 8408, register FFFF, no final exclusive-or."""
    register = crc_hqx(content.translate(_MIRRORED), 0xFFFF)
    return _MIRRORED[register & 0xFF] << 8 | _MIRRORED[register >> 8]


def crc16_shifted_in(content: bytes) -> int:
    """Polynomial 1021, register FFFF, every data bit shifted in, no zeros after them (ThingMagic).

    The same as dividing without the last two bytes from the register 1D0F, which is FFFF after
    sixteen zero bits, and adding those two bytes. ValueError below two bytes.
    """
    if len(content) < 2:
        raise ValueError("this checksum is defined from two bytes on")
    return crc_hqx(content[:-2], 0x1D0F) ^ int.from_bytes(content[-2:], "big")
