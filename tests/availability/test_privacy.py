"""What is said in confidence stays there; a person's data can be read by them, and erased."""

import json
import logging
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import func
from sqlmodel import Session, select

from app.accounts.tables import AuditEntry
from app.availability import service
from app.availability.tables import (
    Answer,
    Avoidance,
    Enrolment,
    ExcludedSite,
    ForbiddenPair,
    Wish,
)
from tests.availability.conftest import WHEN, Company, Open
from tests.factories import NOW, make_enrolment, make_person, make_site, make_team

Enter = Callable[..., TestClient]
PERSON, PLACE = "Canari-Personne", "Canari-Lieu"


@pytest.fixture
def secrets(company: Company, committed: Open) -> Company:
    """Anna avoids somebody, and cannot go somewhere, whose names stand nowhere else in her campaign."""
    with committed() as session:
        place = make_site(session, name=PLACE)
        team = make_team(session, place, name="Ailleurs")
        person = make_person(session, team, last_name=PERSON, account=None, active=False)
        row = make_enrolment(session, company.campaign, company.anna)
        session.add(Avoidance(enrolment_id=row.id, person_id=person.id))
        session.add(ExcludedSite(enrolment_id=row.id, site_id=place.id))
        make_enrolment(session, company.campaign, company.bruno, answer=Answer.NO, visit_days=[])
    return company


def pages(company: Company) -> list[str]:
    base = f"/campaigns/{company.campaign.id}"
    people = (company.anna, company.bruno, company.dora)
    return [
        f"{base}/enrolment",
        f"{base}/enrolment?team=ailleurs",
        f"{base}/enrolment/teams?team=canari",
        f"{base}/answers",
        f"{base}/answers?who=everybody",
        f"{base}/answers?who=answered",
        f"{base}/answers/summary",
        f"{base}/answers.xlsx?who=everybody",
        *(f"{base}/answers/{person.id}" for person in people),
        f"/join/{company.campaign.code}",
        f"/api/v1{base}/enrolment",
        f"/api/v1{base}/answers",
    ]


def text_of(answer: object) -> str:
    content = answer.content  # type: ignore[attr-defined]
    if content[:2] == b"PK":
        with ZipFile(BytesIO(content)) as book:
            return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return str(answer.text)  # type: ignore[attr-defined]


def test_their_author_reads_them(enter: Enter, secrets: Company) -> None:
    page = enter(secrets.anna).get(pages(secrets)[0]).text
    assert PERSON in page
    assert PLACE in page


@pytest.mark.parametrize("who", ["hr", "lead", "manager", "bruno", "dora"])
def test_nobody_else_ever_sees_who_or_what_somebody_avoids(
    enter: Enter, secrets: Company, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = enter(getattr(secrets, who))
    with caplog.at_level(logging.DEBUG):
        for path in pages(secrets):
            answer = client.get(path)
            assert answer.status_code < 500, path
            told = text_of(answer)
            assert PERSON not in told, path
            own_places = path.endswith("/enrolment") or "enrolment?" in path
            if not own_places or path.startswith("/api"):  # one's own page lists every site to choose from
                assert PLACE not in told, path
    assert PERSON not in caplog.text


def test_hr_sees_refusals_in_the_total_only(enter: Enter, secrets: Company) -> None:
    client = enter(secrets.hr)
    base = f"/campaigns/{secrets.campaign.id}/answers"
    rows = [client.get(f"{base}?who=everybody&text={name}").text for name in ("Anna", "Bruno")]
    for row in rows:
        assert row.count("<span>a répondu") == 1, "yes and no look the same beside a name"
    told = json.loads(client.get(f"/api/v1{base}").text)
    assert told["no"] == 1
    assert all("no" not in team and "yes" not in team for team in [*told["teams"], *told["sites"]])


def test_the_addresses_of_the_confidential_parts_carry_no_name(app: FastAPI) -> None:
    methods = {
        method
        for route in app.routes
        if getattr(route, "path", "").endswith("/enrolment/colleagues")
        for method in route.methods  # type: ignore[attr-defined]
    }
    assert methods <= {"POST"}


def test_a_person_takes_their_data_along(secrets: Company, session: Session) -> None:
    row = session.exec(select(Enrolment).where(Enrolment.person_id == secrets.anna.id)).one()
    session.add(Wish(enrolment_id=row.id, rank=1, team_id=secrets.shop.id))
    session.flush()
    (told,) = service.export(session, secrets.anna)
    assert told["campaign"] == "Campagne de printemps"
    assert told["answer"] == "yes"
    assert told["wished_teams"] == ["Boutique Bellecour"]
    assert told["excluded_sites"] == [PLACE]
    assert len(told["avoided_people"]) == 1
    assert json.dumps(told)
    assert service.export(session, secrets.chloe) == []


def test_erasing_somebody_leaves_no_trace_of_their_answers(secrets: Company, session: Session) -> None:
    bruno = session.exec(select(Enrolment).where(Enrolment.person_id == secrets.bruno.id)).one()
    session.add(Avoidance(enrolment_id=bruno.id, person_id=secrets.anna.id))
    assert secrets.anna.id is not None
    assert secrets.bruno.id is not None
    service.forbid_pair(
        session, secrets.campaign, secrets.anna.id, secrets.bruno.id, actor=secrets.actor, now=NOW
    )
    service.erase(session, secrets.anna)
    for table in (Wish, Avoidance, ExcludedSite, ForbiddenPair):
        assert session.exec(select(func.count()).select_from(table)).one() == 0
    assert session.exec(select(Enrolment.person_id)).all() == [secrets.bruno.id]


def test_confidential_choices_leave_no_audit_entry(secrets: Company, session: Session) -> None:
    enrolling = secrets.enrolling(session)
    service.choose_limits(session, enrolling, [], [], version=enrolling.version, when=WHEN)
    assert session.exec(select(AuditEntry)).all() == []
