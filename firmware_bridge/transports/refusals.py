"""Why a device file could not be opened, as the end of a sentence."""

import errno
import grp
from contextlib import suppress
from pathlib import Path

_HINTS = {
    errno.ENOENT: "is not there: check its cable and power",
    errno.ENXIO: "is not there: check its cable and power",
    errno.ENODEV: "is not there: check its cable and power",
    errno.EAGAIN: "is in use by another program: close that program",
    errno.EBUSY: "is in use by another program: close that program",
}


def refusal(path: str, error: Exception) -> str:
    """What is wrong with the file at `path` and what to do, without a full stop."""
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.EACCES, errno.EPERM):
        return f"may not be opened: {_permission(path)}"
    return _HINTS.get(number or 0, f"cannot be opened ({error}): correct its address")


def _permission(path: str) -> str:
    """Who may open the file: the group that owns it, read from the file itself."""
    group = None
    with suppress(OSError):
        number = Path(path).stat().st_gid
        group = str(number)
        with suppress(KeyError):
            group = grp.getgrgid(number).gr_name
    if group is None:
        return "this user may not look into its folder; ask whoever keeps this computer"
    return f"it belongs to the group {group}; add this user to {group}, then log out and in again"
