"""The same form sent twice: a second tap on one's own success is answered as the first, and does nothing."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.campaigns.tables import Status
from app.teams.tables import Delegation, Shift, TeamConditions
from app.visits import absences, moving, service, suspending
from app.visits.history import Hand
from app.visits.tables import By, CancelReason, Proposal
from tests.factories import make_roster
from tests.support.web import Clock
from tests.visits.life import MONDAY, NOW, TODAY, WEDNESDAY, Company

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]
EVENING = datetime(2027, 4, 5, 18, 0, tzinfo=UTC)


def passed(company: Company, clock: Clock, *, agreed: bool) -> None:
    """Monday is over; `agreed`: the two companies had signed."""
    company.campaign.status = Status.RUNNING
    if not agreed:
        company.anna.legal_entity, company.bruno.legal_entity = "Vélo SA", "Vélo Services"
    clock.set(EVENING)
    company.session.commit()


@pytest.mark.parametrize("outcome", ["held", "not_held"])
def test_hr_rule_twice(company: Company, enter: Enter, clock: Clock, outcome: str) -> None:
    passed(company, clock, agreed=False)
    absences.say_not_held(
        company.session,
        company.before(company.there, company.anna, MONDAY),
        company.hand(company.there, company.anna, EVENING),
    )
    company.session.commit()
    company.session.refresh(company.there)
    version = absences.said_so_far(company.there, ())
    clock.forward(minutes=1)
    here, hr = f"/visits/{company.there.id}/ruling", enter(company.hr)
    first, again = twice(company, hr, here, outcome=outcome, version=str(version))
    assert first[0] == 303
    assert again == first
    assert company.history(company.there).count("held" if outcome == "held" else "missed") == 1
    other = "held" if outcome == "not_held" else "not_held"
    company.session.commit()
    assert hr.post(here, data={"outcome": other, "version": str(version)}).status_code == 409


def propose(company: Company) -> Proposal:
    before = company.before(company.there, company.anna)
    hand = company.hand(company.there, company.anna)
    made = moving.propose(company.session, before, WEDNESDAY, hand, revision=0)
    company.session.commit()
    return made


def twice(company: Company, client: TestClient, where: str, **sent: str) -> list[tuple[int, str, str]]:
    """What two taps are answered: the code, where to, the sentence."""
    found = []
    for _tap in range(2):
        company.session.commit()
        answer = client.post(where, data=sent)
        company.session.commit()
        flash = (
            client.get(answer.headers["location"]).text.split('class="flash', 1) if answer.is_redirect else []
        )
        found.append(
            (answer.status_code, answer.headers.get("location", ""), flash[-1][:200] if flash else "")
        )
    return found


@pytest.mark.parametrize("what", ["confirmation", "refusal", "cancellation", "proposals"])
def test_of_a_day_to_come(company: Company, as_: Enter, what: str) -> None:
    sent = {"revision": "0"}
    if what in {"refusal", "cancellation"}:
        sent["reason"] = "unavailable"
    if what == "proposals":
        sent["choice"] = WEDNESDAY.isoformat()
    first, again = twice(company, as_(company.anna), f"/visits/{company.there.id}/{what}", **sent)
    assert first[0] == 303
    assert again == first
    kinds = {"confirmation": "confirmed", "refusal": "declined", "cancellation": "cancelled"}
    assert company.history(company.there).count(kinds.get(what, "proposed")) == 1


def sent_again(company: Company, client: TestClient, where: str, **sent: Any) -> list[tuple[int, Any]]:
    """What a program is answered that sends the same twice under one key."""
    found = []
    for _time in range(2):
        company.session.commit()
        answer = client.post(f"/api/v1{where}", json=sent, headers={"Idempotency-Key": "one"})
        found.append((answer.status_code, answer.json()))
    return found


@pytest.mark.parametrize("what", ["confirmation", "refusal", "cancellation", "proposals", "move", "hours"])
def test_a_program_that_sends_it_again_is_answered_the_same(company: Company, as_: Enter, what: str) -> None:
    more: dict[str, dict[str, Any]] = {
        "refusal": {"reason": "unavailable"},
        "cancellation": {"reason": "unavailable"},
        "proposals": {"day": WEDNESDAY.isoformat()},
        "move": {"day": WEDNESDAY.isoformat()},
        "hours": {"part": "morning"},
    }
    who = {"move": company.hr, "hours": company.bruno}.get(what, company.anna)
    here = f"/visits/{company.there.id}/{what}"
    first, again = sent_again(company, as_(who), here, revision=0, **more.get(what, {}))
    assert first[0] in {200, 201}
    assert again == first
    kinds = {"confirmation": "confirmed", "refusal": "declined", "cancellation": "cancelled"}
    kinds |= {"proposals": "proposed", "move": "moved", "hours": "hours"}
    assert company.history(company.there).count(kinds[what]) == 1


def test_a_program_that_asks_for_something_else_is_refused(company: Company, as_: Enter) -> None:
    here = f"/api/v1/visits/{company.there.id}/cancellation"
    for who, reason, code in (
        (company.anna, "unavailable", 200),
        (company.anna, "service", 409),
        (company.bruno, "unavailable", 409),
    ):
        company.session.commit()
        assert as_(who).post(here, json={"revision": 0, "reason": reason}).status_code == code


@pytest.mark.parametrize("what", ["acceptance", "refusal", "withdrawal"])
def test_a_program_answers_a_proposal_once(company: Company, as_: Enter, what: str) -> None:
    proposal = propose(company)
    who = as_(company.anna if what == "withdrawal" else company.bruno)
    first, again = sent_again(company, who, f"/visits/{company.there.id}/proposals/{proposal.id}/{what}")
    assert first[0] == 200
    assert again == first


@pytest.mark.parametrize("what", ["acceptance", "refusal", "withdrawal"])
def test_of_another_day_that_was_proposed(company: Company, as_: Enter, what: str) -> None:
    proposal = propose(company)
    who = as_(company.anna if what == "withdrawal" else company.bruno)
    first, again = twice(company, who, f"/visits/{company.there.id}/proposals/{proposal.id}/{what}")
    assert first[0] == 303
    assert again == first


@pytest.mark.parametrize("what", ["absence", "not-held"])
def test_of_what_became_of_a_day(company: Company, as_: Enter, clock: Clock, what: str) -> None:
    """Saying it, answering it, taking it back."""
    passed(company, clock, agreed=what == "absence")
    anna, bruno, here = as_(company.anna), as_(company.bruno), f"/visits/{company.there.id}"
    for who, where in (
        (anna, f"{here}/{what}"),
        (anna, f"{here}/absence/withdrawal"),
        (anna, f"{here}/{what}"),
        (bruno, f"{here}/absence/contestation"),
    ):
        first, again = twice(company, who, where)
        assert first[0] == 303
        assert again == first
    said = company.history(company.there)
    assert [said.count(one) for one in ("taken_back", "contested")] == [1, 1]


@pytest.mark.parametrize("since", ["fell", "somebody else", "another day"])
def test_what_changed_since_is_told(company: Company, as_: Enter, since: str) -> None:
    """The state is no longer what the form asked for, or never was by this hand."""
    session, there = company.session, company.there
    anna, here = as_(company.anna), f"/visits/{there.id}"
    if since == "fell":
        session.commit()
        assert anna.post(f"{here}/confirmation", data={"revision": "0"}).status_code == 303
        service.cancel_visit(session, there, CancelReason.CLOSED, None, NOW, today=TODAY)
        session.commit()
        assert anna.post(f"{here}/confirmation", data={"revision": "0"}).status_code == 409
    elif since == "somebody else":
        hand = company.hand(there, By.HR)
        service.cancel_visit(session, there, CancelReason.CLOSED, hand.actor, NOW, today=TODAY)
        session.commit()
        sent = {"revision": "0", "reason": "unavailable"}
        assert anna.post(f"{here}/cancellation", data=sent).status_code == 409
    else:
        propose(company)
        sent = {"revision": "0", "choice": MONDAY.replace(day=6).isoformat()}
        assert anna.post(f"{here}/proposals", data=sent).status_code == 409


@pytest.mark.parametrize("for_age", [True, False])
def test_the_team_makes_an_exception_once(company: Company, as_: Enter, for_age: bool) -> None:
    session, there = company.session, company.there
    company.anna.under_18 = for_age
    age = 18 if for_age else None
    session.add(
        TeamConditions(
            team_id=company.shop.id or 0, version=1, created_at=NOW, charter="Silence", min_age=age
        )
    )
    session.add(
        Delegation(
            manager_id=company.marc.id or 0,
            delegate_id=company.lea.id or 0,
            first_day=TODAY,
            last_day=MONDAY,
            created_at=NOW,
        )
    )
    session.commit()
    marc, here = as_(company.marc), f"/visits/{there.id}/waiver"
    first, again = twice(company, marc, here, revision=str(there.revision))
    assert first[0] == 303
    assert again == first
    assert company.history(there).count("waived") == 1
    session.commit()
    other = as_(company.lea).post(here, data={"revision": str(there.revision)})
    assert other.status_code == 409
    assert "Aucune exception n’est à faire" in other.text


def test_hr_moves_a_day_once(company: Company, engine: Engine, as_: Enter) -> None:
    hr, here = as_(company.hr), f"/visits/{company.there.id}/move"
    first, again = twice(company, hr, here, day=WEDNESDAY.isoformat(), revision="0")
    assert (first[0], again) == (303, first)
    assert company.history(company.there).count("moved") == 1


@pytest.mark.parametrize("mends", [True, False])
def test_whoever_receives_changes_hours_and_colleague_once(company: Company, as_: Enter, mends: bool) -> None:
    """Also where that lets the day hold again; other hours than those are refused, from an old page."""
    if mends:
        hand = Hand(By.SERVICE, None, NOW)
        make_roster(company.session, company.shop.id, {(company.bruno.id, MONDAY): Shift.MORNING})
        suspending.suspend(company.session, [company.there.id or 0], hand)
        company.session.commit()
    bruno, here = as_(company.bruno), f"/visits/{company.there.id}"
    revision = str(company.there.revision)
    first, again = twice(company, bruno, f"{here}/hours", part="morning", revision=revision)
    assert (first[0], again) == (303, first)
    sent = {"part": "afternoon", "revision": revision}
    assert bruno.post(f"{here}/hours", data=sent).status_code == 409
    company.session.refresh(company.there)
    revision = str(company.there.revision)
    for chosen in (str(company.lea.id), ""):
        company.session.refresh(company.there)
        revision = str(company.there.revision)
        first, again = twice(company, bruno, f"{here}/tutor", tutor_id=chosen, revision=revision)
        assert (first[0], again) == (303, first)
    history = company.history(company.there)
    assert [history.count(one) for one in ("hours", "tutor", "released")] == [1, 1, 1]
    assert ("resumed" in history) is mends
