"""A conversation with a bench board: at least one message of each kind."""

from firmware_bridge.codecs.board_messages import (
    Ack,
    Event,
    Heard,
    Hello,
    Message,
    Ping,
    Refusal,
    SetLamps,
    SetLights,
    Sound,
    Welcome,
)

WELCOME = Welcome(1, 0x1234, 1, 0, (1, 0, 0), ("restarted",), 100, (20, 20, 35, 0), "RB-000001")
CONVERSATION: tuple[Message, ...] = (
    Hello(1, 0x1234),
    WELCOME,
    SetLights(2, (800, 0, 250, 1000)),
    Ack(2, "ok", 35),
    SetLamps(3, ("off", "blink", "off", "off", "on", "off", "off", "off")),
    Ack(3, "ok"),
    Sound(4, "attention"),
    Ack(4, "ok"),
    Ping(5),
    Ack(5, "ungreeted"),
    Event(1, 0x1234, "pedal-pressed"),
    Heard(1, 0x1234),
    Refusal(6, 0x1234, 2, 1),
    SetLights(255, (0,) * 8),
)
