"""On which terms a day stands: its hours, what the team asks, exceptions, rosters, letters."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.accounts.tables import Account
from app.calendars.jobs import invite_participants, tell_certain
from app.home.tasks import asked_tasks
from app.messages import queries as mails
from app.messages.service import hand_over
from app.messages.tables import Mail
from app.people.tables import Person
from app.teams import service as teams
from app.teams.schemas import ConditionsForm
from app.teams.tables import RosterDay, Shift, TeamConditions
from app.visits import confirming, hosting, service
from app.visits.errors import ConditionsFirst, ForTheLead, HoursDoNotFit
from app.visits.history import Hand
from app.visits.hosting import Hours
from app.visits.rules import hours_fault
from app.visits.tables import By, CancelReason, DayPart
from tests.support.accounts import SignIn
from tests.support.web import Clock
from tests.visits.life import MONDAY, NOW, TODAY, Company, told
from tests.visits.test_whereabouts import ticked

pytestmark = pytest.mark.usefixtures("clock")


def ask(company: Company, version: int, **wanted: object) -> TeamConditions:
    """The shop asks something of its visitors."""
    actor = company.hand(company.there, By.HR).actor
    assert actor is not None
    form = ConditionsForm(version=version, **wanted)  # type: ignore[arg-type]
    return confirming.ask_of_visitors(
        company.session, company.shop.id or 0, form, by=teams.By(actor), now=NOW, today=TODAY
    )


def both_confirm(company: Company) -> None:
    for who in (company.anna, company.bruno):
        confirming.confirm(
            company.session, company.before(company.there, who), company.hand(company.there, who), revision=0
        )


def waive(company: Company) -> None:
    confirming.waive_conditions(
        company.session,
        company.before(company.there, By.MANAGER),
        company.hand(company.there, By.MANAGER),
        revision=company.there.revision,
    )


@pytest.mark.parametrize(
    ("part", "starts", "ends", "fits"),
    [
        (DayPart.MORNING, time(8), time(14), True),
        (DayPart.MORNING, time(7), time(14), True),
        (DayPart.MORNING, time(0), time(14), False),
        (DayPart.MORNING, time(0), time(0, 1), False),
        (DayPart.MORNING, time(14), time(16), False),
        (DayPart.MORNING, time(9), time(14, 30), False),
        (DayPart.AFTERNOON, time(12), time(18), True),
        (DayPart.AFTERNOON, time(12), time(23, 59), False),
        (DayPart.AFTERNOON, time(11, 30), time(17), False),
        (DayPart.FULL, time(14), time(22), True),
        (DayPart.FULL, time(0), time(23, 59), False),
        (DayPart.FULL, time(9), time(13), False),
    ],
)
def test_hours_keep_the_name_they_are_given(part: DayPart, starts: time, ends: time, fits: bool) -> None:
    assert (hours_fault(part, starts, ends) is None) is fits


@pytest.mark.parametrize(("starts", "status"), [("09:00", 200), ("09:00Z", 422), ("09:00+02:00", 422)])
def test_a_program_gives_hours_where_the_day_takes_place(
    company: Company, as_: Callable[[Any], TestClient], starts: str, status: int
) -> None:
    sent = {"part": "morning", "starts_at": starts, "ends_at": "12:00", "revision": 0}
    answer = as_(company.bruno).post(f"/api/v1/visits/{company.there.id}/hours", json=sent)
    assert answer.status_code == status
    if status == 422:
        assert "starts_at" in answer.text
        assert "sans fuseau horaire" in answer.text


def test_hours_that_contradict_their_name_change_nothing(company: Company) -> None:
    before, hand = company.before(company.there, company.bruno), company.hand(company.there, company.bruno)
    with pytest.raises(HoursDoNotFit) as refused:
        hosting.set_hours(
            company.session, before, Hours(DayPart.MORNING, time(14), time(16)), hand, revision=0
        )
    assert "corrigez les heures" in refused.value.message()
    assert company.there.revision == 0
    hosting.set_hours(company.session, before, Hours(DayPart.MORNING, time(8), time(11)), hand, revision=0)
    assert (company.there.part, company.there.ends_at) == (DayPart.MORNING, time(11))


def test_new_conditions_undo_a_yes_on_other_terms_before_any_job(company: Company) -> None:
    both_confirm(company)
    ask(company, 0, safety="Chaussures fermées")
    company.session.expire_all()
    assert company.there.visitor_confirmed_at is None
    assert company.there.host_confirmed_at is not None
    assert company.back.visitor_confirmed_at is None
    assert company.history(company.there)[-1] == "asked_anew"
    assert "asked_anew" not in company.history(company.back)


def test_a_waiver_covers_the_conditions_it_was_given_for(company: Company) -> None:
    ask(company, 0, safety="Chaussures fermées")
    waive(company)
    both_confirm(company)
    assert not company.before(company.there, company.anna).asked.conditions_open
    ask(company, 1, safety="Chaussures fermées et casque")
    company.session.expire_all()
    assert company.before(company.there, company.anna).asked.conditions_open
    assert company.there.visitor_confirmed_at is None


def test_a_minor_reads_what_they_cannot_do_and_the_manager_what_they_can(
    company: Company, engine: Engine
) -> None:
    both_confirm(company)
    told(engine, company.session)
    company.anna.under_18 = True
    ask(company, 0, min_age=18)
    assert told(engine, company.session) == [("Anna", "visit_conditions"), ("Marc", "visit_team")]
    texts = {mail.to_name: mail.text for mail in company.session.exec(select(Mail).order_by(col(Mail.id)))}
    assert "vous ne pouvez pas confirmer vous-même" in texts["Anna Roy"]
    assert "Lisez, acceptez" not in texts["Anna Roy"]
    assert "Faites une exception" in texts["Marc Chef"]
    wanted = "Anna Roy n’a pas l’âge que votre équipe demande"

    def titles(who: Person) -> list[str]:
        return [task.title for task in asked_tasks(company.session, who, today=TODAY, now=NOW)]

    assert wanted in titles(company.marc)
    assert wanted not in titles(company.martine)
    waive(company)
    assert wanted not in titles(company.marc)


def test_of_a_past_day_nobody_reads_of_an_exception(
    company: Company, as_: Callable[[Any], TestClient], clock: Clock
) -> None:
    company.anna.under_18 = True
    ask(company, 0, min_age=18)
    company.session.commit()
    here = f"/visits/{company.there.id}"
    for who, said in ((company.anna, "ne reçoit que des adultes"), (company.bruno, "n’a pas l’âge que")):
        clock.set(NOW)
        assert said in as_(who).get(here).text
        clock.set(datetime.combine(company.there.day + timedelta(days=1), time(8), UTC))
        assert said not in as_(who).get(here).text


def test_who_still_waits_for_the_host_is_not_told_that_all_is_confirmed(
    company: Company, engine: Engine
) -> None:
    confirming.confirm(
        company.session,
        company.before(company.there, company.anna),
        company.hand(company.there, company.anna),
        revision=0,
    )
    told(engine, company.session)
    ask(company, 0, safety="Chaussures fermées")
    told(engine, company.session)
    text = company.session.exec(select(Mail.text).where(Mail.kind == "visit_conditions")).one()
    assert "Bruno Lam n’a pas encore répondu" in text
    assert "de nouveau confirmée" not in text


def test_nothing_is_to_be_accepted_while_a_roster_contradicts_the_day(
    company: Company, engine: Engine
) -> None:
    both_confirm(company)
    company.session.add(RosterDay(person_id=company.bruno.id or 0, day=MONDAY, shift=Shift.OFF))
    ask(company, 0, safety="Chaussures fermées")
    told(engine, company.session)
    mail = company.session.exec(select(Mail).where(Mail.kind == "visit_conditions")).one()
    for text in (mail.text, mail.html):
        assert "Vous n’avez rien à confirmer pour l’instant" in text
        assert "Lisez, acceptez" not in text
        assert "/confirmation" not in text


def test_a_host_who_does_not_lead_reads_who_can_make_an_exception(company: Company) -> None:
    ask(company, 0, safety="Chaussures fermées")
    with pytest.raises(ForTheLead) as refused:
        confirming.waive_conditions(
            company.session,
            company.before(company.there, company.bruno),
            company.hand(company.there, company.bruno),
            revision=0,
        )
    assert "Seul le responsable" in refused.value.message()


def off(company: Company, shift: Shift) -> None:
    company.session.merge(RosterDay(person_id=company.bruno.id or 0, day=MONDAY, shift=shift))
    company.session.flush()


def test_two_yes_that_a_roster_contradicted_are_told_once_it_is_corrected(
    company: Company, engine: Engine
) -> None:
    confirming.confirm(
        company.session,
        company.before(company.there, company.bruno),
        company.hand(company.there, company.bruno),
        revision=0,
    )
    told(engine, company.session)
    confirming.confirm(
        company.session,
        company.before(company.there, company.anna),
        company.hand(company.there, company.anna, now=NOW + timedelta(minutes=1)),
        revision=0,
    )
    off(company, Shift.OFF)  # before that yes is told
    assert told(engine, company.session) == []
    off(company, Shift.FULL)
    company.session.commit()
    for _twice in range(2):
        tell_certain(engine, [company.there.id or 0])
        assert confirmations(engine) == ["Anna Roy", "Anna Roy", "Bruno Lam"]  # Anna also read Bruno's yes


def confirmations(engine: Engine) -> list[str]:
    """Who read that somebody, or both, said yes."""
    with Session(engine) as session:
        return sorted(session.exec(select(Mail.to_name).where(Mail.kind == "visit_confirmed")))


def test_a_day_that_both_heard_of_is_confirmed_once(company: Company, engine: Engine) -> None:
    both_confirm(company)
    assert told(engine, company.session) == [("Anna", "visit_confirmed"), ("Bruno", "visit_confirmed")]
    tell_certain(engine, [company.there.id or 0])
    assert confirmations(engine) == ["Anna Roy", "Bruno Lam"]


def on_paper(company: Company, engine: Engine) -> list[str]:
    """Anna has no address: what HR is asked to hand over to her."""
    with Session(engine) as session:
        found = mails.letters(session, company.campaign.id or 0, today=TODAY)
        return [one.mail.kind for one in found]


def cancel(company: Company) -> None:
    hand = Hand(by=By.HR, actor=company.hand(company.there, By.HR).actor, now=NOW)
    service.cancel_visit(
        company.session, company.there, CancelReason.CLOSED, hand.actor, NOW, today=TODAY, by=By.HR
    )


@pytest.fixture
def invited(company: Company, engine: Engine) -> Company:
    company.session.get_one(Account, company.anna.account_id).email = None
    company.anna.email = None
    company.session.commit()
    invite_participants(engine, company.campaign.id or 0)
    return company


def test_a_day_that_fell_before_its_letter_was_handed_over_needs_one_letter(
    invited: Company, engine: Engine
) -> None:
    assert on_paper(invited, engine) == ["visit_invitation"] * 2
    cancel(invited)
    told(engine, invited.session)
    # Of the other day; and that this one fell, since the page had told of it.
    assert on_paper(invited, engine) == ["visit_invitation", "visit_cancelled"]


def test_whoever_was_told_of_a_day_is_told_that_it_fell(invited: Company, engine: Engine) -> None:
    letters = mails.letters(invited.session, invited.campaign.id or 0, today=TODAY)
    hand_over(invited.session, invited.campaign.id or 0, [one.mail.id or 0 for one in letters], now=NOW)
    cancel(invited)
    told(engine, invited.session)
    assert on_paper(invited, engine) == ["visit_cancelled"]


def test_whoever_said_yes_without_a_letter_is_told_that_it_fell(invited: Company, engine: Engine) -> None:
    confirming.confirm(
        invited.session,
        invited.before(invited.there, invited.anna),
        invited.hand(invited.there, invited.anna),
        revision=0,
    )
    cancel(invited)
    told(engine, invited.session)
    assert "visit_cancelled" in on_paper(invited, engine)


def test_letters_about_past_days_are_not_handed_over(invited: Company) -> None:
    days = (MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=5))
    left = [len(mails.letters(invited.session, invited.campaign.id or 0, today=day)) for day in days]
    assert left == [2, 1, 0]
    assert mails.sites_with_letters(invited.session, invited.campaign.id or 0, today=days[-1]) == []


def test_an_exception_for_an_age_waives_the_age_alone(company: Company) -> None:
    company.anna.under_18 = True
    ask(company, 0, min_age=18, safety="Chaussures fermées")
    waive(company)
    before = company.before(company.there, company.anna)
    assert not before.asked.too_young
    assert before.asked.conditions_open
    assert before.asks is not None
    assert [words for _title, words in before.asks.lines] == ["Chaussures fermées"]
    # Whoever comes of age meanwhile, as the staff file says, has still the rest to accept.
    company.anna.under_18 = False
    company.session.commit()
    before = company.before(company.there, company.anna)
    assert before.asked.conditions_open
    hand = company.hand(company.there, company.anna)
    with pytest.raises(ConditionsFirst):
        confirming.confirm(company.session, before, hand, revision=0)
    confirming.confirm(company.session, before, hand, revision=0, conditions_id=before.asks.id)
    assert company.there.visitor_confirmed_at is not None


def test_a_host_who_leads_the_team_reads_their_own_exception_as_theirs(
    company: Company, engine: Engine
) -> None:
    company.lea.manager_id = company.bruno.id
    company.anna.under_18 = True
    company.session.flush()
    ask(company, 0, min_age=18)
    told(engine, company.session)
    here = company.there
    actor = company.hand(here, company.bruno).actor
    hand = Hand(by=By.MANAGER, actor=actor, now=NOW)
    confirming.waive_conditions(
        company.session, company.before(here, By.MANAGER), hand, revision=here.revision
    )
    told(engine, company.session)
    found = company.session.exec(select(Mail).where(Mail.kind == "visit_changed"))
    read = {one.person_id: one.text for one in found}
    assert "Vous faites une exception" in read[company.bruno.id]
    assert "Bruno Lam fait une exception" in read[company.anna.id]
    company.session.commit()


@pytest.mark.parametrize("adults", [True, False])
@pytest.mark.parametrize("yes", [True, False])
def test_a_staff_file_that_makes_somebody_too_young_writes_to_them_whether_or_not_they_said_yes(
    company: Company, engine: Engine, client: TestClient, sign_in: SignIn, adults: bool, yes: bool
) -> None:
    session = company.session
    asked = ask(company, 0, min_age=18 if adults else None, safety="Chaussures fermées")
    if yes:
        here, hand = company.before(company.there, company.anna), company.hand(company.there, company.anna)
        confirming.confirm(session, here, hand, revision=0, conditions_id=asked.id)
    told(engine, session)
    company.anna.employee_number = "N1"
    session.commit()
    sign_in(client, company.hr)
    session.commit()
    lines = "Matricule;Prénom;Nom;Équipe;Moins de 18 ans\nN1;Anna;Roy;Paie;oui\n".encode()
    answer = client.post("/people/import", data={"kind": "people"}, files={"file": ("rh.csv", lines)})
    where = answer.headers["location"]
    page = client.get(where).text
    shown = dict(re.findall(r'name="(shown)" value="([^"]*)"', page))
    assert client.post(f"{where}/confirmation", data=shown).status_code == 303
    before = {one.id for one in session.exec(select(Mail)).all()}
    session.commit()
    ticked(engine, session)
    ticked(engine, session)
    written = [one for one in session.exec(select(Mail).order_by(col(Mail.id))) if one.id not in before]
    assert [(one.to_name, one.kind) for one in written] == (
        [("Anna Roy", "visit_conditions"), ("Marc Chef", "visit_team")] if adults else []
    )
    if adults:
        assert "le fichier du personnel dit maintenant que vous avez moins de 18 ans" in written[0].text
        assert company.history(company.there).count("too_young") == 1
    session.commit()
    page = client.get(f"/visits/{company.there.id}").text
    assert ("la journée attend une exception" in page) is adults


@pytest.mark.parametrize(("adults", "exception"), [(True, False), (True, True), (False, False)])
def test_whoever_becomes_too_young_and_their_team_read_it_once(
    company: Company, engine: Engine, adults: bool, exception: bool
) -> None:
    asked = ask(company, 0, min_age=18 if adults else None, safety="Chaussures fermées")
    here = company.before(company.there, company.anna)
    hand = company.hand(company.there, company.anna)
    confirming.confirm(company.session, here, hand, revision=0, conditions_id=asked.id)
    company.anna.under_18 = True
    company.session.flush()
    if exception:
        waive(company)
    written = ticked(engine, company.session)
    waits = adults and not exception
    assert [(one.to_name, one.kind) for one in written] == (
        [("Anna Roy", "visit_conditions"), ("Marc Chef", "visit_team")] if waits else []
    )
    assert (company.there.visitor_confirmed_at is None) is waits
    if waits:
        assert "le fichier du personnel dit maintenant que vous avez moins de 18 ans" in written[0].text
        assert "a changé ce qu’elle demande" not in written[0].text
        assert written[0].subject.endswith("attend une exception")
