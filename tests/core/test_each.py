"""The same done for several: what fails keeps none of the others back, and the log names no one."""

import pytest
from sqlalchemy import Engine, func
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select
from structlog.testing import capture_logs

from app.core.db import SomeFailed, each, open_session, together
from app.people.tables import Site
from tests.factories import make_site

pytestmark = pytest.mark.database("sqlite", "postgresql")


def build(session: Session, item: int) -> None:
    make_site(session, name=f"Site {item}")
    if item == 2:
        raise ValueError("Anna Roy")


def there(engine: Engine) -> list[str]:
    with open_session(engine, reads_only=True) as session:
        return sorted(session.exec(select(Site.name)))


def test_each_that_can_be_done_is_done_and_the_job_is_tried_again(engine: Engine) -> None:
    with capture_logs() as logs, pytest.raises(SomeFailed):
        each(engine, [1, 2, 3], build)
    assert there(engine) == ["Site 1", "Site 3"]
    assert [(one["item"], one["error"]) for one in logs] == [(2, "ValueError")]
    assert "Anna" not in str(logs)
    each(engine, [4, 5], build)
    assert there(engine) == ["Site 1", "Site 3", "Site 4", "Site 5"]


@pytest.mark.parametrize(
    ("items", "done"), [([1, 3, 4], [[1, 3, 4]]), ([1, 2, 3, 4], [[1], [3, 4]]), ([2], []), ([], [[]])]
)
def test_what_is_done_together_leaves_out_what_fails_alone(
    engine: Engine, items: list[int], done: list[list[int]]
) -> None:
    def build_all(session: Session, part: list[int]) -> list[int]:
        for one in part:
            build(session, one)
        return part

    with open_session(engine) as session, capture_logs() as logs:
        assert together(session, items, build_all) == done
    assert there(engine) == [f"Site {one}" for part in done for one in part]
    assert "Anna" not in str(logs)


def test_where_the_database_itself_fails_nothing_is_done(engine: Engine, session: Session) -> None:
    def lost(_session: Session, _item: object) -> None:
        raise OperationalError("SELECT 1", None, Exception("gone"))

    with pytest.raises(OperationalError):
        each(engine, [1, 3], lost)
    with pytest.raises(OperationalError):
        together(session, [1, 3], lost)
    assert session.scalar(select(func.count(col(Site.id)))) == 0
