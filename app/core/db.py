"""Engines, sessions and column types for SQLite and PostgreSQL.

Traps kept shut here: SQLite's own driver opens transactions late and half-way, so `isolation_level=None` and
an explicit `BEGIN IMMEDIATE` for whoever will write (a deferred begin ends in "database is locked");
SQLite before 3.51.3 can corrupt a WAL file when it is reset, hence pysqlite3's own, newer library; no more
requests at once than threads to carry them (`turns.py`).
"""

import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

import pysqlite3
import structlog
from fastapi import Depends, Request
from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    TypeDecorator,
    cast,
    create_engine,
    event,
    extract,
    func,
    inspect,
)
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import Session, SQLModel

from app.core.collisions import committed
from app.core.searching import folded
from app.core.turns import AT_ONCE, turn

# Names for every constraint, so that migrations can change them on both databases.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


@event.listens_for(Column, "before_parent_attach")
def _plain_enum(column: Any, _table: Any) -> None:
    # PostgreSQL's own enum types are hard to change later and unknown to SQLite: a choice is a short text,
    # its member's name, checked when written and read. The fixed length spares a migration for a longer one.
    if isinstance(column.type, Enum):
        column.type.native_enum = False
        column.type.length = 40


log = structlog.get_logger()

READ_METHODS = {"GET", "HEAD", "OPTIONS"}
POOL_SIZE = AT_ONCE + 2


def make_engine(url: str) -> Engine:
    """An engine for `url` (`sqlite:///…` or `postgresql+psycopg://…`)."""
    if url.startswith("sqlite"):
        engine = create_engine(
            url, module=pysqlite3, pool_size=POOL_SIZE, max_overflow=2, hide_parameters=True
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        # The connection used last is used next: its server process knows the tables and statements best.
        engine = create_engine(
            url,
            pool_size=POOL_SIZE,
            max_overflow=2,
            pool_pre_ping=True,
            pool_use_lifo=True,
            hide_parameters=True,
        )
    event.listen(engine, "commit", committed)
    event.listen(engine, "handle_error", _forget_values)
    return engine


_VALUES = re.compile(r"(?s)\n(?:DETAIL|CONTEXT|LINE \d+):.*|(?<=: )\"[^\n]*")
"""Where PostgreSQL repeats what was written: `DETAIL: Key (email)=(…)`, `invalid input syntax …: "…"`."""


def _forget_values(context: ExceptionContext) -> None:
    """An error of the database goes to logs and to the rows of jobs: it never carries what was written."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            error.args = tuple(_VALUES.sub("…", one) if isinstance(one, str) else one for one in error.args)
            if hasattr(error, "_info"):
                error._info = None  # the server's whole answer, which psycopg pickles
    if isinstance(context.sqlalchemy_exception, StatementError):
        context.sqlalchemy_exception.params = None


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.create_function("folded", 1, folded, deterministic=True)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    reads = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def open_session(engine: Engine, *, reads_only: bool = False) -> Iterator[Session]:
    """A session that commits when the block ends well and rolls back otherwise."""
    bind = engine.execution_options(reads_only=True) if reads_only else engine
    with Session(bind, expire_on_commit=False) as session:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


Item = TypeVar("Item")
Result = TypeVar("Result")


class SomeFailed(Exception):
    """Of several items, some failed; the log names them."""


def each(engine: Engine, items: Iterable[Item], act: Callable[[Session, Item], object]) -> None:
    """Do the same for each, in transactions of their own. One that fails keeps none of the others back: it is
    logged, and raises `SomeFailed` in the end. Whatever the database itself raises ends it all."""
    failed = 0
    for item in items:
        try:
            with open_session(engine) as session:
                act(session, item)
        except OperationalError:
            raise
        except Exception as refused:  # noqa: BLE001 — whatever it is
            failed += 1
            _log_failure(item, refused)
    if failed:
        raise SomeFailed(failed)


def together(
    session: Session, items: Sequence[Item], act: Callable[[Session, Sequence[Item]], Result]
) -> list[Result]:
    """Do the same for all of these at once, in one transaction; where that raises, for each half, and so on:
    what fails alone is logged, and left as it was. What was given for each part. Whatever the database itself
    raises ends it all."""
    try:
        with session.begin_nested():
            return [act(session, items)]
    except OperationalError:
        raise
    except Exception as refused:  # noqa: BLE001 — whatever it is
        session.expire_all()  # rows read after a statement, which a savepoint forgets to forget
        if len(items) < 2:
            _log_failure(next(iter(items), None), refused)
            return []
    half = len(items) // 2
    return [*together(session, items[:half], act), *together(session, items[half:], act)]


def _log_failure(item: object, refused: Exception) -> None:
    """Where it failed, and not with which words, which may name people."""
    at = [f"{one.filename}:{one.lineno}" for one in traceback.extract_tb(refused.__traceback__)]
    log.error("item.failed", item=item, error=type(refused).__name__, at=at[-8:])


def request_session(
    request: Request, _turn: Annotated[None, Depends(turn, scope="function")]
) -> Iterator[Session]:
    """The session of one request, committed before the answer leaves."""
    with open_session(request.app.state.engine, reads_only=request.method in READ_METHODS) as session:
        request.state.session = session
        try:
            yield session
        finally:
            # A page that shows a refusal comes later: here it would open a transaction that nobody ends.
            request.state.session = None


# scope="function": the default scope would commit after the answer was sent.
Db = Annotated[Session, Depends(request_session, scope="function")]


Table = TypeVar("Table", bound=SQLModel)


def another(table: type[Table]) -> type[Table]:
    """The same table under a second name, for a whole module: `Host = another(Person)`.

    SQLAlchemy 2.1 makes an alias's columns and expressions at their first use, and threads that use it first
    at once do not see the same ones: a statement remembered with those of another fails as long as the
    process lives ("Could not locate column in row"), or joins nothing; six threads, 13 times of 60. So they
    are made here, while the module is read.
    """
    made = aliased(table)
    for attribute in inspect(table).column_attrs:
        _ = getattr(made, attribute.key).expression
    inspect(made).selectable.c.keys()
    return made


def flag_of(day: Mapped[date], flags: Mapped[str]) -> ColumnElement[str]:
    """The weekday's place of a week of flags: "1000001" holds "1" for Mondays and Sundays."""
    place = (cast(extract("dow", day), Integer) + 6) % 7 + 1  # 1 is Monday
    return func.substr(flags, place, 1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, also on SQLite, which forgets zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive datetimes; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
