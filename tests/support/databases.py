"""A fresh database for each test that asks, on SQLite or on PostgreSQL in turn, on both where it matters.

The schema is made once per process: on SQLite a file that each test copies, on PostgreSQL a database that
is emptied after each test (`tests/support/emptying.py`; to copy one took longer than most tests). So no test
sees another's rows, and connections behave as in production. The schema follows the code's tables;
`tests/house/test_migrations.py` holds the revisions to the same result.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.orm import Mapper
from sqlmodel import Session, SQLModel

from app.core.db import make_engine, open_session
from app.core.migrations import migrate_jobs
from app.core.settings import ROOT
from tests.support.emptying import Reused
from tests.support.postgres import PostgresServer

KINDS = ("sqlite", "postgresql")
BOTH, TURNS = "both", "turns"


def choice_of(config: pytest.Config) -> str:
    """What was asked of this run: `--database`, else TEST_DATABASE, else that both take turns."""
    choice = str(config.getoption("--database") or os.environ.get("TEST_DATABASE", TURNS))
    if choice not in {*KINDS, BOTH, TURNS}:
        raise pytest.UsageError(f"TEST_DATABASE={choice}: sqlite, postgresql, both or turns")
    return choice


def chosen(config: pytest.Config) -> tuple[str, ...]:
    """The databases of this run."""
    choice = choice_of(config)
    return (choice,) if choice in KINDS else KINDS


def pytest_configure(config: pytest.Config) -> None:
    """The process that opens the run names the server's folder; xdist's workers inherit it."""
    if not hasattr(config, "workerinput"):
        config.stash[FOLDER] = Path(tempfile.mkdtemp(prefix="vmv-pg-"))
        os.environ["VMV_TEST_POSTGRES"] = str(config.stash[FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server with the run."""
    if folder := config.stash.get(FOLDER, None):
        PostgresServer(folder).stop()


FOLDER = pytest.StashKey[Path]()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that reaches a database is made for each; `@pytest.mark.database("sqlite")` keeps it to one."""
    if "database" not in metafunc.fixturenames:
        return
    kinds = chosen(metafunc.config)
    if mark := metafunc.definition.get_closest_marker("database"):
        kinds = tuple(kind for kind in kinds if kind in mark.args)
    metafunc.parametrize("database", kinds, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Both databases take turns, from one test or example of a file to its next one.

    What depends on the database itself is marked `database("sqlite", "postgresql")`: it runs on both.
    """
    if choice_of(config) != TURNS:
        return
    examples: dict[str, dict[str, dict[str, pytest.Item]]] = {}
    for item in items:
        calls = getattr(item, "callspec", None)
        if calls and "database" in calls.params and not item.get_closest_marker("database"):
            kind = calls.params["database"]
            example = calls.id.replace(kind, "", 1)
            of_file = examples.setdefault(item.nodeid.partition("::")[0], {})
            of_file.setdefault(f"{item.nodeid.partition('[')[0]}[{example}]", {})[kind] = item
    left = set[pytest.Item]()
    for of_file in examples.values():
        twice = [on for on in of_file.values() if len(on) == len(KINDS)]
        left.update(on[KINDS[1 - n % len(KINDS)]] for n, on in enumerate(twice))
    config.hook.pytest_deselected(items=list(left))
    items[:] = [item for item in items if item not in left]


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """Kind of database of this test: `sqlite` or `postgresql`."""
    return str(request.param)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, worker_name: str) -> Iterator[Callable[[str], str]]:
    """Address of the template of a kind, made at first use."""

    @cache
    def make(kind: str) -> str:
        if kind == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('template') / 'template.db'}"
        else:
            url = create_postgres(f"template_{worker_name}")
            made.append(f"template_{worker_name}")
        make_schema(url)
        return url

    made: list[str] = []
    yield make
    for name in made:
        drop_postgres(name)


@pytest.fixture(scope="session")
def worker_name() -> str:
    """Name of this process, unique within the machine: several runs may share one PostgreSQL server."""
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


@pytest.fixture(scope="session")
def reused(template: Callable[[str], str], worker_name: str) -> Iterator[Callable[[], Reused]]:
    """The PostgreSQL database that tests of this process use in turn; after `cache_clear()` a fresh copy."""
    name = f"test_{worker_name}"

    @cache
    def copied() -> Reused:
        return Reused(create_postgres(name, str(make_url(template("postgresql")).database)))

    yield copied
    if copied.cache_info().misses:
        drop_postgres(name)


@pytest.fixture
def database_url(database: str, template: Callable[[str], str], reused: Any, tmp_path: Path) -> Iterator[str]:
    """Address of this test's own database, without a row."""
    if database == "sqlite":
        path = tmp_path / "vis-ma-vie.db"
        shutil.copyfile(str(make_url(template("sqlite")).database), path)
        yield f"sqlite:///{path}"
        return
    mine: Reused = reused()
    yield mine.url
    if not mine.emptied():
        reused.cache_clear()


class Statements(dict[tuple[Any, ...], Any]):
    """What SQLAlchemy made of each statement, whichever engine of a kind of database asks: to make them anew
    for each test's engine took half of an ordinary test."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """The key begins with the engine's dialect."""
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], made: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), made)


STATEMENTS = Statements()
# What a session writes is kept apart, by table.
Mapper._compiled_cache = STATEMENTS


@pytest.fixture
def engine(database: str, database_url: str, reused: Callable[[], Reused]) -> Iterator[Engine]:
    """An engine on this test's database; SQLite does not wait for the disk here."""
    if database == "postgresql":
        # Of this test alone, but for its connections.
        yield reused().engine.execution_options(compiled_cache=STATEMENTS)
        return
    made = make_engine(database_url)
    made.update_execution_options(compiled_cache=STATEMENTS)
    event.listen(made, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=OFF"))
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session as a door has it. Commit before the application is asked: SQLite has one writer at a time."""
    with Session(engine, expire_on_commit=False) as made:
        yield made


@pytest.fixture
def committed(engine: Engine) -> Callable[[], object]:
    """`with committed() as session:` for a change that the application sees when the block ends."""
    return lambda: open_session(engine)


@contextmanager
def one_database(kind: str) -> Iterator[str]:
    """Address of a database with all tables, for a script outside pytest; it goes when the block ends."""
    with tempfile.TemporaryDirectory(prefix="vmv-db-") as folder, ExitStack() as stack:
        if kind == "sqlite":
            url = f"sqlite:///{folder}/vis-ma-vie.db"
        else:
            os.environ["VMV_TEST_POSTGRES"] = folder
            stack.callback(PostgresServer(Path(folder)).stop)
            for cached in (_server, _maintenance):
                stack.callback(cached.cache_clear)
            url = create_postgres(f"script_{os.getpid()}")
            stack.callback(drop_postgres, f"script_{os.getpid()}")
        make_schema(url)
        yield url


@contextmanager
def copies(url: str, many: int) -> Iterator[list[str]]:
    """So many copies of a database that nobody is connected to; they go when the block ends."""
    with tempfile.TemporaryDirectory(prefix="vmv-db-") as folder, ExitStack() as stack:
        made, source = [], str(make_url(url).database)
        for n in range(many):
            if url.startswith("sqlite"):
                made.append(f"sqlite:///{shutil.copyfile(source, f'{folder}/{n}.db')}")
            else:
                made.append(create_postgres(f"{source}_{n}", source))
                stack.callback(drop_postgres, f"{source}_{n}")
        yield made


def make_schema(url: str) -> None:
    """All tables of the code and of the job engine, in an empty database."""
    migrate_jobs(url)
    import_tables()
    made = make_engine(url)
    SQLModel.metadata.create_all(made)
    made.dispose()


def import_tables() -> None:
    """Make every feature's tables known, also those no test module has imported."""
    for tables in (ROOT / "app").glob("*/tables.py"):
        import_module(f"app.{tables.parent.name}.tables")


@pytest.fixture
def empty_url(database: str, tmp_path: Path, worker_name: str) -> Iterator[str]:
    """Address of a database without any table."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    yield create_postgres(f"empty_{worker_name}")
    drop_postgres(f"empty_{worker_name}")


def create_postgres(name: str, source: str = "template1") -> str:
    """Create database `name` as a copy of `source`; its address."""
    _maintain(
        f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{source}"'
    )
    return make_url(_server()).set(database=name).render_as_string(hide_password=False)


def drop_postgres(name: str) -> None:
    """Remove database `name`, whoever is still connected."""
    _maintain(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@cache
def _server() -> str:
    return PostgresServer(Path(os.environ["VMV_TEST_POSTGRES"])).url()


@cache
def _maintenance() -> Engine:
    return create_engine(_server(), isolation_level="AUTOCOMMIT", poolclass=NullPool)


def _maintain(*statements: str) -> None:
    with _maintenance().connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
