"""Draws the commands that the labels use, as a printer would, to look at and to scan."""

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from firmware_bridge.codecs.zpl import Token, texts, tokens

INK = 0


def picture(zpl: bytes) -> NDArray[np.uint8]:
    """The label in dots: 0 black, 255 white. KeyError for a command that is not drawn here."""
    commands = tokens(zpl)
    given = {
        t.command: t.parameters.decode("ascii") for t in commands if t.command in ("^PW", "^LL")
    }
    paper = np.full((int(given["^LL"]), int(given["^PW"])), 255, np.uint8)
    fields: list[Token] = []
    for token in commands:
        if token.command == "^FO":
            fields = [token]
        elif token.command == "^FS":
            _field(paper, fields)
            fields = []
        elif fields:
            fields.append(token)
    return paper


def _field(paper: NDArray[np.uint8], commands: list[Token]) -> None:
    x, y = (int(part) for part in commands[0].parameters.split(b","))
    kinds = {token.command: token.parameters.decode("ascii") for token in commands[1:]}
    said = texts(commands)
    if "^BQ" in kinds:
        module = int(kinds["^BQ"].split(",")[2])
        code = zxingcpp.create_barcode(said[0][3:], zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        small = np.asarray(code.to_image(scale=1, add_quiet_zones=False))
        _paste(paper, x, y, np.kron(small, np.ones((module, module), np.uint8)) < 128)
    elif "^BC" in kinds:
        module, height = int(kinds["^BY"]), int(kinds["^BC"].split(",")[1])
        text = said[0].removeprefix(">:").replace(">0", ">")
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
        small = np.asarray(code.to_image(scale=1, add_quiet_zones=False))[:1]
        _paste(paper, x, y, np.kron(small, np.ones((height, module), np.uint8)) < 128)
    elif "^A" in kinds:
        height, width = (int(part) for part in kinds["^A"].split(",")[1:])
        for index, sign in enumerate(said[0]):
            place = (x + index * width, y + int(height * 0.8))
            cv2.putText(paper, sign, place, cv2.FONT_HERSHEY_SIMPLEX, height / 40, (INK,), 2)
    elif "^GF" in kinds:
        _, total, _, row, content = kinds["^GF"].split(",")
        packed = np.frombuffer(bytes.fromhex(content), np.uint8).reshape(-1, int(row))
        assert packed.size == int(total)
        _paste(paper, x, y, np.unpackbits(packed, axis=1).astype(bool))
    else:
        _drawing(paper, x, y, kinds)


def _drawing(paper: NDArray[np.uint8], x: int, y: int, kinds: dict[str, str]) -> None:
    ((command, parameters),) = kinds.items()
    parts = parameters.split(",")
    match command:
        case "^GB":
            width, height, line = (int(part) for part in parts)
            paper[y : y + height, x : x + width] = INK
            paper[y + line : y + height - line, x + line : x + width - line] = 255
        case "^GC":
            across, line = int(parts[0]), int(parts[1])
            middle = (x + across // 2, y + across // 2)
            cv2.circle(paper, middle, across // 2 - line // 2, (INK,), line)
        case "^GD":
            width, height, line = (int(part) for part in parts[:3])
            down = ((x, y), (x + width, y + height))
            up = ((x, y + height), (x + width, y))
            cv2.line(paper, *(down if parts[4] == "L" else up), (INK,), line)
        case _:
            raise KeyError(command)


def _paste(paper: NDArray[np.uint8], x: int, y: int, black: NDArray[np.bool_]) -> None:
    area = paper[y : y + black.shape[0], x : x + black.shape[1]]
    assert area.shape == black.shape, "a part of the label lies outside"
    area[black] = INK
