"""The mail about a proposal says what it is about: which day, where, when, instead of which one; and which
day is left where the two leave it at one."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.tables import Account
from app.messages.tables import Mail
from app.people.tables import Person
from app.visits import hosting, moving
from app.visits.hosting import Hours
from app.visits.tables import DayPart, Visit
from app.worker import drain
from tests.visits.life import WEDNESDAY, Company, fell

pytestmark = pytest.mark.usefixtures("clock")


def proposes(company: Company, who: Person, day: object, visit: Visit | None = None) -> int:
    visit = visit or company.there
    before, hand = company.before(visit, who), company.hand(visit, who)
    made = moving.propose(company.session, before, day, hand, revision=before.visit.revision)  # type: ignore[arg-type]
    company.session.commit()
    return made.id or 0


def read(engine: Engine, who: Person, kind: str) -> tuple[str, list[str]]:
    """Subject and both bodies of the last mail of a kind to somebody, with plain spaces."""
    drain(engine)
    with Session(engine) as session:
        rows = session.exec(select(Mail).where(Mail.kind == kind, Mail.person_id == who.id)).all()
    last = max(rows, key=lambda one: one.id or 0)
    return last.subject.replace("\u00a0", " "), [
        " ".join(one.replace("\u00a0", " ").split()) for one in (last.text, last.html)
    ]


def speaks_english(company: Company, *people: Person) -> None:
    for one in people:
        company.session.get_one(Account, one.account_id).language = "en"
    company.session.commit()


def test_a_day_to_make_up_says_which_one_it_replaces_where_and_when(company: Company, engine: Engine) -> None:
    fell(company)
    proposes(company, company.bruno, WEDNESDAY)
    subject, bodies = read(engine, company.anna, "visit_proposal")
    assert subject == "Bruno Lam vous propose le mer. 7 avr. à la place du lun. 5 avr."
    for body in bodies:
        assert "Cette journée remplacerait celle du lundi 5 avril 2027, tombée." in body
        for fact in ("mercredi 7 avril 2027", "de 09:00 à 17:00", "Lyon", "Bruno Lam", "Boutique Bellecour"):
            assert fact in body


def test_a_day_to_move_to_says_where_and_when_and_that_nothing_fell(company: Company, engine: Engine) -> None:
    proposes(company, company.anna, WEDNESDAY)
    subject, bodies = read(engine, company.bruno, "visit_proposal")
    assert subject == "Anna Roy vous propose le mer. 7 avr. à la place du lun. 5 avr."
    for body in bodies:
        assert "tombée" not in body
        for fact in ("mercredi 7 avril 2027", "de 09:00 à 17:00", "Lyon", "Qui vient", "Anna Roy"):
            assert fact in body


def test_leaving_it_at_one_names_the_day_that_stays_and_the_one_that_does_not(
    company: Company, engine: Engine
) -> None:
    fell(company)
    proposal = proposes(company, company.bruno, None)
    subject, bodies = read(engine, company.anna, "visit_proposal")
    assert subject == "Bruno Lam vous propose d’en rester à la journée du ven. 9 avr."
    for body in bodies:
        assert "Il resterait la journée du vendredi 9 avril 2027, où vous recevez Bruno Lam" in body
        assert "celle du lundi 5 avril 2027, tombée, ne serait pas remplacée" in body
    hand = company.hand(company.there, company.anna)
    moving.accept(company.session, company.before(company.there, company.anna), proposal, hand)
    company.session.commit()
    for person, side in ((company.anna, "où vous recevez Bruno Lam"), (company.bruno, "chez Anna Roy")):
        subject, bodies = read(engine, person, "visit_proposal")
        assert subject == "Votre échange se fera en une seule journée, le ven. 9 avr."
        for body in bodies:
            assert "Il reste la journée du vendredi 9 avril 2027" in body
            assert side in body
            assert "celle du lundi 5 avril 2027, tombée, n’est pas remplacée" in body


def test_in_english_too(company: Company, engine: Engine) -> None:
    speaks_english(company, company.anna)
    fell(company)
    proposes(company, company.bruno, None)
    subject, bodies = read(engine, company.anna, "visit_proposal")
    assert subject == "Bruno Lam proposes to leave it at the visit of Fri 9 Apr"
    for body in bodies:
        assert "The visit of Friday 9 April 2027, when you host Bruno Lam, would stay" in body


@pytest.mark.parametrize("language", ["fr", "en"])
def test_whoever_receives_in_the_hosts_place_reads_of_their_own_hand_as_such(
    company: Company, engine: Engine, language: str
) -> None:
    if language == "en":
        speaks_english(company, company.lea, company.anna)
    session, visit = company.session, company.there
    before = company.before(visit, company.bruno)
    hosting.name_tutor(session, before, company.lea, company.hand(visit, company.bruno), revision=0)
    session.commit()
    session.refresh(visit)
    before, hand = company.before(visit, company.lea), company.hand(visit, company.lea)
    hosting.set_hours(session, before, Hours(DayPart.MORNING), hand, revision=visit.revision)
    session.commit()
    own = "Vous fixez les heures : matin." if language == "fr" else "You set the hours: morning."
    other = "Léa Petit fixe les heures" if language == "fr" else "Léa Petit sets the hours"
    for person, says, not_so in ((company.lea, own, other), (company.anna, other, own)):
        _subject, bodies = read(engine, person, "visit_changed")
        for body in bodies:
            assert says in body
            assert not_so not in body
