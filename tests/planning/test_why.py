"""How good a plan is, what holds it back, and what changed: said from the problem and the plan alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import Session

from app.campaigns.tables import Exchange
from app.people.tables import Side
from app.planning import queries, why
from app.planning.comparing import compare, measures
from app.planning.problem import build
from app.planning.review import Review, remedy_kind, review
from app.planning.showing import progress_of, shares
from app.planning.tables import PlanningRun, RunStatus
from app.planning.words import rules_changed, what_would_do
from app.visits.tables import Unmatched
from solver import Limits, Plan, Problem, solve
from tests.factories import make_campaign
from tests.planning.company import WEEK, Company
from tests.planning.test_problem import LAST_YEAR

TODAY = date(2027, 3, 2)
NOW = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)

Planned = tuple[Problem, Plan, Review]


@pytest.fixture
def company(session: Session) -> Company:
    return Company(session)


@pytest.fixture
def planned(session: Session, company: Company) -> Callable[..., Planned]:
    def make(**over: Any) -> Planned:
        session.flush()
        problem = build(session, company.campaign, TODAY, **over).problem
        plan = solve(problem, limits=Limits(seconds=10, threads=1))
        people = queries.participants(session, company.campaign.id or 0)
        return problem, plan, review(problem, plan, people)

    return make


def test_every_level_stands_beside_its_limit(planned: Callable[..., Planned]) -> None:
    problem, plan, _found = planned()
    told = {level.name: level for level in why.levels(problem, plan)}
    assert list(told) == ["people", "wishes", "travel"]
    assert (told["people"].value, told["people"].limit) == (4, 4)
    assert told["people"].reached
    assert told["travel"].value == 4 * 30


def test_a_level_that_is_not_proven_says_so(planned: Callable[..., Planned]) -> None:
    problem, plan, _found = planned()
    open_end = Plan(
        status="feasible", visits=plan.visits, values=plan.values, bounds={"travel_minutes": 99.5}
    )
    told = {level.name: level for level in why.levels(problem, open_end)}
    assert (told["people"].limit, told["people"].reached) == (None, False)
    assert told["travel"].limit == 100


def test_priorities_are_counted_in_the_verdict(
    planned: Callable[..., Planned], company: Company, session: Session
) -> None:
    company.enrol(company.shop, "Zoé", "Seule")
    past = make_campaign(session, **LAST_YEAR)
    session.add(
        Unmatched(
            campaign_id=past.id,
            person_id=company.front[0].id,
            reason="all_taken",
            text_fr="…",
            text_en="…",
            created_at=NOW,
        )
    )
    problem, plan, found = planned()
    people = why.levels(problem, plan)[0]
    assert (people.limit, people.reached) == (4, True)
    assert [part["value"] for part in shares(found, None, 1)] == [4, 1]


def test_progress_shows_the_proven_limit_as_soon_as_there_is_one() -> None:
    at = datetime(2027, 3, 2, 8, 0, tzinfo=UTC)
    run = PlanningRun(
        campaign_id=1, status=RunStatus.RUNNING, requested_at=at, level="people", value=30, matched=30
    )
    told = progress_of(run, at)
    assert (told["value"], told["facts"][1][1]) == (None, "en calcul")
    run.at_most = 40
    told = progress_of(run, at)
    assert (told["value"], told["facts"][1][1]) == (75, "40")


def test_the_larger_side_cannot_be_matched_whole(planned: Callable[..., Planned], company: Company) -> None:
    company.enrol(company.shop, "Zoé", "Seule")
    problem, _plan, _found = planned()
    told = why.sides(problem)
    assert told is not None
    assert (told.larger, told.surplus) == (Side.FRONT, 1)


def test_even_sides_and_shadow_days_leave_nobody_over(
    planned: Callable[..., Planned], company: Company
) -> None:
    told = why.sides(planned()[0])
    assert told is not None
    assert told.larger is None
    company.campaign.exchange = Exchange.SHADOW
    assert why.sides(planned()[0]) is None


@pytest.mark.parametrize(
    ("by", "name"), [("site", "Lyon"), ("department", "Ventes"), ("team", "Boutique · Lyon")]
)
def test_people_without_a_match_are_grouped(
    planned: Callable[..., Planned], company: Company, by: Any, name: str
) -> None:
    company.shop.department = "Ventes"
    company.enrol(company.shop, "Zoé", "Seule")
    [group] = why.groups(planned()[2], by)
    assert (group.name, group.people, group.waiting) == (name, 3, 1)
    assert group.reasons == [("all_taken", 1)]


def test_groups_by_reason_count_everybody(planned: Callable[..., Planned], company: Company) -> None:
    company.enrol(company.shop, "Zoé", "Seule")
    [group] = why.groups(planned()[2], "reason")
    assert (group.key, group.people, group.waiting) == ("all_taken", 5, 1)


def test_a_team_in_the_way_tells_what_is_full(planned: Callable[..., Planned], company: Company) -> None:
    company.payroll.max_visitors = 1
    company.enrol(company.shop, "Zoé", "Seule", visit_days=WEEK[:2])
    problem, _plan, found = planned()
    [team] = why.bottlenecks(problem, found)
    assert (team.team_id, team.name, team.waiting) == (company.payroll.id, "Paie · Siège", 1)
    assert team.all_taken
    assert (team.max_visitors, team.full_days) == (1, 2)


def test_a_plan_for_everybody_has_no_bottleneck(planned: Callable[..., Planned]) -> None:
    problem, _plan, found = planned()
    assert why.bottlenecks(problem, found) == []
    assert why.groups(found, "site") == []


def test_the_same_plan_changes_nothing(
    planned: Callable[..., Planned], company: Company, session: Session
) -> None:
    found = planned()[2]
    told = compare(found, found, queries.participants(session, company.campaign.id or 0))
    assert (told.kept, told.moved, told.made, told.undone) == (2, 0, 0, 0)
    assert [*told.gained, *told.lost, *told.better, *told.worse, *told.changes] == []


def test_who_gains_who_loses_and_whose_day_changes(
    planned: Callable[..., Planned], company: Company, session: Session
) -> None:
    *old, before = planned()
    company.enrol(company.shop, "Zoé", "Seule")
    left = company.front[0]
    from tests.planning.test_problem import enrolment_of

    enrolment_of(company, left).answer = "no"  # type: ignore[assignment]
    *new, after = planned()
    told = compare(before, after, queries.participants(session, company.campaign.id or 0))
    assert [who.person.name for who in told.gained] == ["Zoé Seule"]
    assert [who.person.id for who in told.lost] == [left.id]
    people, *later = measures(why.levels(*old), why.levels(*new))
    assert people.before is not None
    assert people.after is not None
    assert (people.name, people.before.value, people.after.value) == ("people", 4, 4)
    assert people.before.reached
    assert [row.name for row in later] == ["wishes", "travel"]
    moved = why.Level("changes", 3, 3, reached=True)  # counted against another plan
    assert measures([moved], [moved]) == []
    changed = {who.who.person.name: who for who in told.changes}
    assert [host.person.id for host, _day in changed["Zoé Seule"].after]
    assert changed["Zoé Seule"].before == []


def test_priority_of_those_left_out_is_seen_by_hr(
    planned: Callable[..., Planned], company: Company, session: Session
) -> None:
    past = make_campaign(session, first_day=date(2026, 4, 6), last_day=date(2026, 4, 30), status="closed")
    waited = company.enrol(company.shop, "Zoé", "Seule")
    session.add(
        Unmatched(
            campaign_id=past.id,
            person_id=waited.id,
            reason="all_taken",
            text_fr="…",
            text_en="…",
            created_at=NOW,
        )
    )
    found = planned()[2]
    assert found.first_in_line == {waited.id}
    assert waited.id in {leg[0] for leg in found.visits}


def test_what_would_do_is_said_from_what_was_tried() -> None:
    own = {"kind": "available", "id": "p1", "day": "2027-03-01"}
    place = {"kind": "max_away", "id": "t1", "value": 1, "day": "2027-03-01"}
    assert remedy_kind(own) == "own_day"
    assert remedy_kind(place) == "place"
    assert remedy_kind({"kind": "max_swaps", "id": "p2", "value": 2}) == "colleague"
    assert remedy_kind({"kind": "all", "changes": [own, own]}) == "own_days"
    assert remedy_kind({"kind": "all", "changes": [own, place]}) == "two"
    assert remedy_kind({"kind": "all", "changes": [{"kind": "max_travel", "value": 90}, own]}) == "journey"
    assert remedy_kind({"kind": "all", "changes": []}) == "longer"
    assert what_would_do({}) == ""
    assert " ".join(what_would_do({"place": 1, "own_day": 3}).split()) == (
        "Suffirait, essayé pour chacun : un jour de plus de leur part (3),"
        " une place de plus dans une équipe, un jour donné (1)."
    )
    assert " ".join(what_would_do({"own_day": 3}, untried=141).split()) == (
        "Suffirait : un jour de plus de leur part (3). Pour 141 personnes, rien n’a encore été essayé."
    )


def test_two_plans_say_which_rules_changed_between_them(planned: Callable[..., Planned]) -> None:
    problem = planned()[0]
    shorter = replace(problem, campaign=replace(problem.campaign, max_travel_minutes=30))
    assert rules_changed(problem, problem) == ""
    said = " ".join(rules_changed(problem, shorter).split())
    assert f"({problem.campaign.max_travel_minutes} puis 30 minutes)" in said
    assert "équipes" not in said
    assert "les équipes, leurs limites" in rules_changed(problem, replace(problem, teams=problem.teams[1:]))
    first, *others = problem.people
    more = replace(problem, people=(replace(first, max_swaps=2), *others))
    assert "qui peut participer une fois de plus" in rules_changed(problem, more)
    assert "répondu" not in rules_changed(problem, more)
    other = replace(problem, people=(replace(first, available=0), *others))
    assert "ce que les personnes ont répondu" in rules_changed(problem, other)
    assert "une fois de plus" not in rules_changed(problem, other)
    apart = replace(problem, forbidden=frozenset({(others[0].id, others[1].id)}))
    assert "les paires écartées" in rules_changed(problem, apart)
