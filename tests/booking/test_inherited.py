"""Requests whose deciders changed after they were asked: those who decide now read of them, in one mail."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.booking.jobs_answers import remind_managers
from app.booking.jobs_inherited import tell_inherited
from app.booking.tables import Approval
from app.people.tables import Person
from app.worker import drain
from tests.booking.conftest import MONDAY, TUESDAY, Shop, mails
from tests.factories import make_person
from tests.support.web import Clock

pytestmark = pytest.mark.usefixtures("clock")


class Handed(Shop):
    """Two requests were asked of Marc, who was reminded of them, too."""

    def __init__(self, engine: Engine, session: Session, clock: Clock) -> None:
        super().__init__(session, approval=Approval.MANAGER)
        self.nadia = make_person(session, self.accounts, first_name="Nadia", last_name="Nouvelle")
        place = self.offer((MONDAY, TUESDAY), per_day=2)
        self.ask(self.askers[0], place, MONDAY)
        self.ask(self.askers[1], place, TUESDAY)
        session.commit()
        drain(engine)
        clock.forward(days=3)
        remind_managers(engine)
        session.expire_all()

    def lose(self, session: Session, to: Person | None) -> None:
        session.get_one(Person, self.marc.id).active = to is not None
        if to is not None:
            for one in self.hosts:
                session.get_one(Person, one.id).manager_id = to.id
        session.commit()


@pytest.fixture
def handed(engine: Engine, session: Session, clock: Clock) -> Handed:
    return Handed(engine, session, clock)


@pytest.mark.parametrize(("new", "name"), [(False, "Claire Morel"), (True, "Nadia Nouvelle")])
def test_whoever_inherits_requests_after_their_reminder_reads_of_them_once(
    engine: Engine, session: Session, handed: Handed, *, new: bool, name: str
) -> None:
    assert len(mails(session, "booking_request")) == 4
    handed.lose(session, handed.nadia if new else None)
    tell_inherited(engine)
    tell_inherited(engine)
    [mail] = mails(session, "requests_inherited")
    text = mail.text.replace("\n", " ").replace("\u00a0", " ")
    assert (mail.to_name, mail.subject) == (name, "2 demandes attendent maintenant votre réponse")
    assert "lundi 5 avril 2027 : Vendeuse, vendeur, Boutique Bellecour. Réponse avant le" in text
    assert ("personne n’encadre plus l’équipe qui reçoit" in text) is not new
    assert not any(asker.name in text for asker in handed.askers)


def test_whoever_was_asked_before_inherits_nothing(
    engine: Engine, session: Session, handed: Handed, clock: Clock
) -> None:
    """Neither when all is as it was, nor for a request that was made this minute and is being asked."""
    tell_inherited(engine)
    handed.session = session
    handed.ask(handed.askers[2], handed.offer(), MONDAY, now=clock.at)
    session.commit()
    tell_inherited(engine)
    assert not mails(session, "requests_inherited")


def test_a_second_manager_who_read_of_it_is_enough(
    engine: Engine, session: Session, asked_shop: Shop, clock: Clock
) -> None:
    second = make_person(session, asked_shop.shop, first_name="Nadia", last_name="Seconde")
    asked_shop.hosts[0].manager_id = second.id
    asked_shop.ask(asked_shop.askers[0], asked_shop.offer())
    session.commit()
    drain(engine)
    session.get_one(Person, asked_shop.marc.id).active = False
    session.commit()
    clock.forward(days=1)
    tell_inherited(engine)
    assert not mails(session, "requests_inherited")


def test_one_asked_a_moment_before_its_manager_left_is_in_the_same_mail_and_in_no_other(
    engine: Engine, session: Session, handed: Handed, clock: Clock
) -> None:
    handed.session = session
    handed.ask(handed.askers[2], handed.offer((MONDAY,)), MONDAY, now=clock.at)
    session.commit()
    drain(engine)  # Marc is asked
    handed.lose(session, None)
    tell_inherited(engine)
    [mail] = mails(session, "requests_inherited")
    assert mail.subject == "3 demandes attendent maintenant votre réponse"
    clock.forward(hours=2)
    tell_inherited(engine)
    assert len(mails(session, "requests_inherited")) == 1
