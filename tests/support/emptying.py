"""A PostgreSQL database that tests use in turn, emptied between them.

Copying a database took 0.1 to 1 s a test; deleting the few rows that one leaves takes milliseconds. Whoever
is still connected is sent away first, as when a database is dropped; numbers begin at 1 again; a test that
changed the tables themselves leaves a database that is not used again. Only the connections of the test's own
engine stay, when they rest: a server process that knows the tables and the statements answers much sooner.
"""

from sqlalchemy import Connection, NullPool, create_engine, make_url, text

from app.core.db import make_engine

MOST_TURNS = 100
"""Deleted rows leave their room behind: after so many tests a fresh copy is quicker."""

KEPT = "kept for the next test"
"""What the connections that stay call themselves."""

TABLES = """
    SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
# Whoever is at work is waited for; the others hold nothing.
SEND_AWAY = """
    SELECT pg_terminate_backend(pid, CASE WHEN state LIKE 'idle%' THEN 0 ELSE 10000 END)
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
        AND NOT (state = 'idle' AND application_name = :kept)
"""
FROM_ONE_AGAIN = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""
# The transactions that wrote the catalogue's rows: another table, column, constraint or trigger adds one.
SHAPE = """
    SELECT concat_ws(' ',
        (SELECT sum(xmin::text::bigint) FROM pg_class WHERE oid >= 16384),
        (SELECT sum(xmin::text::bigint) FROM pg_attribute WHERE attrelid >= 16384),
        (SELECT sum(xmin::text::bigint) FROM pg_constraint WHERE oid >= 16384),
        (SELECT sum(xmin::text::bigint) FROM pg_trigger WHERE oid >= 16384),
        (SELECT sum(xmin::text::bigint) FROM pg_proc WHERE oid >= 16384))
"""


class Reused:
    """The database at `url`, as it is now but for the rows that will be written."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.turns = 0
        self._engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        kept = make_url(url).update_query_dict({"application_name": KEPT})
        self.engine = make_engine(kept.render_as_string(hide_password=False))
        with self._engine.connect() as connection:
            self._shape = _shape(connection)
            # The job engine's own release stands in a row: tables that begin with rows keep them.
            empty = [name for name in connection.scalars(text(TABLES)) if not _any_row(connection, name)]
        # As a replica, references are not followed: any order of the tables does.
        self._empty = "; ".join(
            [
                "SET session_replication_role = replica",
                *(f"DELETE FROM {name}" for name in empty),
                "RESET session_replication_role",
            ]
        )

    def emptied(self) -> bool:
        """Whether it was made as new; not where a test changed its tables, nor after many turns."""
        self.turns += 1
        # What is not given back is somebody's whom the test left at work: then nobody stays.
        stay = self.engine.pool.checkedout() == 0
        with self._engine.connect() as connection:
            connection.execute(text(SEND_AWAY), {"kept": KEPT if stay else ""})
            if not stay:
                self.engine.dispose()
            if self.turns >= MOST_TURNS or _shape(connection) != self._shape:
                self.engine.dispose()
                return False
            connection.exec_driver_sql(self._empty)
            connection.execute(text(FROM_ONE_AGAIN))
        return True


def _any_row(connection: Connection, table: str) -> bool:
    return bool(connection.scalar(text(f"SELECT EXISTS (SELECT 1 FROM {table})")))


def _shape(connection: Connection) -> str:
    return str(connection.scalar(text(SHAPE)))
