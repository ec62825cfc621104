"""Real EIO from fsync, put there by strace: what was called saved is there, once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from station.adapters.store.opening import open_store
from tests.support.kept import inspection, inspection_id, record

SAVER = """
import sys
from pathlib import Path
from station.adapters.store.opening import open_store
from station.domain.faults import StationError
from tests.support.kept import entry, inspection, record

def attempt(what, say):
    for _ in range(3):
        try:
            result = what()
            print("done", say, flush=True)
            return result
        except StationError as error:
            print("refused", say, error, flush=True)

store = attempt(lambda: open_store(Path(sys.argv[1]), ballast_bytes=4096), "open")
for number in range(1, 21):
    save = lambda: store.inspections.save(inspection(number), record(number), entry(number))
    attempt(save, number)
store.close()
"""


def saved_with_failing_sync(directory: Path, nth: int) -> subprocess.CompletedProcess[str]:
    strace = ["strace", "-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"]
    inject = ["-e", f"inject=fsync,fdatasync:error=EIO:when={nth}"]
    return subprocess.run(
        [*strace, *inject, sys.executable, "-c", SAVER, str(directory)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_whichever_sync_fails_what_was_called_saved_is_there(tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("failing a real fsync needs strace")
    if saved_with_failing_sync(tmp_path / "trial", 1000).returncode != 0:
        pytest.skip("strace may not trace here")
    met = 0
    for nth in range(1, 61):
        directory = tmp_path / str(nth)
        run = saved_with_failing_sync(directory, nth)
        met += "refused" in run.stdout
        said = {line.removeprefix("done ") for line in run.stdout.splitlines() if "done" in line}
        store = open_store(directory, ballast_bytes=4096)
        kept = {kept.id for kept in store.inspections.latest(99)}

        assert run.returncode == 0, run.stderr
        assert said == {"open", *map(str, range(1, 21))}
        assert kept == {inspection_id(number) for number in range(1, 21)}
        for number in range(1, 21):
            assert store.inspections.inspection(inspection_id(number)) == inspection(number)
            assert store.inspections.record(inspection_id(number)) == record(number)
        assert sum(store.outbox.waiting().values()) == 20
        store.close()

    assert met > 0
