"""A day comes without its agreement and its visitor has no e-mail: nobody reads that she was told not to
travel before somebody told her, and whoever may tell her knows."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app.accounts.tables import Account
from app.calendars import agreements
from app.calendars.agreements import remind_hr
from app.calendars.uncertain import ask_to_tell
from app.campaigns.tables import Status
from app.core.db import open_session
from app.messages.tables import Mail, MailStatus
from app.visits.tables import Visit
from tests.support.web import Clock
from tests.visits.life import PAIR, Company, told

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]
BEFORE = datetime(2027, 4, 3, 8, 0, tzinfo=UTC)
WEEK_BEFORE = datetime(2027, 3, 29, 8, 0, tzinfo=UTC)
TELL_HER = "Anna Roy n’a pas d’adresse de courriel : dites-lui de vive voix de ne pas se déplacer"
WROTE = "Nous avons écrit à Anna Roy de ne pas se déplacer"


def warn_uncertain(engine: Engine) -> None:
    """As the clock does: the warnings, then HR."""
    agreements.warn_uncertain(engine)
    ask_to_tell(engine)


@pytest.fixture
def day(company: Company, clock: Clock) -> Visit:
    """Two days before Anna, who has no e-mail, is to be at Bruno's, whose company has not signed."""
    company.campaign.status = Status.RUNNING
    company.anna.legal_entity, company.bruno.legal_entity = "Vélo SA", "Vélo Services"
    company.anna.email = company.session.get_one(Account, company.anna.account_id).email = None
    company.back.agreement_at = BEFORE
    clock.set(BEFORE)
    company.session.commit()
    return company.there


def mails(engine: Engine, kind: str) -> list[Mail]:
    with open_session(engine, reads_only=True) as session:
        return list(session.exec(select(Mail).where(Mail.kind == kind).order_by(col(Mail.id))).all())


def plain(text: str) -> str:
    """Without the spaces that French sets before a colon."""
    return text.replace("\xa0", " ")


def letter(engine: Engine) -> Mail:
    return next(one for one in mails(engine, "visit_uncertain") if one.to_name == "Anna Roy")


def hand_over(company: Company, engine: Engine, enter: Enter) -> None:
    paper = f"/campaigns/{company.campaign.id}/paper"
    enter(company.hr).post(f"{paper}/handing", data={"mail": [letter(engine).id]})


def test_whoever_receives_reads_that_the_visitor_is_to_be_told_by_hand_until_she_was(
    company: Company, engine: Engine, enter: Enter, day: Visit
) -> None:
    bruno, here = enter(company.bruno), f"/visits/{day.id}"
    assert "Anna Roy ne doit pas se déplacer" in bruno.get(here).text  # nothing is written yet
    warn_uncertain(engine)
    (to_bruno,) = [one for one in mails(engine, "visit_uncertain") if one.to_name == "Bruno Lam"]
    for text in (
        to_bruno.text,
        bruno.get(here).text,
        bruno.get("/home").text,
        enter(company.hr).get(here).text,
    ):
        assert TELL_HER in plain(text)
        assert WROTE not in text
    history = "Anna Roy, qui n’a pas d’adresse de courriel, est à prévenir de vive voix"
    assert history in bruno.get(here).text
    assert "un message dit à chacun" not in bruno.get(here).text
    assert "Ne vous déplacez pas" in enter(company.anna).get("/home").text
    hand_over(company, engine, enter)
    for text in (bruno.get(here).text, bruno.get("/home").text, enter(company.hr).get(here).text):
        assert "Anna Roy sait qu’il ne faut pas se déplacer" in text
        assert TELL_HER not in plain(text)


def test_a_visitor_with_an_address_was_written_to_unless_the_mail_was_refused(
    company: Company, engine: Engine, enter: Enter, day: Visit
) -> None:
    company.anna.email = "anna@exemple.fr"
    company.session.commit()
    warn_uncertain(engine)
    bruno, here = enter(company.bruno), f"/visits/{day.id}"
    assert WROTE in bruno.get(here).text
    assert WROTE in bruno.get("/home").text
    assert "un message dit à chacun de ne pas se déplacer" in bruno.get(here).text
    assert mails(engine, "letters_due") == []
    with open_session(engine) as session:
        session.get_one(Mail, letter(engine).id).status = MailStatus.FAILED
    page = bruno.get(here).text
    assert WROTE not in page
    assert "Notre message à Anna Roy n’est pas arrivé : dites-lui de vive voix" in plain(page)


def test_hr_read_once_who_is_to_be_told_by_hand_and_where_the_letter_is(
    company: Company, engine: Engine, enter: Enter, day: Visit
) -> None:
    for _twice in range(2):
        warn_uncertain(engine)
    (mail,) = mails(engine, "letters_due")
    assert mail.to_name == "Claire Morel"
    paper = f"/campaigns/{company.campaign.id}/paper"
    assert "Anna Roy" in mail.text
    assert paper in mail.text
    hr = enter(company.hr)
    home, page = hr.get("/home").text, hr.get(f"/campaigns/{company.campaign.id}/agreements").text
    for text in (home, page):
        assert "Une personne à prévenir de vive voix" in text
        assert f'href="{paper}"' in text
    assert "Anna Roy, avant le lundi 5 avril" in page
    kinds = [one["kind"] for one in hr.get("/api/v1/me/tasks").json()["tasks"]]
    assert "letters" in kinds
    hand_over(company, engine, enter)
    warn_uncertain(engine)
    assert "à prévenir de vive voix" not in hr.get("/home").text
    assert len(mails(engine, "letters_due")) == 1


def test_the_paper_list_begins_with_what_is_urgent(
    company: Company, engine: Engine, enter: Enter, day: Visit
) -> None:
    def other(number: int) -> Mail:
        values = letter(engine).model_dump(exclude={"id", "subject", "key", "kind"})
        return Mail(**values, key=f"other:{number}", kind="visit_reminder", subject=f"Autre chose {number}")

    warn_uncertain(engine)
    with open_session(engine) as session:
        urgent = session.get_one(Mail, letter(engine).id)
        session.add_all([other(1), other(2)])
        session.flush()
        urgent.key, key = "elsewhere", urgent.key  # written again: it comes last by number
        session.flush()
        again = Mail(**urgent.model_dump(exclude={"id", "key"}), key=key)
        session.delete(urgent)
        session.add(again)
    page = enter(company.hr).get(f"/campaigns/{company.campaign.id}/paper").text
    assert page.index("Elle n’est pas encore certaine") < page.index("Autre chose 1")
    assert page.count("urgent") >= 1


def test_the_letter_serves_no_more_once_the_agreement_is_recorded(
    company: Company, engine: Engine, enter: Enter, day: Visit
) -> None:
    warn_uncertain(engine)
    hr = enter(company.hr)
    hr.post(f"/campaigns/{company.campaign.id}/agreements", data={**PAIR, "visit_ids": [day.id]})
    told(engine, company.session)
    assert "à prévenir de vive voix" not in hr.get("/home").text
    page = hr.get(f"/campaigns/{company.campaign.id}/paper").text
    assert "Elle n’est pas encore certaine" not in page
    assert "Anna Roy" in page  # the news that it is certain now


def test_the_mail_about_agreements_names_who_will_have_to_be_told_by_hand(
    company: Company, engine: Engine, clock: Clock, day: Visit
) -> None:
    clock.set(WEEK_BEFORE)
    remind_hr(engine)
    (mail,) = mails(engine, "agreements_due")
    assert "sans adresse de courriel, à prévenir de vive voix : Anna Roy" in plain(mail.text)
    assert f"/campaigns/{company.campaign.id}/paper" in mail.text
