"""What goes wrong on real wires."""

from enum import StrEnum


class Fault(StrEnum):
    """A fault that an emulated device can have; the last three happen once.

    noise: random bytes before each frame. split: each frame in pieces. glue: frames leave together.
    echo: what was sent to the device comes back first. slow: byte by byte. flood: thousands of
    random bytes before each frame. wrong-checksum: every frame is spoiled. silence: nothing is ever
    answered. unplug: the cable is pulled for good after the third frame. unplug-mid-frame: it is
    pulled inside the third frame, and comes back a second later. replug: it is pulled after the
    third frame and comes back a second later as another port.
    """

    NOISE = "noise"
    SPLIT = "split"
    GLUE = "glue"
    ECHO = "echo"
    SLOW = "slow"
    FLOOD = "flood"
    WRONG_CHECKSUM = "wrong-checksum"
    SILENCE = "silence"
    UNPLUG = "unplug"
    UNPLUG_MID_FRAME = "unplug-mid-frame"
    REPLUG = "replug"
