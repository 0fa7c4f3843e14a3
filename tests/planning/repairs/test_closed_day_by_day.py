"""A site closed day after day: what touches is one closure, and one repair."""

from datetime import date

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.core.db import open_session
from app.people.tables import Site
from app.planning.repairs import closing, queries
from app.planning.tables import Repair, RepairCause, RepairStatus
from app.worker import drain
from tests.planning.repairs.broken import DAYS, NOW, TODAY, Published, accept, last_repair, proposals
from tests.planning.repairs.test_settled import told


def close(engine: Engine, company: Published, site: Site, *days: date, drains: bool = False) -> None:
    for day in days:
        with open_session(engine) as session:
            closing.close_site(session, site.id or 0, day, day, company.actor, NOW, TODAY)
        if drains:
            drain(engine)
    drain(engine)


def pending(engine: Engine) -> list[tuple[int, date | None, date | None]]:
    """Undecided closures: days lost, from when to when."""
    with open_session(engine) as session:
        rows = session.exec(select(Repair).where(Repair.status == RepairStatus.READY)).all()
        assert {one.cause for one in rows} == {RepairCause.CLOSURE}
        return [(len(queries.visit_ids(session, one.id or 0)), one.first_day, one.last_day) for one in rows]


@pytest.mark.parametrize("drains", [False, True])
def test_days_closed_one_after_another_are_one_repair(engine: Engine, drains: bool) -> None:
    with open_session(engine) as session:
        company = Published(session, 4)
    close(engine, company, company.there, DAYS[0], DAYS[1], DAYS[2], drains=drains)
    assert pending(engine) == [(3, DAYS[0], DAYS[2])]
    mails = told(engine, "repair_ready")
    assert len(mails) == (3 if drains else 1)
    assert len(told(engine, "visit_suspended")) == 6


def test_a_weekend_between_two_closed_days_does_not_part_them(engine: Engine) -> None:
    with open_session(engine) as session:
        company = Published(session, 4)
    close(engine, company, company.here, DAYS[3], DAYS[4])  # Friday, then Monday
    assert pending(engine) == [(2, DAYS[3], DAYS[4])]


def test_the_day_between_two_closures_joins_them(engine: Engine) -> None:
    with open_session(engine) as session:
        company = Published(session, 4)
    close(engine, company, company.there, DAYS[0], DAYS[2])
    assert len(pending(engine)) == 2  # the site is open between the two
    close(engine, company, company.there, DAYS[1])
    assert pending(engine) == [(3, DAYS[0], DAYS[2])]


def test_another_site_is_another_closure(engine: Engine) -> None:
    with open_session(engine) as session:
        company = Published(session, 4)
    close(engine, company, company.here, DAYS[3])
    close(engine, company, company.there, DAYS[2])
    assert len(pending(engine)) == 2


def test_what_hr_decided_is_not_taken_along(engine: Engine) -> None:
    with open_session(engine) as session:
        company = Published(session, 4)
    close(engine, company, company.there, DAYS[0])
    accept(engine, company, next(iter(proposals(engine, last_repair(engine)))))
    drain(engine)
    close(engine, company, company.there, DAYS[1])
    assert [(days, first) for days, first, _last in pending(engine)] == [(1, DAYS[1])]
