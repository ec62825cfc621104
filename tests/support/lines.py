"""Order lines and order files for tests."""

import json
from pathlib import Path
from typing import Any

from station.domain.identity import ItemCode, check_digit
from station.domain.item import OrderLine

HEADER = "order,parcel,gtin,serial,quantity,name,category,size_mm,buyer_reason"


def gtin(number: int) -> str:
    """The numbered GTIN."""
    digits = f"{9520000000000 + number:013d}"
    return f"{digits}{check_digit(digits)}"


def order_line(
    order: str = "RMA-1",
    goods: int = 1,
    serial: str | None = None,
    parcel: str = "",
    quantity: int = 1,
) -> OrderLine:
    """A line of numbered goods."""
    code = ItemCode(gtin(goods), serial)
    size = (200.0, 120.0, 80.0)
    return OrderLine(order, code, f"Goods {goods}", "carton", size, parcel, quantity, "too big")


def row(line: OrderLine) -> str:
    """The line in the columns of HEADER."""
    size = "x".join(f"{mm:g}" for mm in line.size_mm)
    return ",".join(
        (
            line.order,
            line.parcel,
            line.code.gtin,
            line.code.serial or "",
            str(line.quantity),
            line.name,
            line.category,
            size,
            line.buyer_reason,
        )
    )


def entry(line: OrderLine) -> dict[str, Any]:
    """The line as a JSON object."""
    return {
        "order": line.order,
        "parcel": line.parcel or None,
        "gtin": line.code.gtin,
        "serial": line.code.serial,
        "quantity": line.quantity,
        "name": line.name,
        "category": line.category,
        "size_mm": list(line.size_mm),
        "buyer_reason": line.buyer_reason,
    }


def csv_file(path: Path, *lines: OrderLine) -> Path:
    """A CSV file of these lines."""
    path.write_text("\n".join((HEADER, *map(row, lines))) + "\n", "utf-8")
    return path


def json_file(path: Path, *lines: OrderLine) -> Path:
    """A JSON document of these lines, one a line."""
    entries = ",\n".join(json.dumps(entry(line)) for line in lines)
    path.write_text(f'{{"schema": 1, "items": [\n{entries}\n]}}\n', "utf-8")
    return path


def json_lines_file(path: Path, *lines: OrderLine) -> Path:
    """A JSON Lines file of these lines."""
    path.write_text("".join(json.dumps(entry(line)) + "\n" for line in lines), "utf-8")
    return path
