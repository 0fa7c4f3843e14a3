"""A visit of half a day is repaired on days of which its people work that half, and on no other."""

from datetime import time

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.core.db import open_session
from app.planning.repairs.proposals import Proposal
from app.planning.tables import RepairKind
from app.teams.tables import RosterDay, Shift
from app.visits.rosters import conflicts
from app.visits.tables import DayPart, Visit, VisitStatus
from app.worker import drain
from tests.life.judge import faults
from tests.planning.repairs.broken import (
    DAYS,
    TODAY,
    Published,
    accept,
    cancel,
    contradict,
    last_repair,
    proposals,
)

HOURS = {
    DayPart.MORNING: (time(9), time(12, 30)),
    DayPart.AFTERNOON: (time(13, 30), time(17)),
    DayPart.FULL: (time(9), time(17)),
}


def shorten(engine: Engine, visit: Visit, part: DayPart) -> None:
    with open_session(engine) as session:
        row = session.get_one(Visit, visit.id)
        row.part, (row.starts_at, row.ends_at) = part, HOURS[part]


def works(engine: Engine, person_id: int, shift: Shift, *hours: time) -> None:
    """What a roster says of every day of the first two weeks."""
    at = dict(zip(("starts_at", "ends_at"), hours, strict=False))
    with open_session(engine) as session:
        session.add_all(RosterDay(person_id=person_id, day=day, shift=shift, **at) for day in DAYS)  # type: ignore[arg-type]


@pytest.mark.parametrize("stands", [False, True])
@pytest.mark.parametrize(
    ("part", "shift", "hours", "fits"),
    [
        (DayPart.AFTERNOON, Shift.AFTERNOON, (), True),
        (DayPart.AFTERNOON, Shift.MORNING, (), False),
        (DayPart.FULL, Shift.AFTERNOON, (), False),
        (DayPart.MORNING, Shift.HOURS, (time(14), time(18)), False),
    ],
)
def test_the_two_meet_again_on_a_day_of_which_both_work_the_half(
    engine: Engine,
    company: Published,
    part: DayPart,
    shift: Shift,
    hours: tuple[time, ...],
    fits: bool,
    stands: bool,
) -> None:
    there = company.visit(company.back[0], company.front[0])
    shorten(engine, there, part)
    works(engine, there.host_id, shift, *hours)
    if stands:
        with open_session(engine) as session:
            contradict(session, there)
        drain(engine)
    else:
        cancel(engine, there)
    found = proposals(engine, last_repair(engine))
    assert (RepairKind.SAME in found) is fits
    if not fits:
        return
    accept(engine, company, RepairKind.SAME)
    drain(engine)
    with open_session(engine) as session:
        now = session.exec(
            select(Visit).where(Visit.visitor_id == there.visitor_id, Visit.status == VisitStatus.PLANNED)
        ).one()
        assert (now.host_id, now.part) == (there.host_id, part)
        assert now.day != there.day
        assert [one for one in conflicts(session, TODAY) if one.seen.visit.id == now.id] == []
        assert faults(session, [company.campaign.id or 0], TODAY) == []


@pytest.mark.parametrize("part", [DayPart.MORNING, DayPart.FULL])
def test_half_a_day_moves_to_no_other_hours_to_make_room(
    engine: Engine, crowded: Published, part: DayPart
) -> None:
    """Whoever yields a place is received at the same hours on the new day."""
    yields = crowded.visit(crowded.back[1], crowded.front[1])
    shorten(engine, yields, part)
    works(engine, yields.host_id, Shift.HOURS, time(11), time(19))
    with open_session(engine) as session:
        today = (RosterDay.person_id == yields.host_id, RosterDay.day == yields.day)
        row = session.exec(select(RosterDay).where(*today)).one()
        row.shift, row.starts_at, row.ends_at = Shift.FULL, None, None
    cancel(engine, crowded.visit(crowded.back[0], crowded.front[0]))
    best = Proposal.from_json(proposals(engine, last_repair(engine))[RepairKind.BEST].content)
    assert [one.visit_id for one in best.moves] == ([yields.id] if part is DayPart.FULL else [])
