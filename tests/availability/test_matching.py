"""How many colleagues could receive somebody, and what the figure must not tell."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, col, select

from app.availability import queries, service, views
from app.availability.queries import EnrolledPerson
from app.availability.tables import Answer, Avoidance, ExcludedSite, Wish
from app.campaigns.tables import Campaign, Exchange
from app.people.tables import Person, Side, Team
from tests.availability.conftest import WHEN, Company, Open
from tests.factories import make_enrolment, make_person, make_site, make_team


def hosts(session: Session, company: Company, person: Person | None = None) -> int:
    return views.possible_hosts(session, company.enrolling(session, person)).total


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements sent within the block."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_colleagues_of_the_other_side_within_reach_are_counted(company: Company, session: Session) -> None:
    assert hosts(session, company) == 2, "Bruno and Chloé; Dora is three hours away"


def test_distance_is_told_as_the_cause_when_it_is(company: Company, session: Session) -> None:
    here = views.possible_hosts(session, company.enrolling(session))
    assert here.too_far is None
    far = views.possible_hosts(session, company.enrolling(session, company.dora))
    assert (far.total, far.too_far) == (0, company.campaign.max_travel_minutes)


def test_they_are_counted_by_team(company: Company, session: Session) -> None:
    found = views.possible_hosts(session, company.enrolling(session))
    assert found.by_team == {company.shop.id: 1, company.call_centre.id: 1}


@pytest.mark.parametrize(
    "change",
    [
        {"languages": ["de"]},
        {"worked_weekdays": "0000000"},
        {"active": False},
        {"contract_ends_on": date(2027, 4, 1)},
    ],
)
def test_who_could_not_is_not_counted(company: Company, session: Session, change: dict[str, Any]) -> None:
    bruno = session.get_one(Person, company.bruno.id)
    for name, value in change.items():
        setattr(bruno, name, value)
    session.flush()
    assert hosts(session, company) == 1


@pytest.mark.parametrize("change", [{"department": "Ressources"}, {"max_visitors": 0}, {"max_away": 0}])
def test_a_team_that_could_not_is_not_counted(
    company: Company, session: Session, change: dict[str, Any]
) -> None:
    shop = session.get_one(Team, company.shop.id)
    for name, value in change.items():
        setattr(shop, name, value)
    session.flush()
    assert hosts(session, company) == 1


def test_a_shadow_day_does_not_ask_the_host_to_leave(company: Company, session: Session) -> None:
    session.get_one(Team, company.shop.id).max_away = 0
    session.get_one(Campaign, company.campaign.id).exchange = Exchange.SHADOW
    session.flush()
    assert hosts(session, company) == 2


def test_one_s_own_manager_is_not_counted(company: Company, session: Session) -> None:
    session.get_one(Person, company.anna.id).manager_id = company.bruno.id
    session.flush()
    assert hosts(session, company) == 1


def test_own_choices_move_the_figure(company: Company, session: Session) -> None:
    service.answer(session, company.enrolling(session), Answer.YES, version=0, when=WHEN)
    assert hosts(session, company) == 2
    assert company.bruno.id is not None
    service.choose_limits(session, company.enrolling(session), [company.bruno.id], [], version=1, when=WHEN)
    assert hosts(session, company) == 1
    service.choose_days(session, company.enrolling(session), [date(2027, 4, 29)], None, version=2, when=WHEN)
    assert hosts(session, company) == 0, "a swap needs a second day to receive"


def test_what_colleagues_answer_or_keep_confidential_never_moves_the_figure(
    company: Company, session: Session
) -> None:
    before = hosts(session, company)
    declined = make_enrolment(session, company.campaign, company.chloe, answer=Answer.NO, visit_days=[])
    avoiding = make_enrolment(session, company.campaign, company.bruno, visit_days=["2027-04-29"])
    session.add(Avoidance(enrolment_id=avoiding.id, person_id=company.anna.id))
    session.add(ExcludedSite(enrolment_id=avoiding.id, site_id=company.lyon.id))
    session.flush()
    assert declined.answer == Answer.NO
    assert hosts(session, company) == before


def only(session: Session, company: Company) -> EnrolledPerson:
    assert company.campaign.id is not None
    session.flush()
    (found,) = queries.enrolled(session, company.campaign.id)
    return found


def test_the_planning_reads_all_of_an_enrolment(company: Company, session: Session) -> None:
    row = make_enrolment(
        session,
        company.campaign,
        company.anna,
        visit_days=["2027-04-29", "2027-04-30"],
        host_days=["2027-05-03"],
        languages=["fr", "en"],
    )
    session.add(Wish(enrolment_id=row.id, rank=2, team_id=company.shop.id))
    session.add(Wish(enrolment_id=row.id, rank=1, team_id=company.call_centre.id))
    session.add(Avoidance(enrolment_id=row.id, person_id=company.bruno.id))
    session.add(ExcludedSite(enrolment_id=row.id, site_id=company.lille.id))
    found = only(session, company)
    assert found == EnrolledPerson(
        person_id=company.anna.id,  # type: ignore[arg-type]
        name="Anna Bernard",
        team_id=company.payroll.id,  # type: ignore[arg-type]
        site_id=company.lyon.id,  # type: ignore[arg-type]
        side=Side.BACK,
        department="Ressources",
        manager_id=company.manager.id,
        languages=("fr", "en"),
        visit_days=(date(2027, 4, 29), date(2027, 4, 30)),
        host_days=(date(2027, 5, 3),),
        wishes=(company.call_centre.id, company.shop.id),  # type: ignore[arg-type]
        avoid=frozenset({company.bruno.id}),  # type: ignore[arg-type]
        excluded_sites=frozenset({company.lille.id}),  # type: ignore[arg-type]
    )


def test_receiving_follows_leaving_on_the_team_s_open_days(company: Company, session: Session) -> None:
    make_enrolment(session, company.campaign, company.bruno, visit_days=["2027-05-03", "2027-05-04"])
    found = only(session, company)
    assert found.visit_days == (date(2027, 5, 3), date(2027, 5, 4))
    assert found.host_days == (date(2027, 5, 4),), "the shop receives nobody on Mondays"


def test_days_that_no_longer_stand_are_dropped(company: Company, session: Session) -> None:
    make_enrolment(
        session,
        company.campaign,
        company.anna,
        visit_days=["2027-04-27", "2027-04-28", "2027-04-29", "2027-05-06"],
    )
    campaign = session.get_one(Campaign, company.campaign.id)
    campaign.first_day, campaign.closing_days = date(2027, 4, 28), ["2027-04-29"]
    assert only(session, company).visit_days == (date(2027, 4, 28),)


def test_only_those_who_said_yes_and_are_still_there_are_planned(company: Company, session: Session) -> None:
    make_enrolment(session, company.campaign, company.anna)
    make_enrolment(session, company.campaign, company.bruno, answer=Answer.NO)
    make_enrolment(session, company.campaign, company.chloe, answer=None)
    make_enrolment(session, company.campaign, company.dora)
    session.get_one(Person, company.dora.id).active = False
    assert only(session, company).person_id == company.anna.id


def many(session: Session, company: Company, people: int) -> None:
    """A company of `people` front-office colleagues within reach, everybody enrolled with 20 days."""
    teams = [
        make_team(session, site, name=f"Équipe {n}", department=f"D{n % 7}")
        for n, site in enumerate([company.lyon] * 40)
    ]
    session.add_all(
        Person(
            employee_number=f"M{n}",
            first_name="Camille",
            last_name=f"Nom {n}",
            team_id=teams[n % len(teams)].id,
            worked_weekdays=["1111100", "1101100", "0111110"][n % 3],
            languages=["fr", "en"] if n % 4 else ["fr"],
        )
        for n in range(people)
    )
    session.flush()


def test_one_person_against_ten_thousand_is_quick(company: Company, committed: Open, engine: Engine) -> None:
    with committed() as session:
        many(session, company, 10_000)
    with committed() as session:
        enrolling = company.enrolling(session)
        hosts(session, company)
        spent = []
        for _ in range(5):
            begun = time.process_time()
            found = views.possible_hosts(session, enrolling)
            spent.append(time.process_time() - begun)
        assert found.total == 10_002
        print(f"one person against 10,000: {min(spent) * 1000:.0f} ms")
        assert min(spent) < 0.1


def test_the_number_of_queries_does_not_grow_with_the_company(
    company: Company, committed: Open, engine: Engine
) -> None:
    def pages() -> tuple[int, int]:
        with committed() as session:
            enrolling = company.enrolling(session)
            with counted(engine) as page:
                views.enrolment_view(session, enrolling, WHEN.today)
            assert company.campaign.id is not None
            with counted(engine) as planning:
                queries.enrolled(session, company.campaign.id)
            return len(page), len(planning)

    small = pages()
    with committed() as session:
        site = make_site(session)
        for _ in range(30):
            team = make_team(session, site)
            for _ in range(4):
                person = make_person(session, team, account=None)
                row = make_enrolment(session, company.campaign, person)
                session.add(Wish(enrolment_id=row.id, rank=1, team_id=company.payroll.id))
    assert pages() == small
    with committed() as session:
        assert len(session.exec(select(Person.id).where(col(Person.active))).all()) > 100
