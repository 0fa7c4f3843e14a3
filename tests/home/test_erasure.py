"""Erasing a person: nothing of theirs is left anywhere, and everybody else keeps what is theirs."""

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, MetaData, inspect
from sqlmodel import Session, select

from app.accounts import links
from app.accounts import service as accounts
from app.accounts.tables import Account, AuditEntry, SignIn, SignInLink
from app.availability.tables import Avoidance, Enrolment, ForbiddenPair
from app.calendars import service as calendars
from app.core.db import open_session
from app.debriefs import service as debriefs
from app.debriefs.tables import Debrief
from app.messages import jobs as mail_jobs
from app.messages.tables import Mail, MailStatus
from app.people.importing.run import run_import
from app.people.service import receive_file
from app.people.tables import ImportKind, Person, Team
from app.planning.tables import Pin
from app.visits import queries as visits
from app.visits import service as visits_service
from app.visits.tables import CancelReason, PersonDay, Unmatched, Visit, VisitStatus
from tests.factories import (
    NOW,
    make_account,
    make_campaign,
    make_enrolment,
    make_person,
    make_team,
    make_visit,
)
from tests.support.web import Clock, browser_of

Enter = Callable[..., TestClient]

CANARIES = (
    "Zoéline",
    "Kanarivitch",
    "zk.canari@exemple.fr",
    "MAT-CANARI-7",
    "06 99 88 77 66",
    "dompteuse de canaris",
    "Direction Canari",
    "Canari SARL",
    "7 h 07 à 15 h 15",
    "secret-du-canari",
)


class Story:
    """Zoéline has lived one day at Bruno's and shall live another; she manages Paul and avoids Nora."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self.hr = make_account(session, "Claire Morel", is_hr=True)
        payroll = make_team(session, name="Paie", side="back", department="RH")
        shop = make_team(session, name="Boutique Bellecour")
        self.zoe = make_person(
            session,
            payroll,
            first_name="Zoéline",
            last_name="Kanarivitch",
            email="zk.canari@exemple.fr",
            employee_number="MAT-CANARI-7",
            phone="06 99 88 77 66",
            job="dompteuse de canaris",
            department="Direction Canari",
            legal_entity="Canari SARL",
            usual_hours="7 h 07 à 15 h 15",
            commute_minutes=47,
            languages=["fr", "is"],
        )
        account = session.get(Account, self.zoe.account_id)
        assert account is not None
        account.password_hash = account.code_hash = account.pin_hash = "secret-du-canari"
        account.language = "en"
        self.bruno = make_person(session, shop, first_name="Bruno", last_name="Lam")
        self.nora = make_person(session, shop, first_name="Nora", last_name="Ali", email=None)
        self.paul = make_person(
            session, payroll, first_name="Paul", last_name="Petit", manager_id=self.zoe.id
        )
        campaign = make_campaign(
            session, name="Journées vécues", status="running", first_day=date(2027, 2, 8)
        )
        self.campaign = campaign
        self.past = make_visit(session, campaign, self.zoe, self.bruno, day=date(2027, 2, 25))
        self.coming = make_visit(session, campaign, self.bruno, self.zoe, day=date(2027, 3, 18))
        self.called_off = make_visit(session, campaign, self.nora, self.zoe, day=date(2027, 3, 22))
        self.others = make_visit(session, campaign, self.nora, self.paul, day=date(2027, 3, 19))
        mine = make_enrolment(session, campaign, self.zoe)
        theirs = make_enrolment(session, campaign, self.bruno)
        session.add_all(
            [
                Avoidance(enrolment_id=mine.id or 0, person_id=self.nora.id or 0),
                Avoidance(enrolment_id=theirs.id or 0, person_id=self.zoe.id or 0),
                Avoidance(enrolment_id=theirs.id or 0, person_id=self.nora.id or 0),
                _apart(campaign.id or 0, self.zoe, self.nora),
                Pin(
                    campaign_id=campaign.id or 0,
                    visitor_id=self.zoe.id or 0,
                    host_id=self.bruno.id or 0,
                    day=date(2027, 3, 30),
                    created_at=NOW,
                ),
                Unmatched(
                    campaign_id=campaign.id or 0,
                    person_id=self.zoe.id or 0,
                    reason="x",
                    text_fr="Kanarivitch",
                    text_en="Kanarivitch",
                    created_at=NOW,
                ),
            ]
        )
        self.feed = calendars.renew_address(session, self.zoe, now=NOW)
        self.link = links.make_link(session, account, now=NOW)
        self.token = accounts.create_token(session, account_id=account.id or 0, name="canari", now=NOW)
        header = "Matricule;Prénom;Nom;Équipe\n"
        staff = f"{header}MAT-CANARI-7;Zoéline;Kanarivitch;Paie\n".encode()
        self.staff_file = staff
        receive_file(session, ImportKind.PEOPLE, "rh.csv", staff, by=self.hr.id or 0, full=False, now=NOW)
        session.flush()
        author = debriefs.author_of(visits.visit(session, self.past.id or 0), self.zoe.id)
        debriefs.save_draft(session, author, {"surprise": "brouillon du canari"}, now=clock.at)
        visits_service.cancel_visit(
            session, self.called_off, CancelReason.CLOSED, None, clock.at, today=clock.at.date()
        )
        session.add_all(
            [
                self._mail("visit_invitation", self.past, self.bruno, MailStatus.SENT),
                self._mail("visit_invitation", self.past, self.zoe, MailStatus.SENT),
                self._mail("visit_invitation", self.others, self.nora, MailStatus.UNREACHABLE, "Paul Petit"),
                Mail(
                    key="sign_in_link:1:x",
                    kind="sign_in_link",
                    account_id=account.id,
                    to_name="Zoéline Kanarivitch",
                    to_address="zk.canari@exemple.fr",
                    language="fr",
                    subject="Lien",
                    text="secret-du-canari",
                    html="",
                    next_attempt_at=NOW,
                    created_at=NOW,
                ),
            ]
        )
        session.flush()

    def _mail(
        self, kind: str, visit: Visit, to: Person, status: MailStatus, other: str = "Zoéline Kanarivitch"
    ) -> Mail:
        return Mail(
            key=f"{kind}:{visit.id}:0:{to.id}",
            kind=kind,
            status=status,
            account_id=to.account_id,
            person_id=to.id,
            to_name=to.name,
            to_address=to.email,
            reply_to="zk.canari@exemple.fr",
            language="fr",
            subject=f"Avec {other}",
            text=f"Avec {other}",
            html=f"<p>{other}</p>",
            next_attempt_at=NOW,
            created_at=NOW,
        )


def _apart(campaign_id: int, one: Person, other: Person) -> ForbiddenPair:
    a, b = sorted([one.id or 0, other.id or 0])
    return ForbiddenPair(campaign_id=campaign_id, a_id=a, b_id=b, created_at=NOW)


@pytest.fixture
def story(engine: Engine, clock: Clock) -> Story:
    with open_session(engine) as session:
        return Story(session, clock)


@pytest.fixture
def as_(app: FastAPI, sign_in: Any) -> Enter:
    def enter(who: Account) -> TestClient:
        made = browser_of(app)
        sign_in(made, who)
        return made

    return enter


def words_of(value: Any) -> str:
    """What a cell says, unpacked."""
    if isinstance(value, bytes | memoryview):
        raw = bytes(value)
        with suppress(zlib.error):
            raw = zlib.decompress(raw)
        return raw.decode("utf-8", "replace")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def decoded(words: str) -> str:
    """What the job engine pickled and coded is readable once decoded."""
    with suppress(ValueError):
        return base64.b64decode(words, validate=True).decode("utf-8", "replace")
    return ""


def dump(engine: Engine) -> dict[str, list[dict[str, str]]]:
    """Every row of every table of the database, the job engine's included."""
    found: dict[str, list[dict[str, str]]] = {}
    inspector = inspect(engine)
    schemas = [name for name in inspector.get_schema_names() if name != "information_schema"]
    with engine.connect() as connection:
        for schema in schemas:
            known = MetaData(schema=schema)
            known.reflect(engine)
            for table in known.sorted_tables:
                rows = connection.execute(table.select()).mappings()
                found[table.name] = [{key: words_of(cell) for key, cell in row.items()} for row in rows]
    return found


def leaks(engine: Engine) -> Iterator[tuple[str, str, str]]:
    for table, rows in dump(engine).items():
        for row in rows:
            for column, words in row.items():
                said = words + decoded(words)
                yield from ((table, column, canary) for canary in CANARIES if canary in said)


def erase(browser: TestClient, person: Person) -> Any:
    return browser.post(f"/people/{person.id}/erasure")


def test_nothing_of_the_person_is_left_in_the_database(
    story: Story, as_: Enter, engine: Engine, run_jobs: Callable[[], list[str]], clock: Clock
) -> None:
    run_jobs()
    tables = {table for table, _column, _canary in leaks(engine)}
    assert tables >= {
        "account",
        "person",
        "mail",
        "import_file",
        "unmatched",
    }  # the search finds what is there
    assert erase(as_(story.hr), story.zoe).status_code == 303
    assert list(leaks(engine)) == []
    run_jobs()
    clock.forward(hours=1)
    mail_jobs.tidy(engine)
    assert list(leaks(engine)) == []
    with open_session(engine) as session:
        for table in (Enrolment, PersonDay):
            left = session.exec(select(table).where(table.person_id == story.zoe.id))
            assert [row for row in left if getattr(row, "visit_id", None) != story.past.id] == []
        assert session.exec(select(Pin)).first() is None
        assert session.exec(select(ForbiddenPair)).first() is None
        assert session.exec(select(Debrief)).first() is None
        row = session.get(Person, story.zoe.id)
        assert row is not None
        assert (row.name, row.employee_number, row.email, row.account_id, row.active) == (
            "Personne effacée", f"efface-{row.id}", None, None, False,
        )  # fmt: skip
        assert (row.phone, row.job, row.languages, row.commute_minutes) == ("", "", [], None)


def test_the_outbox_folder_forgets_too(
    story: Story, as_: Enter, engine: Engine, run_jobs: Callable[[], list[str]], data: Any
) -> None:
    run_jobs()
    files = list((data / "outbox").glob("*.eml"))
    assert any("Kanarivitch" in path.read_text() for path in files)
    erase(as_(story.hr), story.zoe)
    mail_jobs.tidy(engine)
    run_jobs()
    for path in (data / "outbox").glob("*.eml"):
        assert "Kanarivitch" not in path.read_text()
        assert "zk.canari" not in path.read_text()


def test_days_to_come_are_cancelled_and_the_others_told(
    story: Story, as_: Enter, engine: Engine, run_jobs: Callable[[], list[str]]
) -> None:
    erase(as_(story.hr), story.zoe)
    run_jobs()
    with open_session(engine) as session:
        coming, past = session.get(Visit, story.coming.id), session.get(Visit, story.past.id)
        assert coming is not None
        assert past is not None
        assert (coming.status, coming.cancel_reason) == (VisitStatus.CANCELLED, CancelReason.LEFT)
        assert past.status == VisitStatus.PLANNED
        told = session.exec(select(Mail).where(Mail.kind == "visit_cancelled")).all()
        assert {mail.person_id for mail in told} == {story.bruno.id, story.nora.id}
        assert "Personne effacée" in next(mail for mail in told if mail.person_id == story.bruno.id).text


def test_news_that_still_waits_for_others_is_written_anew(
    story: Story, as_: Enter, engine: Engine, run_jobs: Callable[[], list[str]]
) -> None:
    run_jobs()
    key = f"visit_cancelled:{story.called_off.id}:1:visitor"
    with open_session(engine) as session:
        before = session.exec(select(Mail).where(Mail.key == key)).one()
        assert "Kanarivitch" in before.text
        assert before.status == MailStatus.UNREACHABLE
    erase(as_(story.hr), story.zoe)
    run_jobs()
    with open_session(engine) as session:
        after = session.exec(select(Mail).where(Mail.key == key)).one()
        assert "Personne effacée" in after.text
        assert after.person_id == story.nora.id


def test_everybody_else_keeps_what_is_theirs(story: Story, as_: Enter, engine: Engine) -> None:
    browser = as_(story.hr)
    others = (story.bruno, story.nora, story.paul)
    ids = {str(person.id) for person in others}
    accounts_kept = {str(person.account_id) for person in others} | {str(story.hr.id)}

    def theirs() -> dict[str, list[Any]]:
        rows = dump(engine)
        return {
            "people": [
                {k: v for k, v in row.items() if k != "manager_id"}
                for row in rows["person"]
                if row["id"] in ids
            ],
            "accounts": [row for row in rows["account"] if row["id"] in accounts_kept],
            "enrolments": [row for row in rows["enrolment"] if row["person_id"] in ids],
            "avoided": [row for row in rows["avoidance"] if row["person_id"] == str(story.nora.id)][-1:],
            "visits": [
                row for row in rows["visit"] if row["id"] in {str(story.others.id), str(story.past.id)}
            ],
            "days": [row for row in rows["person_day"] if row["visit_id"] == str(story.others.id)],
            "mails": [
                {k: v for k, v in row.items() if k != "reply_to"}
                for row in rows["mail"]
                if "Paul Petit" in row["text"]
            ],
        }

    before = theirs()
    assert all(before.values())
    erase(browser, story.zoe)
    assert theirs() == before
    with open_session(engine) as session:
        paul = session.get(Person, story.paul.id)
        assert paul is not None
        assert paul.manager_id is None


def test_erasing_twice_changes_nothing_more(story: Story, as_: Enter, engine: Engine) -> None:
    browser = as_(story.hr)
    erase(browser, story.zoe)
    once = dump(engine)
    assert erase(browser, story.zoe).status_code == 303
    assert browser.get(f"/people/{story.zoe.id}/erasure").headers["location"] == f"/people/{story.zoe.id}"
    assert dump(engine) == once
    assert sum(row["action"] == "person.erased" for row in once["audit_entry"]) == 1


def test_the_trail_tells_by_ids_only(story: Story, as_: Enter, engine: Engine) -> None:
    erase(as_(story.hr), story.zoe)
    with open_session(engine) as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "person.erased")).one()
        assert (entry.account_id, entry.subject) == (story.hr.id, f"person:{story.zoe.id}")
        assert entry.details == {"cancelled": 1}


def test_every_door_is_shut(story: Story, as_: Enter, app: FastAPI, engine: Engine) -> None:
    with open_session(engine) as session:
        account = session.get(Account, story.zoe.account_id)
    assert account is not None
    hers, stranger = as_(account), browser_of(app)
    bearer = {"authorization": f"Bearer {story.token}"}
    assert hers.get("/home").status_code == 200
    assert stranger.get(f"/feeds/{story.feed}.ics").status_code == 200
    assert stranger.get("/home", headers=bearer).status_code == 200
    erase(as_(story.hr), story.zoe)
    assert hers.get("/home").headers["location"].startswith("/sign-in")
    assert stranger.get(f"/feeds/{story.feed}.ics").status_code == 404
    assert stranger.get("/home", headers=bearer).headers["location"].startswith("/sign-in")
    assert stranger.post(f"/sign-in/links/{story.link}").status_code != 303
    with open_session(engine) as session:
        assert session.exec(select(SignIn).where(SignIn.account_id == account.id)).first() is None
        assert session.exec(select(SignInLink)).first() is None
        kept = session.get(Account, account.id)
        assert kept is not None
        assert (kept.name, kept.email, kept.active, kept.pin_hash) == ("—", None, False, None)


@pytest.mark.parametrize("needed", [True, False])
def test_the_same_number_comes_back_as_somebody_new(
    story: Story, as_: Enter, engine: Engine, needed: bool
) -> None:
    with open_session(engine) as session:
        team = session.get(Team, story.zoe.team_id)
        lonely = make_person(session, team, employee_number="MAT-8", first_name="Ida", last_name="Seule")
        make_person(session, team)
    gone = story.zoe if needed else lonely
    number = gone.employee_number
    erase(as_(story.hr), gone)
    content = f"Matricule;Prénom;Nom;Équipe\n{number};Zoé;Neuve;Paie\n".encode()
    with open_session(engine) as session:
        assert (session.get(Person, gone.id) is not None) == needed
        report = run_import(session, ImportKind.PEOPLE, content, now=NOW, apply=True)
        assert len(report.created) == 1
    with open_session(engine) as session:
        back = session.exec(select(Person).where(Person.employee_number == number)).one()
        assert back.id != gone.id
        assert back.account_id not in {None, gone.account_id}
        assert visits.visits_of(session, back) == []


def test_the_newest_row_keeps_its_id_to_itself(story: Story, as_: Enter, engine: Engine) -> None:
    with open_session(engine) as session:
        last = make_person(session)
    erase(as_(story.hr), last)
    with open_session(engine) as session:
        assert make_person(session).id != last.id
        row = session.get(Person, last.id)
        assert row is None or row.erased


def test_no_file_revives_an_erased_row(story: Story, as_: Enter, engine: Engine) -> None:
    erase(as_(story.hr), story.zoe)
    content = f"Matricule;Prénom;Nom;Équipe\nEfface-{story.zoe.id};Zoé;Neuve;Paie\n".encode()
    with open_session(engine) as session:
        report = run_import(session, ImportKind.PEOPLE, content, now=NOW, apply=True)
        assert (len(report.created), len(report.updated), report.rejected_rows) == (0, 0, 1)


def test_hr_alone_erases(story: Story, as_: Enter, app: FastAPI, engine: Engine) -> None:
    with open_session(engine) as session:
        admin = make_account(session, "Alain Admin", is_admin=True)
        employee, herself = (
            session.get(Account, story.paul.account_id),
            session.get(Account, story.zoe.account_id),
        )
    path = f"/people/{story.zoe.id}/erasure"
    for who in (admin, employee, herself):
        assert who is not None
        assert as_(who).get(path).status_code == 403
        assert as_(who).post(path).status_code == 403
    assert browser_of(app).post(path).headers["location"].startswith("/sign-in")
    assert as_(story.hr).post("/people/999999/erasure").status_code == 404
    with open_session(engine) as session:
        row = session.get(Person, story.zoe.id)
        assert row is not None
        assert row.last_name == "Kanarivitch"


def test_nobody_erases_themselves_nor_the_last_administrator(
    story: Story, as_: Enter, engine: Engine
) -> None:
    with open_session(engine) as session:
        account = session.get(Account, story.bruno.account_id)
        boss = session.get(Account, story.paul.account_id)
        assert account is not None
        assert boss is not None
        account.is_hr = boss.is_admin = True
    assert as_(account).get(f"/people/{story.bruno.id}/erasure").status_code == 409
    assert erase(as_(account), story.bruno).status_code == 409
    assert erase(as_(account), story.paul).status_code == 409
    with open_session(engine) as session:
        assert {person.erased for person in session.exec(select(Person))} == {False}
        make_account(session, "Alain Admin", is_admin=True)
    assert erase(as_(account), story.paul).status_code == 303


def test_the_page_says_what_will_happen(story: Story, as_: Enter) -> None:
    browser = as_(story.hr)
    assert f'href="/people/{story.zoe.id}/erasure"' in browser.get(f"/people/{story.zoe.id}").text
    page = browser.get(f"/people/{story.zoe.id}/erasure").text
    assert "Effacer les données de Zoéline Kanarivitch" in page
    assert "1 journée à venir est annulée" in page
    assert "1 personne n’a plus de responsable" in page
    assert "encore dans l’entreprise" in page
    erase(browser, story.zoe)
    page = browser.get(f"/people/{story.zoe.id}").text
    assert "sont effacées" in page
    assert "/erasure" not in page
    assert "Personne effacée" not in browser.get("/people?state=all").text
    assert "efface-" not in browser.get("/people/export.csv?state=all").text


def test_pages_of_others_show_no_name(story: Story, as_: Enter, engine: Engine) -> None:
    erase(as_(story.hr), story.zoe)
    with open_session(engine) as session:
        bruno = session.get(Account, story.bruno.account_id)
    assert bruno is not None
    for browser, path in (
        (as_(bruno), "/visits"),
        (as_(bruno), f"/visits/{story.past.id}"),
        (as_(bruno), "/me/data"),
        (as_(story.hr), f"/campaigns/{story.campaign.id}"),
        (as_(story.hr), f"/campaigns/{story.campaign.id}/visits"),
    ):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "Kanarivitch" not in answer.text
    assert "Personne effacée" in as_(bruno).get("/visits").text
