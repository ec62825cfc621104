"""Why a device file could not be opened, as the end of a sentence."""

import errno
import grp
import stat
from contextlib import suppress
from pathlib import Path

GROUP_USE = stat.S_IRGRP | stat.S_IWGRP

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
    """Who may open the file, read from the file itself."""
    try:
        facts = Path(path).stat()
    except OSError:
        return "this user may not look into its folder; ask whoever keeps this computer"
    if facts.st_mode & GROUP_USE != GROUP_USE:
        return "only its owner may; ask whoever keeps this computer for a group that may"
    group = str(facts.st_gid)
    with suppress(KeyError):
        group = grp.getgrgid(facts.st_gid).gr_name
    return f"it belongs to the group {group}; add this user to {group}, then log out and in again"
