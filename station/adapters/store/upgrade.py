"""Brings a database file to the newest tables, in one transaction."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from station.adapters.store.failures import store_failed

SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, directory: Path, scripts: Path = SCRIPTS) -> None:
    """Run the migrations that are due, inside the caller's transaction.

    StationError if the database was made by a newer version than this.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    steps = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    known = {step.revision for step in steps.walk_revisions()}
    if current is not None and current not in known:
        raise store_failed(
            f"The database in {directory} was made by a newer version of Regrade "
            f"(tables {current}): install that version, or name another directory."
        )
    if current != steps.get_current_head():
        command.upgrade(config, "head")
