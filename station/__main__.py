"""The command line: `regrade …`."""

import io
import sys

from station.commands.root import run


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.stdin is None:  # closed by whoever started this
        sys.stdin = io.TextIOWrapper(io.BytesIO())
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
