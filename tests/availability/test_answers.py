"""What HR sees of the answers, reminders, and answers written down for others."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.accounts.tables import AuditEntry
from app.availability import answers, errors, reminding
from app.availability.answers import Asked
from app.availability.service import When
from app.availability.tables import Answer, Enrolment
from app.campaigns.tables import Campaign, Status
from app.core import jobs
from app.people.tables import Side
from tests.availability.conftest import WHEN, Company, Open
from tests.factories import make_enrolment
from tests.support.web import Clock

Enter = Callable[..., TestClient]


def address(company: Company, part: str = "") -> str:
    return f"/campaigns/{company.campaign.id}/answers{part}"


@pytest.fixture
def answered(company: Company, committed: Open) -> Company:
    """Anna said yes, Bruno said no; Max, Chloé and Dora have not answered."""
    with committed() as session:
        make_enrolment(session, company.campaign, company.anna)
        make_enrolment(session, company.campaign, company.bruno, answer=Answer.NO, visit_days=[])
    return company


def test_answers_are_counted_by_team_site_and_side(answered: Company, session: Session) -> None:
    found = answers.answers_to(session, answered.campaign)
    assert (found.total.invited, found.total.answered, found.total.yes, found.no) == (5, 2, 1, 1)
    assert {team.team: (team.invited, team.answered) for team in found.teams} == {
        "Paie": (2, 1),
        "Boutique Bellecour": (1, 1),
        "Centre d’appels": (1, 0),
        "Boutique Lille": (1, 0),
    }
    assert [(site.site, site.invited, site.answered) for site in found.sites] == [
        ("Lille Flandres", 1, 0),
        ("Lyon Part-Dieu", 4, 2),
    ]
    assert (found.side(Side.FRONT).invited, found.side(Side.FRONT).waiting) == (3, 2)


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (Asked(), ["Max Meneur", "Dora Noël", "Chloé Roux"]),
        (Asked(answered=True), ["Anna Bernard", "Bruno Élie"]),
        (Asked(answered=None, text="elie"), ["Bruno Élie"]),
        (Asked(side=Side.BACK), ["Max Meneur"]),
    ],
)
def test_names_are_filtered(answered: Company, session: Session, asked: Asked, names: list[str]) -> None:
    found = answers.asked_people(session, answered.campaign, asked)
    assert sorted(one.name for one in found) == sorted(names)


def test_names_are_filtered_by_team_and_site(answered: Company, session: Session) -> None:
    site = answers.asked_people(session, answered.campaign, Asked(None, site_id=answered.lille.id))
    team = answers.asked_people(session, answered.campaign, Asked(None, team_id=answered.shop.id))
    assert ([one.name for one in site], [one.name for one in team]) == (["Dora Noël"], ["Bruno Élie"])


def test_hr_reads_the_figures_and_the_names(enter: Enter, answered: Company) -> None:
    page = enter(answered.hr).get(address(answered))
    assert page.status_code == 200
    assert "Réponses\u00a0: 2 sur 5, 3 personnes n’ont pas encore répondu" in page.text
    assert "Chloé Roux" in page.text
    assert "Anna Bernard" not in page.text
    assert "Aucune relance n’est encore partie." in page.text


def test_the_summary_is_a_fragment(enter: Enter, answered: Company) -> None:
    page = enter(answered.hr).get(address(answered, "/summary"))
    assert page.status_code == 200
    assert "<html" not in page.text
    assert "1 personne participe." in page.text


def test_the_export_tells_who_answered_not_what(enter: Enter, answered: Company) -> None:
    sent = enter(answered.hr).get(address(answered, ".xlsx"), params={"who": "everybody"})
    rows = CalamineWorkbook.from_filelike(BytesIO(sent.content)).get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["Matricule", "Nom", "Équipe"]
    assert {row[1]: row[5] for row in rows[1:]} == {
        "Anna Bernard": "oui",
        "Bruno Élie": "oui",
        "Chloé Roux": "non",
        "Dora Noël": "non",
        "Max Meneur": "non",
    }


@pytest.mark.parametrize("who", ["anna", "manager", "lead"])
def test_nobody_but_hr_sees_who_answered(enter: Enter, answered: Company, who: str) -> None:
    client = enter(getattr(answered, who))
    for part in ("", "/summary", ".xlsx", f"/{answered.dora.id}"):
        assert client.get(address(answered, part)).status_code == 403
    assert client.post(address(answered, "/reminders")).status_code == 403
    assert client.post(address(answered, f"/{answered.dora.id}"), data={"answer": "no"}).status_code == 403


def test_a_reminder_goes_to_those_who_have_not_answered(
    answered: Company, committed: Open, engine: Engine
) -> None:
    waiting = sorted(one.id for one in (answered.chloe, answered.dora, answered.manager) if one.id)
    with committed() as session:
        reminded = reminding.remind(session, answered.campaign, actor=answered.actor, when=WHEN)
    assert reminded == waiting
    (event,) = jobs.pending(engine)
    assert event[1:] == ("campaign.reminded", {"campaign_id": answered.campaign.id, "person_ids": waiting})
    with committed() as session:
        assert answers.last_reminder(session, answered.campaign.id) == WHEN.now  # type: ignore[arg-type]
        entry = session.exec(select(AuditEntry)).one()
        assert (entry.action, entry.details) == ("campaign.reminded", {"people": 3})


def test_nobody_is_reminded_twice_a_day(answered: Company, committed: Open, engine: Engine) -> None:
    for _ in range(2):
        with committed() as session:
            reminded = reminding.remind(session, answered.campaign, actor=answered.actor, when=WHEN)
    assert reminded == []
    assert len(jobs.pending(engine)) == 1
    tomorrow = When(WHEN.today + timedelta(days=1), WHEN.now + timedelta(hours=17))
    with committed() as session:
        assert len(reminding.remind(session, answered.campaign, actor=answered.actor, when=tomorrow)) == 3


def test_a_reminder_does_not_stand_in_the_way_of_the_first_answer(
    enter: Enter, answered: Company, committed: Open
) -> None:
    with committed() as session:
        reminding.remind(session, answered.campaign, actor=answered.actor, when=WHEN)
    sent = enter(answered.chloe).post(
        f"/campaigns/{answered.campaign.id}/enrolment/answer", data={"answer": "yes", "version": 0}
    )
    assert sent.status_code == 303


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PLANNING, Status.CANCELLED])
def test_only_an_open_campaign_reminds(answered: Company, session: Session, status: Status) -> None:
    campaign = session.get_one(Campaign, answered.campaign.id)
    campaign.status = status
    session.flush()
    with pytest.raises(errors.EnrolmentClosed):
        reminding.remind(session, campaign, actor=answered.actor, when=WHEN)


def test_a_page_that_was_left_open_is_told_that_enrolment_is_over(
    enter: Enter, answered: Company, committed: Open
) -> None:
    client = enter(answered.hr)
    with committed() as session:
        session.merge(answered.campaign).status = Status.PUBLISHED
    late = client.post(address(answered, "/reminders"))
    assert late.status_code == 409
    assert "le plan est publié" in late.text


def test_hr_reminds_from_the_page(enter: Enter, answered: Company, clock: Clock) -> None:
    client = enter(answered.hr)
    sent = client.post(address(answered, "/reminders"))
    assert (sent.status_code, sent.headers["location"]) == (303, address(answered))
    assert "3 personnes vont être relancées." in client.get(address(answered)).text
    assert "Dernière relance\u00a0: 2 mars 2027, 09:00" in client.get(address(answered)).text
    client.post(address(answered, "/reminders"))
    assert "Personne à relancer" in client.get(address(answered)).text


def test_hr_writes_an_answer_down(enter: Enter, answered: Company, committed: Open) -> None:
    client = enter(answered.hr)
    page = client.get(address(answered, f"/{answered.dora.id}"))
    assert page.status_code == 200
    assert "Dora Noël" in page.text
    form = {"version": 0, "answer": "yes", "visit_days": ["2027-04-29"]}
    assert client.post(address(answered, f"/{answered.dora.id}"), data=form).status_code == 303
    with committed() as session:
        row = session.exec(select(Enrolment).where(Enrolment.person_id == answered.dora.id)).one()
        assert (row.answer, row.visit_days) == (Answer.YES, ["2027-04-29"])
    stale = client.post(address(answered, f"/{answered.dora.id}"), data=form)
    assert stale.status_code == 409
    assert "Rien n’a été écrasé" in stale.text


def test_hr_cannot_write_for_somebody_with_mail_nor_an_impossible_day(
    enter: Enter, answered: Company, committed: Open
) -> None:
    client = enter(answered.hr)
    refused = client.post(address(answered, f"/{answered.chloe.id}"), data={"answer": "yes"})
    assert refused.status_code == 409
    form = {"answer": "yes", "visit_days": ["2027-05-06"]}
    assert client.post(address(answered, f"/{answered.dora.id}"), data=form).status_code == 422
    assert client.post(address(answered, f"/{answered.dora.id}"), data={}).status_code == 422
    with committed() as session:
        assert len(session.exec(select(Enrolment)).all()) == 2


def test_a_person_who_is_not_invited_has_no_form(enter: Enter, answered: Company) -> None:
    assert enter(answered.hr).get(address(answered, "/999999")).status_code == 404
