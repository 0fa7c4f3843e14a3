"""Brings a database to the schema this release needs: our tables by Alembic, the job tables by DBOS.

Safe to call at every start, also by several processes at once: SQLite's write lock or a PostgreSQL advisory
lock lets one migrate while the others wait, then find nothing to do.
"""

from typing import Any

import pysqlite3
from alembic.config import Config
from dbos import DBOS
from sqlalchemy import Connection, NullPool, create_engine, event, make_url, text
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from alembic import command
from app.core.settings import ROOT

LOCK = 0x766D76
"""Key of the PostgreSQL advisory lock held while migrating; any constant of our own does."""


class Pysqlite3Dialect(SQLiteDialect_pysqlite):
    """`sqlite+pysqlite3://…`: this process's one SQLite library, also where only an address is taken."""

    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Any:
        """The driver."""
        return pysqlite3


registry.register("sqlite.pysqlite3", __name__, Pysqlite3Dialect.__name__)


class BrokenReference(Exception):
    """A migration left rows that point at nothing; it was rolled back."""


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, working on `connection` (the command line's own when absent)."""
    config = Config(ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    return config


def migrate(url: str) -> None:
    """Create or upgrade the database at `url`."""
    migrate_tables(url)
    migrate_jobs(url)


def migrate_tables(url: str, revision: str = "head", *, back: bool = False) -> None:
    """Bring our own tables to `revision`, in one transaction; `back` to an earlier one.

    Raises BrokenReference when rows would be left that point at nothing.
    """
    is_sqlite = url.startswith("sqlite")
    engine = create_engine(url, poolclass=NullPool, **({"module": pysqlite3} if is_sqlite else {}))
    if is_sqlite:
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        if not is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        (command.downgrade if back else command.upgrade)(alembic_config(connection), revision)
        if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
            raise BrokenReference(f"{len(broken)} in {sorted({row[0] for row in broken})}")


def migrate_jobs(url: str) -> None:
    """Bring the job engine's tables to its release."""
    address = make_url(url)
    if url.startswith("sqlite"):
        address = address.set(drivername="sqlite+pysqlite3")
    DBOS.migrate(address.render_as_string(hide_password=False))


def _prepare(connection: Any, _record: Any) -> None:
    # Altering a table on SQLite copies it and drops the old one: with foreign keys on, that would cascade.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF", "busy_timeout=60000"):
        connection.execute(f"PRAGMA {pragma}")
