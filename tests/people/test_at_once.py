"""Two change the company at the same moment: the second waits for the first, then looks again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.sessions import Actor
from app.accounts.tables import AuditEntry
from app.core.db import open_session
from app.core.errors import Refusal
from app.home.personal_data import erase_person
from app.people import service
from app.people.errors import ImportChanged, ImportGone
from app.people.importing.run import fingerprint, run_import
from app.people.tables import ImportFile, ImportKind, Person
from tests.factories import NOW, make_account
from tests.people.conftest import Import

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database("sqlite", "postgresql")]

STAFF = "Matricule;Prénom;Nom;Équipe\n1;Anna;Roy;{}\n2;Bruno;Lam;Paie\n"
MOVED = STAFF.format("Boutique Lyon").encode()


@pytest.fixture
def hr_id(engine: Engine, company: Import) -> int:
    company("people", STAFF.format("Paie"))
    with open_session(engine) as session:
        return make_account(session, "Claire Morel", is_hr=True).id or 0


@pytest.fixture
def file_id(engine: Engine, hr_id: int) -> int:
    """A staff file in which Anna changes team, previewed."""
    with open_session(engine) as session:
        kept = service.receive_file(
            session, ImportKind.PEOPLE, "rh.csv", MOVED, by=hr_id, full=False, now=NOW
        )
        return kept.id or 0


def confirm(session: Session, file_id: int, shown: str) -> None:
    kept = session.get_one(ImportFile, file_id)
    service.confirm_file(session, kept, shown=shown, leavers_go=False, counted=None, now=NOW)


def shown_of(engine: Engine) -> str:
    with open_session(engine, reads_only=True) as session:
        return fingerprint(run_import(session, ImportKind.PEOPLE, MOVED, now=NOW, apply=False))


def erase_anna(session: Session, hr_id: int) -> None:
    anna = session.exec(select(Person).where(Person.employee_number == "1")).one()
    by = Actor(hr_id, "Claire Morel", "fr", is_hr=True, is_admin=False)
    erase_person(session, anna, by=by, now=NOW, today=NOW.date())


def meanwhile(
    engine: Engine, first: Callable[[Session], object], then: Callable[[Session], object]
) -> Refusal | None:
    """Begin `then` while `first` is done but not committed: it waits. How it was refused."""

    def second() -> None:
        with open_session(engine) as session:
            then(session)

    with ThreadPoolExecutor(1) as pool:
        with open_session(engine) as session:
            first(session)
            other = pool.submit(second)
            with pytest.raises(TimeoutError):  # it waits
                other.result(0.5)
        refused = other.exception(60)
    assert refused is None or isinstance(refused, Refusal)
    return refused


def imports(engine: Engine) -> int:
    with open_session(engine, reads_only=True) as session:
        return len(session.exec(select(AuditEntry).where(AuditEntry.action == "import.confirmed")).all())


def team_of(engine: Engine, number: str) -> int | None:
    with open_session(engine, reads_only=True) as session:
        return session.exec(select(Person.team_id).where(Person.employee_number == number)).first()


def test_a_file_confirmed_twice_at_once_is_imported_once(engine: Engine, file_id: int) -> None:
    shown = shown_of(engine)
    refused = meanwhile(
        engine,
        lambda session: confirm(session, file_id, shown),
        lambda session: confirm_again(session, file_id, shown),
    )
    assert isinstance(refused, ImportGone)
    assert imports(engine) == 1
    assert team_of(engine, "1") != team_of(engine, "2")


def confirm_again(session: Session, file_id: int, shown: str) -> None:
    """On SQLite a session that may write begins after the first one; the page finds no file then."""
    if session.get(ImportFile, file_id) is None:
        raise ImportGone
    confirm(session, file_id, shown)


def test_a_file_given_up_while_it_is_confirmed_is_not_said_to_be(engine: Engine, file_id: int) -> None:
    shown = shown_of(engine)

    def drop(session: Session) -> None:
        kept = session.get(ImportFile, file_id)
        if kept is None:
            raise ImportGone
        service.drop_file(session, kept)

    assert isinstance(meanwhile(engine, lambda session: confirm(session, file_id, shown), drop), ImportGone)


def test_somebody_erased_meanwhile_is_not_written_again(engine: Engine, hr_id: int, file_id: int) -> None:
    shown = shown_of(engine)
    refused = meanwhile(
        engine,
        lambda session: erase_anna(session, hr_id),
        lambda session: confirm_again(session, file_id, shown),
    )
    assert isinstance(refused, ImportGone)  # the file named her as well
    assert imports(engine) == 0
    assert team_of(engine, "1") is None


def test_a_file_that_arrived_during_an_erasure_is_looked_at_again(engine: Engine, hr_id: int) -> None:
    shown = shown_of(engine)

    def arrives(session: Session) -> None:
        kept = service.receive_file(
            session, ImportKind.PEOPLE, "rh.csv", MOVED, by=hr_id, full=False, now=NOW
        )
        confirm(session, kept.id or 0, shown)

    refused = meanwhile(engine, lambda session: erase_anna(session, hr_id), arrives)
    assert isinstance(refused, ImportChanged)
    assert imports(engine) == 0
    assert team_of(engine, "1") is None


def test_an_erasure_during_an_import_waits_for_it(engine: Engine, hr_id: int, file_id: int) -> None:
    shown = shown_of(engine)
    refused = meanwhile(
        engine, lambda session: confirm(session, file_id, shown), lambda session: erase_anna(session, hr_id)
    )
    assert refused is None
    assert imports(engine) == 1
    assert team_of(engine, "1") is None


@pytest.mark.parametrize("number", ["3", "4"])
def test_two_files_that_bring_the_same_newcomer_at_once_bring_them_once(
    engine: Engine, hr_id: int, number: str
) -> None:
    """The second is refused in words, and nothing of it is written; where they bring two, both are there."""

    def bring(session: Session, newcomer: str, first_name: str) -> None:
        content = f"Matricule;Prénom;Nom;Équipe\n{newcomer};{first_name};Bel;Paie\n".encode()
        run_import(session, ImportKind.PEOPLE, content, now=NOW, apply=True)

    refused = meanwhile(
        engine,
        lambda session: bring(session, "3", "Zoé"),
        lambda session: bring(session, number, "Zoé" if number == "4" else "Ida"),
    )
    at_once = number == "3" and engine.dialect.name == "postgresql"
    assert isinstance(refused, ImportChanged) is at_once
    assert team_of(engine, number) is not None
