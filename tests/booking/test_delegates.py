"""Whoever stands in for an absent manager is asked, decides, reads; the audit trail says for whom."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, delete, select

from app.accounts.tables import AuditEntry
from app.booking.jobs_answers import ask_managers
from app.booking.tables import Approval
from app.core.db import open_session
from app.messages.tables import Mail
from app.people.tables import Person
from app.teams.tables import Delegation, TeamConditions
from tests.booking.conftest import NOW, TODAY, Shop
from tests.factories import make_account, make_person, make_visit
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")


class Away(Shop):
    """Marc is away: Zoé of the accounts decides for his team. Somebody asks for a day there."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, approval=Approval.MANAGER)
        self.zoe = make_person(session, self.accounts, first_name="Zoé", last_name="Relais")
        lent = {"manager_id": self.marc.id, "delegate_id": self.zoe.id}
        session.add(Delegation(first_day=TODAY, last_day=TODAY, created_at=NOW, **lent))
        self.place = self.offer()
        self.request = self.ask(self.askers[0], self.place)


@pytest.fixture
def shop(engine: Engine) -> Away:
    with open_session(engine) as session:
        return Away(session)


def trail(engine: Engine, action: str) -> list[dict[str, object]]:
    with open_session(engine) as session:
        return list(session.exec(select(AuditEntry.details).where(AuditEntry.action == action)))


def test_the_delegate_is_asked_as_well_while_the_manager_is_away(shop: Away, engine: Engine) -> None:
    ask_managers(engine, shop.request.id or 0)
    with open_session(engine) as session:
        assert sorted(session.exec(select(Mail.to_name))) == ["Marc Chef", "Zoé Relais"]
        session.delete(session.get_one(Delegation, 1))
        session.exec(delete(Mail))
    ask_managers(engine, shop.request.id or 0)
    with open_session(engine) as session:
        assert session.exec(select(Mail.to_name)).all() == ["Marc Chef"]


def test_the_trail_says_for_whom_a_delegate_decided(shop: Away, engine: Engine, as_: Any) -> None:
    sent = {"revision": str(shop.request.revision)}
    done = as_(shop.zoe).post(f"/booking/requests/{shop.request.id}/approval", data=sent)
    assert "C’est oui" in done.text or done.status_code == 303
    assert trail(engine, "booking.approved") == [{"for_manager": shop.marc.id}]
    assert trail(engine, "visit.planned")[-1]["for_manager"] == shop.marc.id
    with open_session(engine) as session:
        admin = make_account(session, "Alix Admin", is_admin=True)
    page = as_(admin).get("/admin/audit?action=booking.approved").text
    assert "Demande acceptée" in page
    assert "pour Marc Chef" in page
    assert "for_manager" not in page


@pytest.mark.parametrize("number", [1, 999])
def test_an_old_link_of_a_former_delegate_says_who_answers(
    shop: Away, as_: Any, clock: Clock, number: int
) -> None:
    """Whether the request, or the place, exists or not: a guessed one tells nothing."""
    here = f"/booking/requests/{number}/approval"
    links = (here, f"/team/places/{number}/edit")
    reached = [as_(shop.zoe).get(one).status_code for one in links]
    assert reached == [200 if number == 1 else 404] * 2
    clock.forward(days=1)
    zoe, stranger = as_(shop.zoe), as_(shop.askers[2])
    for one in links:
        answer = zoe.get(one)
        assert answer.status_code == 403
        assert "c’est de nouveau Marc Chef qui répond" in answer.text
        assert stranger.get(one).status_code == 404
    assert zoe.post(here, data={"revision": "0"}).status_code == 403


def test_a_manager_decides_for_nobody_else(shop: Away, engine: Engine, as_: Any) -> None:
    sent = {"revision": str(shop.request.revision), "reason": "service"}
    as_(shop.marc).post(f"/booking/requests/{shop.request.id}/refusal", data=sent)
    assert trail(engine, "booking.refused") == [{"reason": "service"}]


def hosted(engine: Engine, shop: Away, visitor: Person, host: Person) -> str:
    with open_session(engine) as session:
        visit = make_visit(session, shop.campaign, visitor, host)
        return f"/visits/{visit.id}"


def test_a_delegate_reads_the_days_of_the_team_also_the_manager_s_own(
    shop: Away, engine: Engine, as_: Any
) -> None:
    for visitor, host in zip(shop.askers, (shop.marc, shop.hosts[0]), strict=False):
        assert as_(shop.zoe).get(hosted(engine, shop, visitor, host)).status_code == 200
    with open_session(engine) as session:
        session.delete(session.get_one(Delegation, 1))
    assert as_(shop.zoe).get("/visits/1").status_code == 404


def test_a_manager_who_receives_makes_an_exception_as_manager_and_a_host_does_not(
    shop: Away, engine: Engine, as_: Any
) -> None:
    with open_session(engine) as writing:
        writing.add(TeamConditions(team_id=shop.shop.id, version=1, safety="Casque", created_at=NOW))
    own = hosted(engine, shop, shop.askers[1], shop.marc)
    other = hosted(engine, shop, shop.askers[2], shop.hosts[0])
    sent = {"revision": "0"}
    assert "Accueillir sans conditions" in as_(shop.marc).get(own).text
    assert as_(shop.marc).post(f"{own}/waiver", data=sent).status_code == 303
    assert "sans conditions" not in as_(shop.hosts[0]).get(other).text
    assert as_(shop.hosts[0]).post(f"{other}/waiver", data=sent).status_code == 409
    assert len(trail(engine, "visit.waived")) == 1


def test_a_delegate_answers_no_request_of_their_own(shop: Away, engine: Engine, as_: Any) -> None:
    """Nor are they asked to; the manager in whose place they decide, and HR, answer it."""
    with open_session(engine) as session:
        shop.session = session
        own = shop.ask(shop.zoe, shop.place)
    ask_managers(engine, own.id or 0)
    with open_session(engine) as session:
        assert session.exec(select(Mail.to_name)).all() == ["Marc Chef"]
    here, sent = f"/booking/requests/{own.id}", {"revision": str(own.revision)}
    zoe = as_(shop.zoe)
    page = zoe.get("/team/requests").text
    assert "l’équipe qui reçoit y répond, pas vous" in page
    assert "1 demande attend votre réponse" in zoe.get("/home").text
    assert zoe.post(f"{here}/approval", data=sent).status_code == 403
    assert zoe.post(f"{here}/refusal", data={**sent, "reason": "service"}).status_code == 403
    assert as_(shop.marc).post(f"{here}/approval", data=sent).status_code == 303
