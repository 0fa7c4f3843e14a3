"""Whoever has no e-mail finds their messages in their own space, and HR every letter on some list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.accounts.tables import Account, AuditEntry
from app.core import jobs
from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person
from app.teams.tables import Delegation
from app.worker import drain
from tests.factories import NOW, make_account, make_campaign, make_person, make_team
from tests.support.web import Clock

As = Callable[[Any], TestClient]
NEWS = "Vous ne décidez plus à la place de Marc Chef"


class Shop:
    """Marc leads, and lent his team to Chloé, who has no e-mail."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.hr = make_account(session, "Claire Morel", is_hr=True)
        team = make_team(session, name="Boutique")
        self.marc = make_person(session, team, first_name="Marc", last_name="Chef")
        self.chloe = make_person(session, team, first_name="Chloé", last_name="Delattre", email=None)
        make_person(session, team, manager_id=self.marc.id)
        self.lent = Delegation(
            manager_id=self.marc.id or 0,
            delegate_id=self.chloe.id or 0,
            first_day=NOW.date(),
            last_day=NOW.date(),
            created_at=NOW,
        )
        session.add(self.lent)
        session.flush()
        jobs.record(session, "delegation.given", delegation_id=self.lent.id)
        session.commit()


@pytest.fixture
def shop(session: Session, clock: Clock, engine: Engine) -> Shop:
    clock.set(NOW)
    made = Shop(session)
    drain(engine)
    return made


def marc_leaves(shop: Shop, engine: Engine) -> None:
    shop.session.get_one(Person, shop.marc.id).active = False
    jobs.record(shop.session, "person.left", person_id=shop.marc.id)
    shop.session.commit()
    drain(engine)


def test_a_leavers_delegate_without_an_address_reads_it_at_home_and_hr_hand_it_over(
    shop: Shop, engine: Engine, as_: As
) -> None:
    marc_leaves(shop, engine)
    chloe, hr = as_(shop.chloe), as_(shop.hr)
    home = chloe.get("/home").text
    assert "Un message pour vous" in home
    assert 'href="/me/messages"' in home
    mine = chloe.get("/me/messages").text
    assert NEWS in mine
    assert "vous confie son équipe" not in mine  # no longer true
    page = hr.get("/home").text
    assert "Un message à remettre en main propre" in page
    assert 'href="/paper"' in page
    assert NEWS in hr.get("/paper").text
    assert NEWS in hr.get("/paper/letters").text
    with open_session(engine, reads_only=True) as session:
        (letter,) = [one for one in session.exec(select(Mail)) if one.subject.startswith(NEWS)]
    hr.post("/paper/handing", data={"mail": [letter.id]})
    assert NEWS not in hr.get("/paper").text
    assert "à remettre en main propre" not in hr.get("/home").text
    assert "pour vous" not in chloe.get("/home").text
    with open_session(engine, reads_only=True) as session:
        trail = session.exec(select(AuditEntry).where(AuditEntry.action == "mail.handed_over")).all()
        assert [(one.subject, one.details["letters"]) for one in trail] == [("letters", 1)]


def test_a_delegation_given_again_is_told_again_and_so_is_its_end(
    shop: Shop, engine: Engine, as_: As, clock: Clock
) -> None:
    marc, chloe = as_(shop.marc), as_(shop.chloe)
    given = "vous confie son équipe"
    dates = {"delegate_id": shop.chloe.id, "first_day": NOW.date(), "last_day": NOW.date()}
    marc.post(f"/team/delegations/{shop.lent.id}/deletion")
    drain(engine)
    clock.set(NOW + timedelta(minutes=1))
    marc.post("/team/delegations", data=dates)
    drain(engine)
    assert given in chloe.get("/me/messages").text
    with open_session(engine, reads_only=True) as session:
        (again,) = [one.id for one in session.exec(select(Delegation)) if one.ended_at is None]
    marc.post(f"/team/delegations/{again}/deletion")
    drain(engine)
    assert given not in chloe.get("/me/messages").text
    with open_session(engine, reads_only=True) as session:
        assert len([one for one in session.exec(select(Mail)) if ":ended" in one.key]) == 2


def test_whoever_says_that_they_read_theirs_leaves_nothing_to_hand_over(
    shop: Shop, engine: Engine, as_: As
) -> None:
    marc_leaves(shop, engine)
    with open_session(engine, reads_only=True) as session:
        (letter,) = [one for one in session.exec(select(Mail)) if one.subject.startswith(NEWS)]
    with open_session(engine) as session:
        other = session.get_one(Account, make_person(session, first_name="Paul").account_id)
    as_(other).post("/me/messages/reading", data={"mail": [letter.id]})
    chloe, hr = as_(shop.chloe), as_(shop.hr)
    page = chloe.get("/me/messages").text
    assert NEWS in page
    assert f'name="mail" value="{letter.id}"' in page
    chloe.post("/me/messages/reading", data={"mail": [letter.id]})
    assert NEWS not in chloe.get("/me/messages").text
    assert "pour vous" not in chloe.get("/home").text
    assert NEWS not in hr.get("/paper").text
    assert "à remettre en main propre" not in hr.get("/home").text


def test_nobody_reads_the_letters_of_somebody_else(shop: Shop, engine: Engine, as_: As) -> None:
    marc_leaves(shop, engine)
    with open_session(engine) as session:
        other = make_person(session, first_name="Paul")
        account = session.get_one(Account, other.account_id)
    paul = as_(account)
    assert paul.get("/paper").status_code == 403
    assert paul.get("/paper/letters").status_code == 403
    assert paul.post("/paper/handing", data={"mail": [1]}).status_code == 403
    assert NEWS not in paul.get("/me/messages").text
    assert "pour vous" not in paul.get("/home").text
    assert as_(shop.hr).get("/me/messages").status_code == 403  # no employee


def test_a_campaigns_letters_stay_on_its_own_list_and_are_read_at_home_too(
    shop: Shop, engine: Engine, as_: As
) -> None:
    with open_session(engine) as session:
        campaign = make_campaign(session)
        jobs.record(session, "campaign.opened", campaign_id=campaign.id)
        session.flush()
        number = campaign.id
    drain(engine)
    hr = as_(shop.hr)
    here = f"/campaigns/{number}/paper"
    assert "Campagne de printemps" in hr.get(here).text
    assert "Chloé Delattre" in hr.get(here).text
    assert "vous confie son équipe" not in hr.get(here).text
    mine = as_(shop.chloe).get("/me/messages").text
    assert "vous confie son équipe" in mine
    assert "Campagne de printemps" in mine
    with open_session(engine, reads_only=True) as session:
        theirs = select(Mail.id).where(Mail.campaign_id == number, col(Mail.status) == "unreachable")
        invited = session.exec(theirs).one()
    hr.post("/paper/handing", data={"mail": [invited]})  # of another list
    assert "Chloé Delattre" in hr.get(here).text
