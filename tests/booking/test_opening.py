"""What HR does with open booking: create, open, look for a request and read it."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, select

from app import worker
from app.campaigns.tables import Booking, Campaign, Exchange, Status
from app.campaigns.words import proposed_story
from app.core.db import open_session
from app.messages.tables import Mail
from tests.booking.conftest import TUESDAY, Shop

pytestmark = pytest.mark.usefixtures("clock")

Enter = Callable[[Any], TestClient]
INVITATION = "campaign_invitation"


@pytest.fixture
def draft(shop: Shop) -> Shop:
    """Everything is ready to open; no team offers anything yet."""
    campaign = shop.campaign
    campaign.status = Status.DRAFT
    campaign.information_sheet_on = campaign.representatives_informed_on = shop.campaign.enrol_until.replace(
        year=2027, month=1, day=4
    )
    shop.session.commit()
    return shop


def invited(engine: Engine) -> int:
    """How many invitations were written."""
    worker.drain(engine)
    with open_session(engine) as session:
        return len(session.exec(select(Mail).where(col(Mail.kind) == INVITATION)).all())


def test_the_guided_creation_asks_which_kind_and_speaks_of_it(shop: Shop, engine: Engine, as_: Enter) -> None:
    shop.session.commit()
    hr = as_(shop.hr)
    assert 'value="open"' in hr.get("/campaigns/new").text
    made = hr.post(
        "/campaigns",
        data={
            "name": "Portes ouvertes",
            "booking": "open",
            "then": "next",
            "story": proposed_story(Booking.NONE),
        },
    )
    here = made.headers["location"].rsplit("/edit/", 1)[0]
    with open_session(engine) as session:
        campaign = session.get_one(Campaign, int(here.rsplit("/", 1)[1]))
        assert (campaign.booking, campaign.exchange) == (Booking.OPEN, Exchange.SHADOW)
        assert "dans le vôtre" not in campaign.story
    rules = hr.get(f"{here}/edit/rules").text
    assert "Entre les deux journées" not in rules
    assert "La réservation" in rules
    assert "On s’inscrit jusqu’au" not in hr.get(f"{here}/edit/dates").text
    terms = hr.get(f"{here}/booking/edit").text
    assert "Étapes de la préparation" in terms
    assert f"{here}/booking/terms" in hr.get(f"{here}/check").text
    read_again = hr.get(f"{here}/booking/terms").text
    for what in ("a dit oui", "au plus par personne", "à l’avance", "est gardée"):
        assert what in read_again
    for page in (here, f"{here}/check"):
        text = hr.get(page).text
        for word in ("nscription", "inôme", "Un échange", "Plan publié"):
            assert word not in text, (page, word)


def test_opening_without_places_warns_and_invites_nobody_until_asked(
    draft: Shop, engine: Engine, as_: Enter
) -> None:
    hr, here = as_(draft.hr), f"/campaigns/{draft.campaign.id}"
    assert hr.get(f"{here}/steps/opening").headers["location"] == f"{here}/booking/opening"
    assert "Aucune place n’est proposée" in hr.get(f"{here}/booking/opening").text
    hr.post(f"{here}/booking/opening", data={"version": draft.campaign.version})
    assert invited(engine) == 0
    assert "Personne n’est encore invité" in hr.get(f"{here}/booking").text
    hr.post(f"{here}/booking/invitations")
    assert invited(engine) == 0
    draft.session.expire_all()
    draft.offer()
    draft.session.commit()
    for _again in range(2):
        hr.post(f"{here}/booking/invitations")
        assert invited(engine) == 12


def test_opening_with_places_invites_everybody_once(draft: Shop, engine: Engine, as_: Enter) -> None:
    draft.offer()
    draft.session.commit()
    hr, here = as_(draft.hr), f"/campaigns/{draft.campaign.id}"
    assert "reçoivent l’invitation" in hr.get(f"{here}/booking/opening").text
    hr.post(f"{here}/booking/opening", data={"version": 99})
    assert invited(engine) == 0
    hr.post(f"{here}/booking/opening", data={"version": draft.campaign.version})
    assert invited(engine) == 12


def test_hr_finds_a_request_and_opens_it(shop: Shop, engine: Engine, as_: Enter) -> None:
    place = shop.offer()
    asked = shop.ask(shop.askers[0], place)
    shop.ask(shop.askers[1], place, TUESDAY)
    shop.session.commit()
    hr, here = as_(shop.hr), f"/campaigns/{shop.campaign.id}/booking"
    assert "2 demandes" in hr.get(here).text
    found = hr.get(here, params={"q": "anna compte0", "status": "booked", "page": "1"}).text
    assert "1 demande" in found
    link = f"/people/{shop.askers[0].id}/booking/requests/{asked.id}"
    assert link in found
    assert "Rien ne correspond" in hr.get(here, params={"status": "refused"}).text
    page = hr.get(link).text
    assert shop.askers[0].name in page
    assert f"/visits/{asked.visit_id}" in page
    assert as_(shop.marc).get(link).status_code == 403
