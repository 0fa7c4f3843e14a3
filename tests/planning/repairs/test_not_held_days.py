"""A day that did not take place, as HR ruled, is none of the exchanges that somebody had."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from app.campaigns.tables import Status
from app.core.db import open_session
from app.people.tables import Person
from app.planning.tables import RepairKind
from app.visits import service as visits
from app.visits.tables import By, CancelReason, Visit
from tests.planning.company import Company
from tests.planning.repairs.broken import DAYS, NOW, cancel, last_repair, proposals
from tests.support.web import Clock

SAME, STILL = RepairKind.SAME, RepairKind.STILL
PLANNED = datetime.combine(DAYS[1], NOW.timetz())
THEN = datetime.combine(DAYS[2], NOW.timetz())
"""The first two days are over."""


class Past(Company):
    """One exchange each. Anna0 and Bruno0 had theirs; Anna1 and Bruno1 have theirs before them."""

    def __init__(self, session: Any) -> None:
        super().__init__(session, status=Status.RUNNING, notice_days=2)
        self.had = self.swap(self.back[0], self.front[0], DAYS[0], DAYS[1])
        self.ahead = self.swap(self.back[1], self.front[1], DAYS[6], DAYS[8])

    def swap(self, anna: Person, bruno: Person, first: date, second: date) -> list[Visit]:
        a, b = anna.id or 0, bruno.id or 0
        made = visits.plan_visits(self.session, self.campaign, [(a, b, first), (b, a, second)], NOW)
        self.session.commit()
        return made


@pytest.fixture
def past(engine: Engine, clock: Clock) -> Past:
    with open_session(engine) as session:
        company = Past(session)
    clock.set(THEN)
    return company


def ruled(engine: Engine, *visits_: Visit, held: bool = False) -> None:
    """HR say whether these days took place."""
    with open_session(engine) as session:
        for one in visits_:
            row = session.get_one(Visit, one.id)
            row.missed_at, row.ruled_at = (None if held else THEN), THEN


def rests(engine: Engine, past: Past) -> None:
    """Anna1 takes part no more: Bruno1 has nobody."""
    for one in past.ahead:
        by = By.VISITOR if one.visitor_id == past.back[1].id else By.HOST
        cancel(engine, one, CancelReason.NOT_FOR_ME, by, THEN.date())


def test_whoever_lost_their_exchange_by_a_ruling_may_get_another(engine: Engine, past: Past) -> None:
    ruled(engine, *past.had)
    rests(engine, past)
    found = proposals(engine, last_repair(engine))
    assert (found[STILL].restored, found[STILL].newcomers) == (1, 1)


def test_whoever_had_their_exchange_as_hr_ruled_gets_none_on_top(engine: Engine, past: Past) -> None:
    ruled(engine, *past.had, held=True)
    rests(engine, past)
    assert proposals(engine, last_repair(engine)) == {}


def test_what_fell_beside_a_day_that_was_not_held_is_looked_for_as_a_whole(
    engine: Engine, past: Past
) -> None:
    there, back = past.ahead
    with open_session(engine) as session:
        session.get_one(Visit, there.id).day = DAYS[0]
    ruled(engine, there)
    cancel(engine, back, today=THEN.date())
    found = proposals(engine, last_repair(engine))
    assert {kind: row.restored for kind, row in found.items()} == {SAME: 2}
    assert len(found[SAME].content["fresh"]) == 2


def test_what_fell_beside_a_day_that_was_held_is_its_return_alone(engine: Engine, past: Past) -> None:
    there, back = past.ahead
    with open_session(engine) as session:
        session.get_one(Visit, there.id).day = DAYS[0]
    ruled(engine, there, held=True)
    cancel(engine, back, today=THEN.date())
    assert len(proposals(engine, last_repair(engine))[SAME].content["fresh"]) == 1
