"""What is written belongs to whoever runs the service, and to nobody else."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import serving
from app.core.db import open_session
from app.core.settings import settings


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_data_folder_is_for_our_eyes_only(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY")
    settings.cache_clear()
    engine = serving.prepare()
    with open_session(engine):
        files = [path for path in data.rglob("*") if path.is_file()]
        assert {path.name for path in files} >= {"vis-ma-vie.db", "secret.key"}
        assert [path.name for path in files if mode(path) & 0o077] == []
    assert mode(data) == 0o700
    engine.dispose()


def test_a_database_left_open_to_others_is_closed_at_the_next_start(data: Path) -> None:
    serving.prepare().dispose()
    (data / "vis-ma-vie.db").chmod(0o644)
    serving.prepare().dispose()
    assert mode(data / "vis-ma-vie.db") == 0o600
