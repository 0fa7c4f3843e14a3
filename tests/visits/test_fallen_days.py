"""A day that fell, was missed, or cannot be made up for: what is said of it, and what is offered."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.campaigns.tables import Status
from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person
from app.visits import absences, moving, service
from app.visits.tables import CancelReason, Visit
from app.worker import drain
from tests.support.web import Clock
from tests.visits.life import FRIDAY, MONDAY, TODAY, TUESDAY, Company, fell

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]
LIVED, STANDS = "est passée", "tient toujours"


def lived_back(company: Company) -> None:
    """Bruno came to Anna last week; the day there falls today."""
    company.session.get_one(Visit, company.back.id).day = TODAY.replace(day=1)
    company.session.commit()


def test_the_day_just_declined_is_not_proposed_again_though_the_two_may_agree(company: Company) -> None:
    fell(company)
    days = moving.days_of(company.session, company.before(company.there, company.anna))
    proposed = [one.day for one in days.possible(None)]
    assert MONDAY not in proposed
    assert TUESDAY in proposed
    assert days.why_not(MONDAY) is None


@pytest.mark.parametrize("lived", [True, False])
def test_the_other_day_is_said_to_stand_or_to_have_been_lived(
    company: Company, engine: Engine, as_: Enter, lived: bool
) -> None:
    if lived:
        lived_back(company)
    fell(company)
    drain(engine)
    anna, here = as_(company.anna), f"/visits/{company.there.id}"
    with open_session(engine) as session:
        mails = session.exec(select(Mail.text).where(Mail.kind == "visit_cancelled")).all()
    for text in (anna.get(here).text, anna.get(f"{here}/days").text, anna.get("/home").text):
        assert (LIVED in text, STANDS in text) == (lived, not lived)
    assert mails
    assert all((LIVED in text, "est maintenue" in text) == (lived, not lived) for text in mails)


@pytest.mark.parametrize("contested", [True, False])
def test_the_other_day_that_did_not_take_place_is_not_said_to_be_past(
    company: Company, engine: Engine, as_: Enter, contested: bool
) -> None:
    lived_back(company)
    missed = company.session.get_one(Visit, company.back.id)
    missed.missed_at = datetime(2027, 3, 1, 18, 0, tzinfo=UTC)
    missed.disputed_at = datetime(2027, 3, 1, 19, 0, tzinfo=UTC) if contested else None
    company.session.commit()
    fell(company)
    drain(engine)
    with open_session(engine) as session:
        mails = session.exec(select(Mail.text).where(Mail.kind == "visit_cancelled")).all()
    assert mails
    for text in (*mails, as_(company.anna).get(f"/visits/{company.there.id}/days").text):
        assert LIVED not in text
        assert STANDS not in text
    assert all(("mars 2027 n’a pas eu lieu" in text) is not contested for text in mails)


@pytest.mark.parametrize("free", [True, False])
def test_an_exchange_for_which_no_day_is_left_says_so_and_offers_to_leave_it_at_one(
    company: Company, engine: Engine, as_: Enter, free: bool
) -> None:
    if not free:
        company.session.get_one(Person, company.bruno.id).worked_weekdays = "0000000"
    fell(company)
    anna, here = as_(company.anna), f"/visits/{company.there.id}"
    page = anna.get(f"{here}/days").text
    assert ("Plus aucun jour à proposer" in page) is not free
    assert ('value="one_way" checked' in page) is not free
    assert ("demander à vos RH" in page) is not free
    assert ("Voir les jours possibles" in anna.get(here).text) is free
    assert ("lus aucun jour ne convient à vous deux" in anna.get(here).text) is not free
    for path in ("/home", here):
        assert ("voyez si un jour reste possible" in anna.get(path).text.lower()) is free
        assert ("En rester à une journée" in anna.get(path).text) is not free
    assert "Voir les jours possibles" not in anna.get("/visits").text
    sent = {"revision": str(company.there.revision), "choice": "one_way"}
    assert anna.post(f"{here}/proposals", data=sent).status_code == 303
    drain(engine)
    with open_session(engine) as session:
        mails = session.exec(select(Mail.text).where(Mail.kind == "visit_cancelled")).all()
    assert {("jour de rattrapage" in one, "Plus aucun jour ne convient" in one) for one in mails} == {
        (free, not free)
    }


def test_a_cancelled_day_is_headed_so_and_names_the_return_as_the_other(company: Company, as_: Enter) -> None:
    anna, here = as_(company.anna), f"/visits/{company.there.id}"
    standing = anna.get(here).text
    assert "Vous passez le lundi 5 avril 2027" in standing
    assert "échange complet" in standing
    fell(company)
    page = anna.get(here).text
    assert "Une journée annulée" in page
    assert "Vous passez le" not in page
    assert "échange complet" not in page
    assert f'href="/visits/{company.back.id}"' in page


@pytest.mark.parametrize("contested", [True, False])
def test_a_day_that_did_not_take_place_is_called_so_until_it_is_contested_and_hr_rule(
    company: Company, as_: Enter, clock: Clock, contested: bool
) -> None:
    session, missed = company.session, company.there
    company.campaign.status = Status.RUNNING
    evening = datetime(2027, 4, 5, 18, 0, tzinfo=UTC)
    absences.report(
        session, company.before(missed, company.bruno, TUESDAY), company.hand(missed, company.bruno, evening)
    )
    if contested:
        absences.contest(
            session,
            company.before(missed, company.anna, TUESDAY),
            company.hand(missed, company.anna, evening),
        )
    session.commit()
    clock.set(datetime(2027, 4, 6, 8, 0, tzinfo=UTC))
    anna = as_(company.anna)
    for path in (f"/visits/{missed.id}", "/visits"):
        page = anna.get(path).text
        assert ("absence signalée" in page) is not contested
        assert "n’a pas eu lieu" not in page.replace("n’a pas eu lieu, dites", "")
        assert ("absence contestée" in page) is contested
        assert path == "/visits" or page.count("absence contestée") == contested  # one chip
        assert "échange complet" not in page
    here, hr = f"/visits/{missed.id}/ruling", as_(company.hr)
    asked = "1 journée contestée de" in hr.get("/home").text
    assert asked is contested
    ruling = hr.get(here).text
    version = re.search(r'name="version" value="(\d+)"', ruling)
    assert version is not None
    sent = {"outcome": "held", "version": version[1], "words": "Vu avec la boutique"}
    assert 'name="outcome" value="host"' in ruling
    assert re.search(r'href="/campaigns"[^>]*aria-current', ruling)
    assert "Un mot pour les deux personnes" in hr.get(here).text
    assert hr.post(here, data={**sent, "version": "0"}).status_code == 409
    assert hr.post(here, data=sent, follow_redirects=False).status_code == 303
    assert "attend votre avis" not in hr.get("/home").text
    known = hr.get(f"/campaigns/{company.campaign.id}/absences").text
    assert "tranchée" in known
    assert "Vu avec la boutique" in known
    page = as_(company.anna).get(f"/visits/{missed.id}").text
    assert "échange complet" in page
    assert "Vu avec la boutique" in page


def test_a_day_cancelled_for_both_leaves_nothing_to_choose(company: Company, as_: Enter) -> None:
    fell(company)
    service.cancel_visit(
        company.session, company.back, CancelReason.UNAVAILABLE, None, company.there.changed_at, today=TODAY
    )
    company.session.commit()
    assert company.back.day == FRIDAY
    assert "Que devient votre échange" not in as_(company.anna).get("/home").text


def test_two_who_report_each_other_do_not_read_as_uncontested(company: Company, as_: Enter) -> None:
    session, visit = company.session, company.there
    for who in (company.bruno, company.anna):
        absences.report(session, company.before(visit, who, TUESDAY), company.hand(visit, who))
    session.commit()
    page = as_(company.hr).get(f"/campaigns/{company.campaign.id}/absences").text
    assert "versions opposées" in page
    assert "non contestée" not in page
    assert f'href="/visits/{visit.id}/ruling"' in page


def test_programs_of_hr_read_absences_and_rule(company: Company, as_: Enter) -> None:
    session, visit = company.session, company.there
    absences.report(
        session, company.before(visit, company.bruno, TUESDAY), company.hand(visit, company.bruno)
    )
    session.commit()
    hr = as_(company.hr)
    (told,) = hr.get(f"/api/v1/campaigns/{company.campaign.id}/absences").json()["absences"]
    assert (told["absent"], told["disputed"], told["ruled_at"]) == ("visitor", False, None)
    sent = {"outcome": "held", "version": told["version"]}
    assert hr.post(f"/api/v1/visits/{visit.id}/ruling", json={**sent, "version": 9}).status_code == 409
    assert hr.post(f"/api/v1/visits/{visit.id}/ruling", json=sent).status_code == 201
    (told,) = hr.get(f"/api/v1/campaigns/{company.campaign.id}/absences").json()["absences"]
    assert told["ruled_at"] is not None
