"""HR change who says yes while requests wait: those who asked before come first."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking.tables import Approval, RequestStatus, Silence
from app.worker import drain
from tests.booking.conftest import MONDAY, Shop, let_go, mails, statuses

pytestmark = pytest.mark.usefixtures("clock")


def rules(shop: Shop, approval: Approval) -> dict[str, str]:
    """What the form sends."""
    terms = shop.terms
    return {
        "booking": shop.campaign.booking.value,
        "version": str(shop.campaign.version),
        "approval": approval.value,
        "max_per_person": str(terms.max_per_person),
        "notice_days": str(terms.notice_days),
        "answer_days": str(terms.answer_days),
        "silence": Silence.EXPIRE.value,
        "accept_hours": str(terms.accept_hours),
    }


@pytest.mark.parametrize("approval", list(Approval))
def test_at_once_accepts_who_asked_first_and_nobody_else_is_touched(
    engine: Engine, session: Session, asked_shop: Shop, as_: Callable[[Any], TestClient], approval: Approval
) -> None:
    shop = asked_shop
    place = shop.offer((MONDAY,), host_id=shop.hosts[0].id)
    first, second = (shop.ask(asker, place) for asker in shop.askers[:2])
    session.commit()
    drain(engine)
    sent, here, hr = rules(shop, approval), f"/campaigns/{shop.campaign.id}/booking", shop.hr
    let_go(session, hr, first, second)
    client = as_(hr)
    assert "2 demandes attendent la réponse d’une équipe" in client.get(f"{here}/edit").text
    assert client.post(here, data=sent).status_code == 303
    at_once = approval is Approval.AT_ONCE
    booked = [RequestStatus.BOOKED, RequestStatus.REQUESTED]
    assert statuses(session, first, second) == (booked if at_once else [RequestStatus.REQUESTED] * 2)
    drain(engine)
    waits = RequestStatus.WAITING if at_once else RequestStatus.REQUESTED
    assert statuses(session, second) == [waits]
    assert bool(mails(session, "visit_invitation")) is at_once
    assert bool(mails(session, "booking_queued")) is at_once
    assert ("attend la réponse d’une équipe" in client.get(f"{here}/edit").text) is False


@pytest.mark.parametrize("answered", [False, True])
def test_nobody_is_said_to_have_answered_whom_the_rule_no_longer_asks(
    engine: Engine, session: Session, asked_shop: Shop, as_: Callable[[Any], TestClient], *, answered: bool
) -> None:
    shop = asked_shop
    host = shop.hosts[0]
    request = shop.ask(shop.askers[0], shop.offer((MONDAY,), host_id=host.id))
    if answered:
        shop.approve(request)
    session.commit()
    drain(engine)
    sent, here, hr = rules(shop, Approval.AT_ONCE), f"/campaigns/{shop.campaign.id}/booking", shop.hr
    asker_id, host_id, manager_id = request.person_id, host.id, shop.marc.id
    let_go(session, hr, request)
    assert as_(hr).post(here, data=sent).status_code == 303
    drain(engine)
    session.expire_all()
    invited = {one.person_id: one for one in mails(session, "visit_invitation")}
    [team] = [one for one in mails(session, "visit_team") if one.person_id == manager_id]
    for text in (invited[asker_id].text, invited[asker_id].html):
        assert ("vous reçoit" in text, "ouvre sa porte" in text) == (answered, answered)
        unasked = "sans attendre la réponse de l’équipe Boutique Bellecour"
        assert (unasked in text, "doit encore le confirmer" in text) == (not answered, not answered)
    for text in (invited[host_id].text, invited[host_id].html):
        assert ("sans attendre la réponse de votre équipe" in text) is not answered
        assert ("Vous faites découvrir votre métier" in text) is answered
    for text in (team.text, team.html):
        assert ("Votre réponse à cette demande n’est plus attendue" in text) is not answered
