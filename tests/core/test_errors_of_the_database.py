"""An error of the database ends in logs and in the rows of jobs: it tells where, never what was written."""

import pickle
import traceback
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.messages.tables import Mail
from tests.factories import NOW, make_account

pytestmark = pytest.mark.database("sqlite", "postgresql")

SECRET = "Zoé Secrète"
ADDRESS = "secrete@example.org"


def mail(**over: Any) -> Mail:
    values = {"kind": "k", "to_name": SECRET, "to_address": SECRET, "language": "fr", "subject": SECRET}
    return Mail(**values | {"text": SECRET, "html": SECRET, "next_attempt_at": NOW, "created_at": NOW} | over)


def fail(session: Session, which: str) -> None:
    """A collision, a missing value, a wrong one."""
    if which == "number":
        cast = (
            "CAST(CAST(:x AS text) AS integer)" if session.get_bind().dialect.name != "sqlite" else "none(:x)"
        )
        session.execute(text(f"SELECT {cast}"), {"x": SECRET})
    elif which == "email":
        for _n in range(2):
            make_account(session, SECRET, email=ADDRESS)
    else:
        session.add(mail(key=f"{SECRET}:1", **{"subject": None} if which == "missing" else {}))
        session.flush()
        session.add(mail(key=f"{SECRET}:1"))
    session.flush()


@pytest.mark.parametrize("which", ["twice", "missing", "email", "number"])
def test_it_carries_nothing_of_what_was_written(engine: Engine, which: str) -> None:
    with Session(engine) as session, pytest.raises(DBAPIError) as caught:
        fail(session, which)
    error = caught.value
    told = "".join(traceback.format_exception(error)), repr(error.orig), repr(error.params)
    kept = "".join(told) + repr(pickle.dumps(error))
    assert "Secr" not in kept
    assert ADDRESS not in kept
