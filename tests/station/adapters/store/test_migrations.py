"""Benches in the field migrate: from the first tables on, whole or not at all."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from station.adapters.store.opening import open_store
from station.adapters.store.schema import metadata
from station.adapters.store.upgrade import SCRIPTS, upgrade
from station.domain.faults import FaultCode, StationError
from tests.support.kept import entry, inspection, inspection_id, record

SMALL = 256 * 1024
NEXT = """
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade():
    op.execute("ALTER TABLE inspections ADD COLUMN colour TEXT")
    op.execute("CREATE TABLE later (number INTEGER NOT NULL PRIMARY KEY)")
    {end}
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A state with one inspection in it, made by the first tables."""
    store = open_store(tmp_path, ballast_bytes=SMALL)
    store.inspections.save(inspection(1), record(1), entry(1))
    store.close()
    return tmp_path


def later_version(tmp_path: Path, end: str = "") -> Path:
    """The scripts of a version after this one."""
    scripts = tmp_path / "scripts"
    shutil.copytree(SCRIPTS, scripts)
    head = max(p.name[1:5] for p in (scripts / "versions").glob("r[0-9]*.py"))
    (scripts / "versions" / "later.py").write_text(NEXT.format(head=head, end=end))
    return scripts


def migrate(directory: Path, scripts: Path) -> None:
    engine = create_engine(f"sqlite:///{directory / 'station.db'}", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        try:
            upgrade(connection, directory, scripts)
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")
    engine.dispose()


def tables(directory: Path) -> set[str]:
    engine = create_engine(f"sqlite:///{directory / 'station.db'}")
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_the_migrations_make_the_tables_the_code_speaks_of(directory: Path) -> None:
    engine = create_engine(f"sqlite:///{directory / 'station.db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


def test_a_later_version_finds_what_the_first_one_kept(directory: Path, tmp_path: Path) -> None:
    migrate(directory, later_version(tmp_path))

    assert "later" in tables(directory)
    connection = sqlite3.connect(directory / "station.db")
    kept = connection.execute("SELECT id, colour FROM inspections").fetchall()
    connection.close()
    assert kept == [(inspection_id(1), None)]


def test_a_migration_that_fails_changes_nothing(directory: Path, tmp_path: Path) -> None:
    scripts = later_version(tmp_path, end='raise RuntimeError("half way")')

    with pytest.raises(RuntimeError, match="half way"):
        migrate(directory, scripts)

    assert "later" not in tables(directory)
    store = open_store(directory, ballast_bytes=SMALL)
    assert store.inspections.inspection(inspection_id(1)) == inspection(1)
    store.close()


def test_a_database_newer_than_the_code_is_refused(directory: Path, tmp_path: Path) -> None:
    migrate(directory, later_version(tmp_path))

    with pytest.raises(StationError) as refused:
        open_store(directory, ballast_bytes=SMALL)

    assert refused.value.fault.code is FaultCode.STORE_FAILED
    assert "newer version of Regrade" in str(refused.value)


KILL = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from station.adapters.store.opening import open_store

left = int(sys.argv[2])

@event.listens_for(Engine, "before_cursor_execute")
def count(connection, cursor, statement, *rest):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1

open_store(Path(sys.argv[1]), ballast_bytes=4096).close()
print(left)
"""


def open_and_die(directory: Path, statement: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", KILL, str(directory), str(statement)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_kill_between_two_statements_of_a_migration_leaves_old_or_new_tables(
    tmp_path: Path,
) -> None:
    expected = {*metadata.tables, "alembic_version"}
    for statement in (1, 4, 7, 11, 14):
        directory = tmp_path / str(statement)
        died = open_and_die(directory, statement)
        there = tables(directory)

        assert died.returncode == -9
        assert there in (set(), expected)
        open_store(directory, ballast_bytes=SMALL).close()
        assert tables(directory) == expected
