"""A past day to which one of the two never said yes: nobody says that it was lived, both are asked."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.debriefs.jobs import open_forms
from app.visits import absences
from app.visits.tables import Visit
from tests.visits.life import BEFORE, Company, asked, told
from tests.visits.test_not_held import mails

Enter = Callable[[Any], TestClient]


@pytest.fixture
def unsaid(day: Visit, session: Session) -> Visit:
    """Anna said yes, Bruno never did; nothing else stood in the way."""
    day.agreement_at, day.host_confirmed_at = BEFORE, None
    session.commit()
    return day


ASKS = "Nous ne savons pas si votre journée du lundi 5 avril 2027 avec {} a eu lieu"


def test_the_two_are_asked_whether_it_took_place(
    company: Company, engine: Engine, enter: Enter, unsaid: Visit
) -> None:
    company.session.commit()
    open_forms(engine)
    told(engine, company.session)
    texts = {mail.to_name: mail for mail in mails(engine, "debrief_invitation")}
    for who, other in ((company.anna, company.bruno), (company.bruno, company.anna)):
        mail = texts[who.name]
        assert "a-t-elle eu lieu" in mail.subject
        assert ASKS.format(other.name) in mail.text
        assert "L’une des deux personnes n’avait pas confirmé cette journée." in mail.text
        assert "vous avez" not in mail.text.split("Vous recevez ce message")[0]
        assert "a-t-elle eu lieu" in enter(who).get("/home").text
    page = enter(company.bruno).get(f"/visits/{unsaid.id}").text
    assert "Cette journée a-t-elle eu lieu" in page
    assert "passée, a-t-elle eu lieu" in page


def test_either_says_that_it_did_not_and_nobody_is_to_blame(
    company: Company, engine: Engine, enter: Enter, unsaid: Visit
) -> None:
    anna = enter(company.anna)
    anna.post(f"/visits/{unsaid.id}/not-held")
    assert told(engine, company.session) == [("Bruno", "visit_absence")]
    (mail,) = mails(engine, "visit_absence")
    assert "Anna Roy dit que la journée n’a pas eu lieu" in mail.text
    assert "il manquait un oui" in mail.text
    assert "Personne n’est en cause" in mail.text
    assert "convention" not in mail.text
    assert "n’a pas eu lieu, personne n’est en cause" in anna.get(f"/visits/{unsaid.id}").text
    told_so = anna.get(f"/api/v1/visits/{unsaid.id}").json()
    assert (told_so["obstacle"], told_so["not_held_by"]) == ("unconfirmed", "visitor")


def test_who_was_waited_for_may_still_be_said_absent(company: Company, unsaid: Visit) -> None:
    absences.report(company.session, *asked(company, unsaid, company.anna))
    assert unsaid.missed_at is not None


def test_hr_are_asked_for_no_agreement_there(company: Company, enter: Enter, unsaid: Visit) -> None:
    page = enter(company.hr).get(f"/visits/{unsaid.id}").text
    assert "Cette journée a-t-elle eu lieu" in page
    assert "Enregistrer la convention" not in page


def test_what_both_said_yes_to_is_told_as_lived(
    company: Company, engine: Engine, enter: Enter, unsaid: Visit
) -> None:
    unsaid.host_confirmed_at = BEFORE
    company.session.commit()
    open_forms(engine)
    told(engine, company.session)
    assert any("vous avez accueilli" in mail.text for mail in mails(engine, "debrief_invitation"))
    page = enter(company.bruno).get(f"/visits/{unsaid.id}").text
    assert "a-t-elle eu lieu" not in page
