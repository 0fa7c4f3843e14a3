"""Erasing a person: nothing of theirs is left anywhere, and everybody else keeps what is theirs."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.accounts.tables import Account, AuditEntry, SignIn, SignInLink
from app.availability.tables import Enrolment, ForbiddenPair
from app.core.db import open_session
from app.debriefs.tables import Debrief
from app.messages import jobs as mail_jobs
from app.messages.tables import Mail, MailStatus
from app.people.importing.run import run_import
from app.people.tables import ImportKind, Person, Team
from app.planning.tables import Pin
from app.visits import queries as visits
from app.visits.tables import CancelReason, PersonDay, Visit, VisitStatus
from tests.factories import (
    NOW,
    make_account,
    make_person,
)
from tests.home.leaver import CANARIES, Story
from tests.support.dump import decoded, dump
from tests.support.web import Clock, browser_of

Enter = Callable[..., TestClient]


@pytest.fixture
def story(engine: Engine, clock: Clock) -> Story:
    with open_session(engine) as session:
        return Story(session, clock)


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


def test_where_they_received_in_a_colleague_s_place_the_colleague_does(
    story: Story, as_: Enter, engine: Engine, run_jobs: Callable[[], list[str]]
) -> None:
    with open_session(engine) as session:
        shop = session.get_one(Person, story.bruno.id).team_id
        tutor = make_person(session, session.get_one(Team, shop), first_name="Tina", last_name="Tutrice")
        session.get_one(Visit, story.coming.id).tutor_id = tutor.id
    hr = as_(story.hr)
    page = hr.get(f"/people/{tutor.id}/erasure").text
    assert "son hôte reçoit en personne" in page
    assert "est annulée" not in page
    assert erase(hr, tutor).status_code == 303
    run_jobs()
    with open_session(engine) as session:
        coming = session.get_one(Visit, story.coming.id)
        assert (coming.status, coming.tutor_id) == (VisitStatus.PLANNED, None)
        told = session.exec(select(Mail).where(Mail.person_id == story.bruno.id)).all()
        assert any("recevez" in mail.text or "accueillez" in mail.text for mail in told)
        assert not any("Tutrice" in mail.text for mail in session.exec(select(Mail)))


@pytest.mark.parametrize("led", [True, False])
def test_whoever_led_the_person_reads_that_a_day_falls_and_nothing_of_them(
    story: Story, as_: Enter, engine: Engine, run_jobs: Callable[[], list[str]], led: bool
) -> None:
    with open_session(engine) as session:
        boss = make_person(session, first_name="Inès", last_name="Chef")
        zoe = session.get(Person, story.zoe.id)
        assert zoe is not None
        zoe.manager_id = boss.id if led else None
    run_jobs()
    erase(as_(story.hr), story.zoe)
    run_jobs()
    with open_session(engine) as session:
        told = session.exec(select(Mail).where(Mail.kind == "visit_team", Mail.person_id == boss.id)).all()
        about_the_day = [mail for mail in told if mail.key.startswith(f"visit_team:{story.coming.id}:")]
        assert len(about_the_day) == int(led)
        assert all("Personne effacée" in mail.text for mail in about_the_day)
        assert not any(canary in mail.text for mail in told for canary in CANARIES)


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
    assert stranger.get("/api/v1/me", headers=bearer).status_code == 200
    erase(as_(story.hr), story.zoe)
    assert hers.get("/home").headers["location"].startswith("/sign-in")
    assert stranger.get(f"/feeds/{story.feed}.ics").status_code == 404
    assert stranger.get("/api/v1/me", headers=bearer).status_code == 401
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
