"""What another pairing costs the others: wishes they lose, minutes they travel more."""

from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.availability.tables import Enrolment, Wish
from app.core.db import open_session
from app.people.tables import TravelTime
from app.planning import asking, jobs, queries
from app.planning.costs import cost, worth
from app.planning.problem import build
from solver import Problem, Visit
from tests.factories import make_site, make_team
from tests.planning.company import Company

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2027, 3, 2)


class Two(Company):
    """Anna wished for the shop in Lyon, at 30 minutes; the agency is at 50."""

    def __init__(self, session: Session, **over: Any) -> None:
        super().__init__(session, pairs=1, **over)
        nice = make_site(session, name="Nice")
        for here in (self.here, self.there):
            first, second = sorted((here.id or 0, nice.id or 0))
            session.add(TravelTime(from_site_id=first, to_site_id=second, minutes=50, estimated=False))
        self.agency = make_team(session, nice, name="Agence", max_away=9, max_visitors=9)
        self.zoe = self.enrol(self.agency, "Zoé", "Agence")
        self.paul = self.enrol(self.payroll, "Paul", "Paie")
        session.flush()

    def wish(self, person: Any, team: Any) -> None:
        row = self.session.exec(select(Enrolment).where(Enrolment.person_id == person.id)).one()
        self.session.add(Wish(enrolment_id=row.id or 0, team_id=team.id, rank=1))
        self.session.flush()


def plans(company: Two, problem: Problem) -> tuple[list[Visit], list[Visit]]:
    anna, bruno = f"p{company.back[0].id}", f"p{company.front[0].id}"
    paul, zoe = f"p{company.paul.id}", f"p{company.zoe.id}"
    now = [Visit(anna, bruno, 0), Visit(bruno, anna, 1), Visit(paul, zoe, 2), Visit(zoe, paul, 3)]
    then = [Visit(paul, bruno, 0), Visit(bruno, paul, 1), Visit(anna, zoe, 2), Visit(zoe, anna, 3)]
    return now, then


def test_a_wish_lost_and_minutes_more_are_counted_for_others_only(session: Session) -> None:
    company = Two(session)
    company.wish(company.back[0], company.shop)
    problem = build(session, company.campaign, TODAY).problem
    now, then = plans(company, problem)
    anna, bruno, zoe = (f"p{one.id}" for one in (company.back[0], company.front[0], company.zoe))
    told = cost(problem, now, then, [anna, bruno, zoe])
    assert told.wishes == ((anna, 1),)
    assert told.minutes == 20
    assert cost(problem, now, then, [bruno, zoe]).wishes == ()
    assert cost(problem, now, now, [anna, bruno]) == cost(problem, [], [], [anna])
    assert (worth(problem, now), worth(problem, then)) == (3, 0)


def test_the_page_says_what_another_pair_costs(hr: TestClient, engine: Engine) -> None:
    with open_session(engine) as session:
        company = Two(session)
        company.wish(company.back[0], company.shop)
        company.wish(company.paul, company.shop)
    here = f"/campaigns/{company.campaign.id}/planning"
    hr.post(f"{here}/runs")
    with open_session(engine) as session:
        run = queries.active_run(session, company.campaign.id or 0)
    assert run is not None
    jobs.solve_run(engine, run.id or 0)
    with open_session(engine) as session:
        campaign = session.merge(company.campaign)
        _problem, plan = asking.current(session, campaign, TODAY)
    bruno = f"p{company.front[0].id}"
    [glad] = [visit.visitor for visit in plan.visits if visit.host == bruno]
    other = company.paul if glad == f"p{company.back[0].id}" else company.back[0]
    page = hr.get(f"{here}/alternatives?one={other.id}&other={company.zoe.id}").text
    name = next(one.name for one in (company.paul, company.back[0]) if one.id != other.id)
    assert "Cette paire" in page
    assert f"Moins de ce qu’ils souhaitaient : {name} (1er vœu)".replace(" :", "\u00a0:") in page
    assert "de trajet de plus en tout" in page
