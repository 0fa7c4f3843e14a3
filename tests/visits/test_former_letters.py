"""Of two letters that say the same of a day, or ask what was answered since, only what is still so is handed
over; what concerns somebody else, or another thing, stays."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from app.accounts.tables import Account
from app.calendars.jobs import remind_unconfirmed
from app.campaigns.tables import Status
from app.core import clock
from app.core.db import open_session
from app.messages import queries as mails
from app.people.tables import Person
from app.visits import absences, confirming, moving, service
from app.visits.tables import By, CancelReason, Visit
from tests.support.web import Clock
from tests.visits.life import NOW, TODAY, TUESDAY, Company, told
from tests.visits.test_contested import asked, ruled
from tests.visits.test_terms import ask

pytestmark = pytest.mark.usefixtures("clock")
EVENING = datetime(2027, 4, 5, 18, 0, tzinfo=UTC)


def on_paper(company: Company, *people: Person) -> None:
    for one in people:
        one.email = None
        if one.account_id is not None:
            company.session.get_one(Account, one.account_id).email = None
    company.session.commit()


def pile(engine: Engine, person: Person, kind: str = "") -> list[str]:
    """The texts that wait to be handed over to somebody, oldest first."""
    with open_session(engine, reads_only=True) as session:
        waiting = mails.letters_to(session, person.id or 0, clock.today())
    return [one.text for one in reversed(waiting) if kind in one.kind]


def move(company: Company, engine: Engine, visit: Visit, day: date) -> None:
    hand = company.hand(visit, By.HR)
    moving.move(company.session, company.before(visit, By.HR), day, hand, revision=visit.revision)
    told(engine, company.session)


def say_yes(company: Company, engine: Engine, who: Person) -> None:
    here = company.there
    before = company.before(here, who)
    conditions = before.asks.id if before.asks is not None else None
    confirming.confirm(
        company.session, before, company.hand(here, who), revision=here.revision, conditions_id=conditions
    )
    told(engine, company.session)


def test_of_two_changes_a_manager_is_handed_the_later_one(company: Company, engine: Engine) -> None:
    on_paper(company, company.marc)
    move(company, engine, company.there, TUESDAY)
    [moved] = pile(engine, company.marc, "visit_team")
    service.cancel_visit(company.session, company.there, CancelReason.CLOSED, None, NOW, today=TODAY)
    told(engine, company.session)
    [fell] = pile(engine, company.marc, "visit_team")
    assert fell != moved


def test_what_a_manager_is_to_read_of_another_day_stays(company: Company, engine: Engine) -> None:
    on_paper(company, company.marc)
    move(company, engine, company.there, TUESDAY)
    [moved] = pile(engine, company.marc, "visit_team")
    service.cancel_visit(company.session, company.back, CancelReason.CLOSED, None, NOW, today=TODAY)
    told(engine, company.session)
    assert moved in pile(engine, company.marc, "visit_team")
    assert len(pile(engine, company.marc, "visit_team")) == 2


@pytest.fixture
def missed(company: Company, engine: Engine, clock: Clock) -> Visit:
    """Bruno says that Anna, who has no address, did not come on Monday: a letter tells her."""
    company.campaign.status = Status.RUNNING
    on_paper(company, company.anna)
    clock.set(EVENING)
    absences.report(company.session, *asked(company, company.there, By.HOST))
    told(engine, company.session)
    return company.there


def test_that_one_is_said_to_be_absent_is_handed_over_until_it_is_settled(
    company: Company, engine: Engine, missed: Visit
) -> None:
    assert len(pile(engine, company.anna, "visit_absence")) == 1
    ruled(company, missed, {By.VISITOR})
    told(engine, company.session)
    [last] = pile(engine, company.anna, "visit_absence")
    assert "a tranché" in last


def test_what_was_taken_back_is_said_by_the_letter_that_takes_it_back(
    company: Company, engine: Engine, missed: Visit
) -> None:
    [first] = pile(engine, company.anna, "visit_absence")
    absences.take_back(company.session, *asked(company, missed, By.HOST))
    told(engine, company.session)
    [last] = pile(engine, company.anna, "visit_absence")
    assert last != first


def test_who_was_contested_is_handed_both_until_hr_ruled(
    company: Company, engine: Engine, missed: Visit
) -> None:
    """Bruno, on paper too, reads that Anna contests it; that takes nothing off her pile."""
    on_paper(company, company.bruno)
    absences.contest(company.session, *asked(company, missed, By.VISITOR))
    told(engine, company.session)
    assert len(pile(engine, company.anna, "visit_absence")) == 1
    assert len(pile(engine, company.bruno, "visit_absence")) == 1
    ruled(company, missed, set())
    told(engine, company.session)
    for one in (company.anna, company.bruno):
        assert len(pile(engine, one, "visit_absence")) == 1


def test_that_a_yes_is_missing_is_handed_over_until_it_is_said(company: Company, engine: Engine) -> None:
    on_paper(company, company.anna, company.bruno)
    say_yes(company, engine, company.bruno)
    [asks] = pile(engine, company.anna, "visit_confirmed")
    say_yes(company, engine, company.anna)
    [both] = pile(engine, company.anna, "visit_confirmed")
    assert both != asks
    assert len(pile(engine, company.bruno, "visit_confirmed")) == 1


def test_a_reminder_is_handed_over_until_the_yes_to_whom_it_asks_only(
    company: Company, engine: Engine, clock: Clock
) -> None:
    company.campaign.status = Status.RUNNING
    on_paper(company, company.anna, company.bruno)
    clock.set(datetime(2027, 3, 31, 8, 0, tzinfo=UTC))
    remind_unconfirmed(engine)
    assert len(pile(engine, company.anna, "visit_reminder")) == 1
    say_yes(company, engine, company.anna)
    assert pile(engine, company.anna, "visit_reminder") == []
    assert len(pile(engine, company.bruno, "visit_reminder")) == 1


def test_what_a_team_asks_is_handed_over_until_the_visitor_says_yes_to_it(
    company: Company, engine: Engine
) -> None:
    on_paper(company, company.anna)
    say_yes(company, engine, company.anna)
    ask(company, 0, charter="Silence.")
    told(engine, company.session)
    assert len(pile(engine, company.anna, "visit_conditions")) == 1
    say_yes(company, engine, company.bruno)
    assert len(pile(engine, company.anna, "visit_conditions")) == 1
    say_yes(company, engine, company.anna)
    assert pile(engine, company.anna, "visit_conditions") == []
