"""Each row means what it should to the solver: one test that allows, one that forbids."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from app.availability.tables import Avoidance, ColleagueWish, Enrolment, ExcludedSite, ForbiddenPair, Wish
from app.campaigns.tables import Status
from app.people.tables import Holidays, Person, ServiceLink
from app.planning.errors import NobodyEnrolled, NoDaysLeft
from app.planning.problem import Built, build, without_secrets
from app.planning.tables import Pin
from app.visits import places
from app.visits.tables import Unmatched
from solver import Limits, Problem, solve
from solver.check import violations
from solver.problem import ordered
from tests.factories import make_campaign, make_person, make_team, make_visit
from tests.planning.company import THURSDAY, TUESDAY, WEEK, Company

TODAY = date(2027, 3, 2)
NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
LAST_YEAR = {"first_day": date(2026, 4, 6), "last_day": date(2026, 4, 30), "status": Status.CLOSED}
CHECKER = Path(__file__).resolve().parents[3] / "shared" / "problem" / "check.py"


@pytest.fixture
def company(session: Session) -> Company:
    return Company(session)


@pytest.fixture
def built(session: Session, company: Company) -> Callable[..., Problem]:
    def make(today: date = TODAY) -> Problem:
        session.flush()
        return build(session, company.campaign, today).problem

    return make


Build = Callable[..., Problem]


def enrolment_of(company: Company, person: Person) -> Enrolment:
    from sqlmodel import select

    return company.session.exec(select(Enrolment).where(Enrolment.person_id == person.id)).one()


def someone(problem: Problem, person: Person) -> Any:
    return problem.person_by_id[f"p{person.id}"]


def bit(problem: Problem, day: date) -> int:
    return 1 << problem.campaign.days.index(day)


def days(problem: Problem, mask: int) -> list[str]:
    return [day.isoformat() for n, day in enumerate(problem.campaign.days) if mask >> n & 1]


def matched(problem: Problem) -> set[str]:
    plan = solve(problem, limits=Limits(seconds=10, threads=1))
    assert violations(problem, plan) == []
    return {visit.visitor for visit in plan.visits}


def test_the_problem_is_a_document_of_the_format(built: Build, company: Company) -> None:
    problem = built()
    assert Problem.from_json(problem.to_json()) == problem
    assert matched(problem) == {f"p{person.id}" for person in company.back + company.front}


@pytest.mark.skipif(not CHECKER.exists(), reason="the independent checker is not beside this repository")
def test_an_independent_checker_accepts_the_plan(built: Build, tmp_path: Path) -> None:
    problem = built()
    plan = solve(problem, limits=Limits(seconds=10, threads=1))
    (tmp_path / "m.json").write_text(json.dumps(problem.to_json()))
    (tmp_path / "p.json").write_text(json.dumps(plan.to_json(problem)))
    judged = subprocess.run(
        [sys.executable, str(CHECKER), str(tmp_path / "m.json"), str(tmp_path / "p.json")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_offered_days_are_the_days(built: Build, company: Company) -> None:
    enrolment_of(company, company.back[0]).visit_days = [WEEK[0], WEEK[2]]
    enrolment_of(company, company.back[0]).host_days = [WEEK[1]]
    anna = someone(built(), company.back[0])
    assert days(built(), anna.available) == [WEEK[0], WEEK[2]]
    assert days(built(), anna.can_host) == [WEEK[1]]


def test_a_day_taken_in_another_campaign_is_gone(built: Build, company: Company, session: Session) -> None:
    other = make_campaign(session)
    make_visit(session, other, company.back[0], make_person(session), day=TUESDAY)
    problem = built()
    assert not someone(problem, company.back[0]).available & bit(problem, TUESDAY)
    assert not someone(problem, company.back[0]).can_host & bit(problem, TUESDAY)
    assert someone(problem, company.back[1]).available & bit(problem, TUESDAY)


def test_a_day_held_for_an_offer_is_gone_until_it_is_given_back(
    built: Build, company: Company, session: Session
) -> None:
    asker, host = company.back[0], company.front[0]
    places.hold(
        session,
        make_campaign(session),
        "booking:1",
        visitor_id=asker.id or 0,
        host_id=host.id or 0,
        day=TUESDAY,
    )
    problem = built()
    for one in (asker, host):
        assert not someone(problem, one).available & bit(problem, TUESDAY)
        assert not someone(problem, one).can_host & bit(problem, TUESDAY)
        assert someone(problem, one).available & bit(problem, THURSDAY)
    assert someone(problem, company.back[1]).available & bit(problem, TUESDAY)
    places.let_go(session, "booking:1")
    assert someone(built(), asker).available & bit(problem, TUESDAY)


def test_visits_of_other_campaigns_use_up_the_teams_limits(
    built: Build, company: Company, session: Session
) -> None:
    company.shop.max_away, company.shop.max_visitors = 2, 2
    other = make_campaign(session)
    make_visit(session, other, company.front[0], make_person(session), day=TUESDAY)
    make_visit(session, other, make_person(session), company.front[1], day=THURSDAY)
    problem = built()
    shop = problem.team_by_id[f"t{company.shop.id}"]
    assert shop.limit(problem.campaign.days.index(TUESDAY)).max_away == 1
    assert shop.limit(problem.campaign.days.index(THURSDAY)).max_visitors == 1
    assert shop.limit(problem.campaign.days.index(date(2027, 4, 7))).max_away == 2


def test_minimum_presence_holds_people_back(built: Build, company: Company) -> None:
    company.shop.min_presence = 2
    problem = built()
    shop = problem.team_by_id[f"t{company.shop.id}"]
    assert {shop.limit(n).max_away for n in range(len(problem.campaign.days))} == {0}
    company.shop.min_presence = 1
    assert matched(built()) != set()


def test_presence_counts_who_works_that_weekday(built: Build, company: Company) -> None:
    company.shop.min_presence = 1
    company.front[1].worked_weekdays = "0111100"
    problem = built()
    shop = problem.team_by_id[f"t{company.shop.id}"]
    assert shop.limit(problem.campaign.days.index(date(2027, 4, 12))).max_away == 0
    assert shop.limit(problem.campaign.days.index(TUESDAY)).max_away == 1


def test_the_campaigns_ceilings_lower_the_teams_limits(built: Build, company: Company) -> None:
    company.campaign.max_away_per_team, company.campaign.max_visitors_per_team = 1, 2
    shop = built().team_by_id[f"t{company.shop.id}"]
    assert (shop.max_away, shop.max_visitors) == (1, 2)


def test_holidays_close_a_site_where_they_are_kept(session: Session) -> None:
    company = Company(session, first_day=date(2028, 4, 10), last_day=date(2028, 4, 21))
    company.here.holidays = Holidays.ALSACE_MOSELLE
    session.flush()
    good_friday = date(2028, 4, 14)
    problem = build(session, company.campaign, TODAY).problem
    assert problem.team_by_id[f"t{company.payroll.id}"].closed & bit(problem, good_friday)
    assert not problem.team_by_id[f"t{company.shop.id}"].closed & bit(problem, good_friday)


def test_closings_and_closed_weekdays_close_a_team(built: Build, company: Company) -> None:
    company.campaign.closing_days = [TUESDAY.isoformat()]
    company.shop.closed_weekdays = "0001000"
    problem = built()
    shop, payroll = (problem.team_by_id[f"t{team.id}"] for team in (company.shop, company.payroll))
    assert shop.closed & bit(problem, TUESDAY)
    assert payroll.closed & bit(problem, TUESDAY)
    assert shop.closed & bit(problem, THURSDAY)
    assert not payroll.closed & bit(problem, THURSDAY)


def test_saturdays_count_only_where_the_campaign_says_so(built: Build, company: Company) -> None:
    saturday = date(2027, 4, 10)
    assert saturday not in built().campaign.days
    company.campaign.saturdays = True
    assert saturday in built().campaign.days


def test_days_without_notice_are_left_out(built: Build, company: Company) -> None:
    assert built().campaign.days[0] == date(2027, 4, 5)
    assert built(date(2027, 3, 23)).campaign.days[0] == TUESDAY
    with pytest.raises(NoDaysLeft):
        built(date(2027, 4, 20))


def test_nobody_enrolled_is_said(session: Session) -> None:
    with pytest.raises(NobodyEnrolled):
        build(session, make_campaign(session, status=Status.PLANNING), TODAY)


def test_managers_languages_avoided_people_and_places(
    built: Build, company: Company, session: Session
) -> None:
    anna, bruno = company.back[0], company.front[0]
    anna.manager_id = bruno.id
    row = enrolment_of(company, anna)
    row.languages = ["fr", "de"]
    session.add(Avoidance(enrolment_id=row.id, person_id=company.front[1].id))
    session.add(ExcludedSite(enrolment_id=row.id, site_id=company.there.id))
    problem = built()
    seen = someone(problem, anna)
    assert (seen.manager, seen.languages) == (f"p{bruno.id}", ("fr", "de"))
    assert (seen.avoid, seen.excluded_sites) == ((f"p{company.front[1].id}",), (f"s{company.there.id}",))
    other = someone(problem, company.back[1])
    assert (other.manager, other.avoid, other.excluded_sites) == (None, (), ())


def test_only_colleagues_who_named_each_other_are_a_pair(
    built: Build, company: Company, session: Session
) -> None:
    anna, anders = company.back[:2]
    bruno, berta = company.front[:2]
    for one, other in ((anna, bruno), (bruno, anna), (anders, berta)):
        session.add(ColleagueWish(enrolment_id=enrolment_of(company, one).id, person_id=other.id))
    assert built().mutual == {ordered(f"p{anna.id}", f"p{bruno.id}")}
    assert "mutual" in without_secrets(built()), "the exported plan can be checked"
    everybody = build(session, company.campaign, TODAY, everybody=True).problem
    assert everybody.mutual == frozenset(), "what if everybody took part knows no answer"


def test_what_is_confidential_does_not_leave(built: Build, company: Company, session: Session) -> None:
    row = enrolment_of(company, company.back[0])
    session.add(Avoidance(enrolment_id=row.id, person_id=company.front[1].id))
    session.add(ExcludedSite(enrolment_id=row.id, site_id=company.there.id))
    shown = without_secrets(built())
    assert all(person["avoid"] == [] and "excluded_sites" not in person for person in shown["people"])
    assert Problem.from_json(shown)


def test_pairs_kept_apart_and_pairs_that_met(built: Build, company: Company, session: Session) -> None:
    anna, bruno = company.back[0], company.front[0]
    assert built().forbidden == frozenset()
    session.add(ForbiddenPair(campaign_id=company.campaign.id, a_id=anna.id, b_id=bruno.id, created_at=NOW))
    past = make_campaign(
        session, first_day=date(2026, 4, 6), last_day=date(2026, 4, 30), status=Status.CLOSED
    )
    make_visit(session, past, company.front[1], company.back[1])
    pairs = {tuple(sorted((a, b))) for a, b in built().forbidden}
    assert pairs == {
        tuple(sorted((f"p{anna.id}", f"p{bruno.id}"))),
        tuple(sorted((f"p{company.back[1].id}", f"p{company.front[1].id}"))),
    }


def test_repeat_pairs_are_forbidden_unless_the_campaign_allows_them(
    built: Build, company: Company, session: Session
) -> None:
    past = make_campaign(session, **LAST_YEAR)
    make_visit(session, past, company.front[1], company.back[1])
    met = ordered(f"p{company.front[1].id}", f"p{company.back[1].id}")
    assert met in built().forbidden
    company.campaign.allow_repeat_pairs = True
    assert built().forbidden == frozenset()


def test_a_pair_never_meets_twice_in_the_same_campaign(
    built: Build, company: Company, session: Session
) -> None:
    company.campaign.allow_repeat_pairs = True
    make_visit(session, company.campaign, company.front[1], company.back[1], day=TUESDAY)
    assert built().forbidden == {ordered(f"p{company.front[1].id}", f"p{company.back[1].id}")}


def test_wishes_links_and_travel(built: Build, company: Company, session: Session) -> None:
    wished = make_team(session, company.there, name="Rêve")
    row = enrolment_of(company, company.back[0])
    session.add(Wish(enrolment_id=row.id, rank=1, team_id=wished.id))
    session.add(Wish(enrolment_id=row.id, rank=2, team_id=company.shop.id))
    session.add(ServiceLink(back_team_id=company.payroll.id, front_team_id=company.shop.id))
    problem = built()
    assert someone(problem, company.back[0]).wishes == (f"t{wished.id}", f"t{company.shop.id}")
    assert problem.links == {(f"t{company.payroll.id}", f"t{company.shop.id}")}
    assert problem.travel(f"s{company.here.id}", f"s{company.there.id}") == 30
    assert problem.campaign.link_points == 1


def test_temporary_staff_and_leavers_are_left_out(built: Build, company: Company) -> None:
    company.front[0].contract = "temporary"  # type: ignore[assignment]
    company.front[1].active = False
    assert {person.id for person in built().people} == {f"p{person.id}" for person in company.back}
    company.campaign.include_temporary = True
    assert f"p{company.front[0].id}" in built().person_by_id


def test_people_left_out_last_time_come_first(built: Build, company: Company, session: Session) -> None:
    past = make_campaign(
        session, first_day=date(2026, 4, 6), last_day=date(2026, 4, 30), status=Status.CLOSED
    )
    session.add(
        Unmatched(
            campaign_id=past.id,
            person_id=company.back[0].id,
            reason="all_taken",
            text_fr="…",
            text_en="…",
            created_at=NOW,
        )
    )
    problem = built()
    assert [someone(problem, person).priority for person in company.back] == [2, 1]
    later = make_campaign(
        session, first_day=date(2026, 9, 7), last_day=date(2026, 9, 30), status=Status.CLOSED
    )
    make_visit(session, later, company.back[0], make_person(session))
    assert someone(built(), company.back[0]).priority == 1


def test_pins_are_kept_and_lost_pins_are_told(company: Company, session: Session) -> None:
    anna, bruno = company.back[0], company.front[0]
    for visitor, host, day in ((anna, bruno, TUESDAY), (bruno, anna, THURSDAY)):
        session.add(
            Pin(
                campaign_id=company.campaign.id,
                visitor_id=visitor.id,
                host_id=host.id,
                day=day,
                created_at=NOW,
            )
        )
    session.flush()
    made: Built = build(session, company.campaign, TODAY)
    assert len(made.problem.pinned) == 2
    plan = solve(made.problem, limits=Limits(seconds=10, threads=1))
    assert set(made.problem.pinned) <= set(plan.visits)
    enrolment_of(company, anna).answer = "no"  # type: ignore[assignment]
    session.flush()
    made = build(session, company.campaign, TODAY)
    assert (made.problem.pinned, len(made.lost_pins)) == ((), 2)


def test_queries_do_not_grow_with_people(session: Session) -> None:
    def count(pairs: int) -> int:
        company = Company(session, pairs=pairs)
        session.commit()
        session.expunge_all()
        asked: list[str] = []
        record = lambda c, cur, sql, *rest: asked.append(sql)  # noqa: E731
        event.listen(session.get_bind(), "before_cursor_execute", record)
        campaign = session.merge(company.campaign)
        asked.clear()
        build(session, campaign, TODAY)
        event.remove(session.get_bind(), "before_cursor_execute", record)
        return len([sql for sql in asked if "SELECT" in sql])

    assert count(2) == count(30) < 27
