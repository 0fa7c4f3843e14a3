"""Alembic's environment: the application's tables, not the job engine's, on SQLite and PostgreSQL."""

from importlib import import_module
from typing import Any, Literal

import pysqlite3
import sqlalchemy as sa
from sqlalchemy import Connection, create_engine
from sqlmodel import AutoString, SQLModel

from alembic import context
from app.core.db import Instant
from app.core.settings import ROOT, settings

for tables in sorted((ROOT / "app").glob("*/tables.py")):
    import_module(f"app.{tables.parent.name}.tables")

target_metadata = SQLModel.metadata


def ours(name: str | None, kind: str, parents: dict[str, str | None]) -> bool:
    """Whether a reflected thing is the application's: on SQLite the job engine's tables lie beside ours."""
    if kind == "schema":
        return name is None
    return name in target_metadata.tables if kind == "table" else True


def render(kind: str, thing: Any, autogen: Any) -> str | Literal[False]:
    """Write plain SQLAlchemy types into revisions, which then stand without the application's code."""
    if kind == "type" and isinstance(thing, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, sa.Enum):
        return f"sa.String({thing.length})"
    if kind == "type" and isinstance(thing, AutoString):
        return f"sa.String({thing.length or ''})"
    return False


def run(connection: Connection) -> None:
    """Upgrade, downgrade or compare, within the connection's transaction."""
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        include_name=ours,
        render_item=render,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = settings().database
    with create_engine(url, **({"module": pysqlite3} if url.startswith("sqlite") else {})).begin() as own:
        run(own)
