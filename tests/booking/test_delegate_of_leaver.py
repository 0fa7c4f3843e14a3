"""A delegation ends with whoever gave or received it: the one who stays reads it."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.core import jobs as events
from app.home.tasks import asked_tasks
from app.people.tables import Person, Team
from app.teams import queries as teams
from app.teams.tables import Delegation
from app.worker import drain
from tests.booking.conftest import NOW, TODAY, Shop, let_go, mails
from tests.booking.test_pages import As
from tests.factories import make_person

pytestmark = pytest.mark.usefixtures("clock")


class Lent(Shop):
    """Zoé of the accounts decides for Marc's shop, until somebody leaves."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.zoe = make_person(session, self.accounts, first_name="Zoé", last_name="Relais")
        lent = Delegation(
            manager_id=self.marc.id or 0, delegate_id=self.zoe.id or 0, first_day=TODAY, last_day=TODAY,
            created_at=NOW,
        )  # fmt: skip
        session.add(lent)
        session.flush()
        events.record(session, "delegation.given", delegation_id=lent.id)
        session.commit()


@pytest.fixture
def lent(session: Session) -> Lent:
    return Lent(session)


def leave(engine: Engine, session: Session, person: Person) -> None:
    drain(engine)
    session.get_one(Person, person.id).active = False
    events.record(session, "person.left", person_id=person.id)
    session.commit()
    drain(engine)


@pytest.mark.parametrize(("gone", "told"), [("marc", "Zoé Relais"), ("zoe", "Marc Chef")])
def test_the_one_who_stays_reads_that_the_delegation_ends(
    engine: Engine, session: Session, lent: Lent, gone: str, told: str
) -> None:
    leave(engine, session, getattr(lent, gone))
    mail = mails(session, "delegation")[-1]
    name = getattr(lent, gone).name
    assert (mail.to_name, name in mail.subject) == (told, True)
    assert f"{name} a quitté l’entreprise" in mail.text.replace("\n", " ")
    [ended] = session.exec(select(Delegation)).all()  # kept, so that an old link says who answers now
    assert ended.ended_at is not None


def test_somebody_else_who_leaves_ends_no_delegation(engine: Engine, session: Session, lent: Lent) -> None:
    leave(engine, session, lent.hosts[0])
    assert len(mails(session, "delegation")) == 2
    assert len(session.exec(select(Delegation)).all()) == 1


@pytest.mark.parametrize("left", [True, False])
def test_the_delegate_of_a_leaver_gets_no_mail_about_the_team_any_more(
    session: Session, lent: Lent, left: bool
) -> None:
    """At once, before anything follows the departure."""
    session.get_one(Person, lent.marc.id).active = not left
    session.flush()
    found = teams.delegates_of(session, [lent.marc.id or 0], TODAY)
    assert found == ({} if left else {lent.marc.id: [lent.zoe.id]})
    assert not asked_tasks(session, lent.zoe, today=TODAY, now=NOW)


@pytest.mark.parametrize(("gone", "stays"), [("marc", "zoe"), ("zoe", "marc")])
def test_the_preview_of_leavers_names_the_delegations_that_end(
    session: Session, lent: Lent, as_: As, gone: str, stays: str
) -> None:
    leaver, other = getattr(lent, gone), getattr(lent, stays)
    people = session.exec(select(Person, Team).join(Team, col(Team.id) == col(Person.team_id))).all()
    for person, _team in people:
        person.employee_number = f"N{person.id}"
    lines = [
        f"N{one.id};{one.first_name};{one.last_name};{team.name}"
        for one, team in people
        if one.id != leaver.id
    ]
    let_go(session, lent.hr, leaver, other)
    content = "\n".join(["Matricule;Prénom;Nom;Équipe", *lines]).encode()
    hr = as_(lent.hr)
    sent = {"kind": "people", "full": "1"}
    told = hr.post("/people/import", data=sent, files={"file": ("rh.csv", content)})
    page = hr.get(told.headers["location"]).text.replace("\u00a0", " ")
    assert "1 délégation prend fin" in page
    assert "Zoé Relais ne décide plus à la place de Marc Chef" in page
    assert f"Un message le dit à : {other.name}." in page
