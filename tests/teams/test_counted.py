"""What a team decides counts everywhere: in the enrolment, in the solver's problem, in the limits."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from app.availability import queries as enrolments
from app.availability.days import possible_days, receiving_days
from app.availability.errors import DayNotPossible
from app.availability.service import When, choose_days
from app.campaigns.tables import Campaign
from app.people.queries import team as team_and_site
from app.people.tables import Person
from app.planning.problem import build
from app.planning.queries import inputs_stamp
from app.teams.service import By, Mark, mark_days
from app.visits.limits import team_rooms
from tests.factories import make_campaign, make_enrolment, make_person, make_team
from tests.teams.conftest import NOW, TODAY, Import, Shop

FIRST = date(2027, 4, 5)
SECOND, SATURDAY = FIRST + timedelta(days=1), FIRST + timedelta(days=5)


@pytest.fixture
def campaign(session: Session, shop: Shop) -> Campaign:
    made: Campaign = make_campaign(session, saturdays=True)
    back = make_team(session, side="back", department="RH", name="Paie")
    for person in (shop.anna, shop.bruno, make_person(session, back), make_person(session, back)):
        make_enrolment(session, made, person)
    return made


def mark(session: Session, shop: Shop, by: By, day: date, said: Mark, version: int = 0) -> None:
    mark_days(session, shop.team.id, [day], said, version=version, by=by, now=NOW, today=TODAY)


def days_of(session: Session, campaign: Campaign, person: Person) -> tuple[list[date], list[date]]:
    """Days on which somebody may leave, and receive."""
    found = enrolments.find(session, campaign, person)
    assert found is not None
    told = enrolments.told_of(session, found)
    return (
        possible_days(campaign, person, found.site, told),
        receiving_days(campaign, person, found.team, found.site, told),
    )


def crew(session: Session, campaign: Campaign, shop: Shop) -> Any:
    return build(session, campaign, TODAY).problem.team_by_id[f"t{shop.team.id}"]


def test_a_day_off_in_the_roster_is_no_possible_day(
    session: Session, shop: Shop, campaign: Campaign, import_: Import
) -> None:
    assert FIRST in days_of(session, campaign, shop.anna)[0]
    import_(f"Matricule;Jour;Horaires\nA1;{FIRST};repos\nA1;{SECOND};J\n")
    leaves, receives = days_of(session, campaign, shop.anna)
    assert FIRST not in leaves
    assert FIRST not in receives
    assert SECOND in leaves
    person = build(session, campaign, TODAY).problem.person_by_id[f"p{shop.anna.id}"]
    assert (person.available & 1, person.can_host & 1) == (0, 0)


def test_a_saturday_worked_by_the_roster_is_possible(
    session: Session, shop: Shop, campaign: Campaign, import_: Import
) -> None:
    assert SATURDAY not in days_of(session, campaign, shop.anna)[0]
    import_(f"Matricule;Jour;Horaires\nA1;{SATURDAY};9h-17h\n")
    assert SATURDAY in days_of(session, campaign, shop.anna)[0]


@pytest.mark.parametrize(("hours", "possible"), [("matin", False), ("après-midi", False), ("11h-19h", True)])
def test_half_a_day_at_work_is_no_day_to_plan(
    session: Session, shop: Shop, campaign: Campaign, import_: Import, hours: str, possible: bool
) -> None:
    """What would contradict the roster once planned is not offered: plans make whole days."""
    import_(f"Matricule;Jour;Horaires\nA1;{SECOND};{hours}\n")
    leaves, receives = days_of(session, campaign, shop.anna)
    assert (SECOND in leaves, SECOND in receives) == (possible, possible)
    person = build(session, campaign, TODAY).problem.person_by_id[f"p{shop.anna.id}"]
    assert bool(person.can_host >> 1 & 1) is possible


def test_a_holiday_stays_closed_whatever_the_roster_says(
    session: Session, shop: Shop, import_: Import
) -> None:
    campaign = make_campaign(session, last_day=date(2027, 5, 7))
    ascension = date(2027, 5, 6)
    import_(f"Matricule;Jour\nA1;{ascension}\n")
    assert ascension not in days_of(session, campaign, shop.anna)[0]


def test_a_black_out_day_closes_leaving_receiving_or_both(
    session: Session, shop: Shop, campaign: Campaign, hr: By
) -> None:
    mark(session, shop, hr, FIRST, Mark.NO_VISITORS)
    leaves, receives = days_of(session, campaign, shop.anna)
    assert (FIRST in leaves, FIRST in receives) == (True, False)
    assert crew(session, campaign, shop).closed & 1
    mark(session, shop, hr, FIRST, Mark.NO_LEAVING, version=1)
    leaves, receives = days_of(session, campaign, shop.anna)
    assert (FIRST in leaves, FIRST in receives) == (False, True)
    found = crew(session, campaign, shop)
    assert (found.closed & 1, found.limits_by_day[0].max_away) == (0, 0)
    mark(session, shop, hr, FIRST, Mark.CLOSED, version=2)
    leaves, receives = days_of(session, campaign, shop.anna)
    assert (FIRST in leaves, FIRST in receives) == (False, False)


def test_nobody_chooses_a_black_out_day(session: Session, shop: Shop, campaign: Campaign, hr: By) -> None:
    mark(session, shop, hr, FIRST, Mark.CLOSED)
    found = enrolments.find(session, campaign, shop.anna)
    assert found is not None
    with pytest.raises(DayNotPossible):
        choose_days(session, found, [FIRST], None, version=found.version, when=When(TODAY, NOW))


def test_a_good_day_is_preferred_by_the_solver(
    session: Session, shop: Shop, campaign: Campaign, hr: By
) -> None:
    mark(session, shop, hr, SECOND, Mark.GOOD)
    assert crew(session, campaign, shop).good == 2


def test_presence_comes_from_the_roster(
    session: Session, shop: Shop, campaign: Campaign, import_: Import
) -> None:
    """One must stay: with one at work nobody leaves, with two one does."""
    import_(f"Matricule;Jour;Horaires\nA1;{FIRST};repos\nA1;{SATURDAY};J\nB2;{SATURDAY};J\n")
    sites = {shop.team.site_id: team_and_site(session, shop.team.id)[1]}
    rooms = team_rooms(session, campaign, [shop.team], sites, [FIRST, SECOND, SATURDAY])
    most = [rooms[shop.team.id, day].max_away for day in (FIRST, SECOND, SATURDAY)]
    # The roster covers both from their first to last line: on Tuesday Anna is off as well.
    assert most == [0, 0, 1]


def test_a_plan_is_old_once_a_team_marked_a_day_or_a_roster_came(
    session: Session, shop: Shop, campaign: Campaign, hr: By, import_: Import
) -> None:
    stamps = [inputs_stamp(session, campaign)]
    mark(session, shop, hr, FIRST, Mark.GOOD)
    stamps.append(inputs_stamp(session, campaign))
    import_(f"Matricule;Jour\nA1;{FIRST}\n")
    stamps.append(inputs_stamp(session, campaign))
    assert len(set(stamps)) == 3


def test_the_problem_takes_the_same_number_of_queries_whatever_teams_decided(
    engine: Engine, session: Session, shop: Shop, campaign: Campaign, hr: By, import_: Import
) -> None:
    def statements() -> int:
        session.expire_all()
        session.refresh(campaign)
        seen: list[str] = []
        listen = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        build(session, campaign, TODAY)
        event.remove(engine, "before_cursor_execute", listen)
        return len(seen)

    before = statements()
    lines = [f"{n};{FIRST + timedelta(days=d)};J" for n in ("A1", "B2", "Z9") for d in range(20)]
    import_("Matricule;Jour;Horaires\n" + "\n".join(lines))
    for version in range(5):
        mark(session, shop, hr, FIRST + timedelta(days=version), Mark.NO_VISITORS, version + 1)
    assert statements() == before
