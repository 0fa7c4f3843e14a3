"""The revisions make exactly the tables that the code describes, on both databases, and can be undone."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from alembic import command
from app.core.db import make_engine
from app.core.migrations import alembic_config, migrate, migrate_tables
from tests.support.databases import import_tables

pytestmark = pytest.mark.database("sqlite", "postgresql")


def differences(url: str) -> list[object]:
    """What autogenerate would still write."""
    import_tables()
    engine = make_engine(url)
    with engine.connect() as connection:
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_name": lambda name, kind, _parents: kind != "table" or name in SQLModel.metadata.tables,
        }
        found = compare_metadata(MigrationContext.configure(connection, opts=options), SQLModel.metadata)
    engine.dispose()
    return list(found)


def test_the_revisions_make_the_tables_of_the_code(empty_url: str) -> None:
    migrate(empty_url)
    assert differences(empty_url) == []


def test_a_missing_table_is_seen(empty_url: str) -> None:
    migrate(empty_url)
    engine = make_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE api_token"))
    engine.dispose()
    assert "api_token" in repr(differences(empty_url))


def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    migrate(empty_url)
    migrate(empty_url)
    assert differences(empty_url) == []


def test_every_revision_can_be_undone(empty_url: str) -> None:
    migrate_tables(empty_url)
    engine = make_engine(empty_url)
    with engine.begin() as connection:
        command.downgrade(alembic_config(connection), "base")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 0
    engine.dispose()
    migrate(empty_url)
    assert differences(empty_url) == []
