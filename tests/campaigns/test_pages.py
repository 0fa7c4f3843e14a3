"""The pages of campaigns: what HR reads, the guided creation, and what is kept when something is refused."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.accounts.tables import Account
from app.campaigns.tables import Campaign, InvitedGroup, Status, StatusChange
from app.people.tables import Holidays
from tests.campaigns.conftest import READY
from tests.factories import make_site
from tests.support.accounts import SignIn

DATES = {
    "first_day": "2027-05-03",
    "last_day": "2027-05-28",
    "enrol_until": "2027-04-02",
    "plan_by": "2027-04-16",
    "debrief_until": "2027-06-11",
}
RULES = {
    "exchange": "swap",
    "max_travel_minutes": "60",
    "min_gap_days": "2",
    "max_gap_days": "20",
    "notice_days": "14",
    "max_swaps_per_person": "1",
    "max_visitors_per_team": "",
    "max_away_per_team": "2",
    "min_presence_per_team": "3",
    "link_points": "1",
}


def test_an_empty_list_teaches(desk: TestClient) -> None:
    page = desk.get("/campaigns")
    assert page.status_code == 200
    assert "Préparez votre première campagne" in page.text
    assert page.text.count("is-primary") == 1


def test_the_list_tells_the_news_of_each_campaign(
    desk: TestClient, committed_campaign: Callable[..., Campaign]
) -> None:
    committed_campaign(name="Printemps")
    committed_campaign(name="Été", status=Status.PLANNING)
    committed_campaign(name="Hiver", status=Status.CLOSED)
    page = desk.get("/campaigns").text
    assert "6 personnes invitées, encore 10 jours pour s’inscrire" in page
    assert "Les inscriptions sont closes : place aux binômes" in page
    assert "Hiver" not in page
    assert "Hiver" in desk.get("/campaigns?view=past").text


def test_the_guided_creation_keeps_a_draft_at_each_step(desk: TestClient, session: Session) -> None:
    site = make_site(session, name="Strasbourg")
    session.commit()
    proposed = desk.get("/campaigns/new").text
    assert "Vis ma vie, printemps 2027" in proposed

    answer = desk.post("/campaigns", data={"name": "Printemps", "story": "Une journée.", "then": "next"})
    made = session.exec(select(Campaign)).one()
    session.commit()
    here = f"/campaigns/{made.id}"
    assert (answer.status_code, answer.headers["location"]) == (303, f"{here}/edit/dates")
    assert 'value="2027-04-' in desk.get(f"{here}/edit/dates").text

    steps = [
        ("dates", {**DATES, "saturdays": "1", "closing_days": ["2027-05-07", "", ""]}, "edit/people"),
        ("people", {"scope": "some", "sides": ["back"], "sites": [str(site.id)]}, "edit/rules"),
        ("rules", RULES, "edit/checklist"),
        ("checklist", {"information_sheet_on": "2027-03-01"}, "check"),
    ]
    for version, (section, typed, after) in enumerate(steps, start=1):
        assert desk.get(f"{here}/edit/{section}").status_code == 200
        answer = desk.post(f"{here}/edit/{section}", data={**typed, "version": str(version), "then": "next"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"{here}/{after}")

    session.refresh(made)
    assert (made.status, made.first_day, made.closing_days) == (
        Status.DRAFT,
        date(2027, 5, 3),
        ["2027-05-07"],
    )
    assert (made.saturdays, made.max_away_per_team, made.min_presence_per_team) == (True, 2, 3)
    assert made.max_visitors_per_team is None
    assert {row.kind.value for row in session.exec(select(InvitedGroup))} == {"side", "site"}
    session.commit()
    check = desk.get(f"{here}/check").text
    assert "Informez les représentants du personnel" in check
    assert "Le site Strasbourg." in check
    assert desk.get(here).status_code == 200


def test_a_draft_can_be_left_at_any_step(desk: TestClient, session: Session) -> None:
    answer = desk.post("/campaigns", data={"name": "Printemps", "story": "", "then": "leave"})
    assert re.fullmatch(r"/campaigns/\d+", answer.headers["location"])


def test_a_refused_name_keeps_what_was_typed(desk: TestClient) -> None:
    page = desk.post("/campaigns", data={"name": "P", "story": "Une longue histoire."})
    assert page.status_code == 422
    assert "Une longue histoire." in page.text
    assert "trop court" in page.text


def test_refused_dates_keep_what_was_typed_and_say_what_would_do(
    desk: TestClient, session: Session, committed_campaign: Callable[..., Campaign]
) -> None:
    made = committed_campaign(**READY)
    page = desk.post(
        f"/campaigns/{made.id}/edit/dates",
        data={**DATES, "plan_by": "2027-05-01", "closing_days": "2027-05-07", "version": "1"},
    )
    assert page.status_code == 422
    assert "au plus tard le lundi 19 avril 2027" in page.text
    assert 'value="2027-05-01"' in page.text
    assert 'value="2027-05-07"' in page.text
    session.refresh(made)
    assert made.version == 1


def test_inviting_part_of_nobody_is_refused(
    desk: TestClient, committed_campaign: Callable[..., Campaign]
) -> None:
    made = committed_campaign(**READY)
    page = desk.post(f"/campaigns/{made.id}/edit/people", data={"scope": "some", "version": "1"})
    assert page.status_code == 422
    assert "Choisissez au moins un côté" in page.text


def test_a_stale_edit_shows_both_versions_and_then_goes_through(
    desk: TestClient, session: Session, committed_campaign: Callable[..., Campaign]
) -> None:
    made = committed_campaign()
    here = f"/campaigns/{made.id}/edit/story"
    desk.post(here, data={"name": "Le nom de Claire", "story": "", "version": "1"})
    page = desk.post(here, data={"name": "Le nom de Paul", "story": "", "version": "1"})
    assert page.status_code == 409
    assert "Le nom de Claire" in page.text
    assert 'value="Le nom de Paul"' in page.text
    assert 'name="version" value="2"' in page.text
    again = desk.post(here, data={"name": "Le nom de Paul", "story": "", "version": "2"})
    assert again.status_code == 303
    session.refresh(made)
    assert made.name == "Le nom de Paul"


@pytest.mark.parametrize("status", list(Status))
def test_the_page_of_each_state_has_at_most_one_dark_button(
    desk: TestClient, committed_campaign: Callable[..., Campaign], status: Status
) -> None:
    made = committed_campaign(**{**READY, "status": status})
    page = desk.get(f"/campaigns/{made.id}")
    assert page.status_code == 200
    assert page.text.count("is-primary") == (0 if status == Status.CANCELLED else 1)
    assert ("/answers/summary" in page.text) == (status not in {Status.DRAFT, Status.CANCELLED})
    assert ("/results/summary" in page.text) == (status in {Status.RUNNING, Status.DEBRIEFING, Status.CLOSED})


def test_opening_says_what_is_missing_then_what_it_will_do(
    desk: TestClient, session: Session, committed_campaign: Callable[..., Campaign]
) -> None:
    made = committed_campaign(status=Status.DRAFT)
    here = f"/campaigns/{made.id}"
    assert "ne peuvent pas encore ouvrir" in desk.get(f"{here}/steps/opening").text
    assert desk.post(f"{here}/steps/opening", data={"version": "1"}).status_code == 422
    desk.post(
        f"{here}/edit/checklist",
        data={
            "information_sheet_on": "2027-03-01",
            "representatives_informed_on": "2027-03-02",
            "version": "1",
        },
    )
    page = desk.get(f"{here}/steps/opening").text
    assert "2 personnes reçoivent l’invitation" in page
    assert desk.post(f"{here}/steps/opening", data={"version": "1"}).status_code == 409
    assert desk.post(f"{here}/steps/opening", data={"version": "2"}).status_code == 303
    session.refresh(made)
    assert made.status == Status.OPEN


def test_enrolment_closes_early_and_reopens_with_a_new_end(
    desk: TestClient, session: Session, committed_campaign: Callable[..., Campaign]
) -> None:
    made = committed_campaign()
    here = f"/campaigns/{made.id}/steps"
    assert desk.get(f"{here}/enrolment-closing").status_code == 200
    assert desk.post(f"{here}/enrolment-closing", data={"version": "1"}).status_code == 303
    assert "On peut de nouveau s’inscrire" in desk.get(f"{here}/reopening").text
    late = desk.post(
        f"{here}/reopening", data={"version": "2", "enrol_until": "2027-03-30", "plan_by": "2027-03-19"}
    )
    assert late.status_code == 422
    assert 'value="2027-03-30"' in late.text
    good = desk.post(
        f"{here}/reopening", data={"version": "2", "enrol_until": "2027-03-17", "plan_by": "2027-03-19"}
    )
    assert good.status_code == 303
    session.refresh(made)
    assert (made.status, made.enrol_until) == (Status.OPEN, date(2027, 3, 17))


def test_cancelling_says_its_consequences_asks_why_and_shows_it(
    desk: TestClient, session: Session, committed_campaign: Callable[..., Campaign]
) -> None:
    made = committed_campaign()
    here = f"/campaigns/{made.id}"
    assert "Plus personne ne peut s’inscrire." in desk.get(f"{here}/steps/cancellation").text
    assert desk.post(f"{here}/steps/cancellation", data={"version": "1", "reason": ""}).status_code == 422
    answer = desk.post(f"{here}/steps/cancellation", data={"version": "1", "reason": "Déménagement"})
    assert answer.status_code == 303
    assert "La campagne est annulée : Déménagement" in desk.get(here).text
    assert session.exec(select(StatusChange.reason)).one() == "Déménagement"
    session.commit()
    assert desk.get(f"{here}/steps/cancellation").status_code == 409
    assert desk.get(f"{here}/edit/story").status_code == 409


def test_the_pages_do_not_publish(desk: TestClient, committed_campaign: Callable[..., Campaign]) -> None:
    made = committed_campaign(status=Status.PLANNING)
    assert desk.post(f"/campaigns/{made.id}/steps/published", data={"version": "1"}).status_code == 404
    answer = desk.post(f"/api/v1/campaigns/{made.id}/steps", json={"to": "published", "version": 1})
    assert answer.status_code == 409


def test_a_copy_opens_its_first_step(
    desk: TestClient, session: Session, committed_campaign: Callable[..., Campaign]
) -> None:
    made = committed_campaign(status=Status.CLOSED)
    answer = desk.post(f"/campaigns/{made.id}/copies")
    copied = session.exec(select(Campaign).where(Campaign.id != made.id)).one()
    assert answer.headers["location"] == f"/campaigns/{copied.id}/edit/story"
    assert copied.name == "Campagne de printemps (copie)"


def test_the_calendar_differs_by_site(
    desk: TestClient, session: Session, committed_campaign: Callable[..., Campaign]
) -> None:
    strasbourg = make_site(session, name="Strasbourg", holidays=Holidays.ALSACE_MOSELLE)
    paris = make_site(session, name="Paris")
    made = committed_campaign(
        first_day=date(2027, 3, 22), last_day=date(2027, 3, 27), saturdays=True, closing_days=["2027-03-23"]
    )
    here = f"/campaigns/{made.id}/calendar"
    page = desk.get(here, params={"site": strasbourg.id}).text
    assert "3 jours ouverts à Strasbourg" in page
    assert "Vendredi saint" in page
    assert "personne n’y travaille le samedi" in page
    assert "4 jours ouverts à Paris" in desk.get(here, params={"site": paris.id}).text


def test_only_hr_enters(
    client: TestClient,
    clock: object,
    account: Callable[..., Account],
    sign_in: SignIn,
    committed_campaign: Callable[..., Campaign],
) -> None:
    made = committed_campaign()
    paths = ["", "/edit/story", "/check", "/calendar", "/steps/cancellation"]
    for path in paths:
        assert client.get(f"/campaigns/{made.id}{path}").status_code == 303
    sign_in(client, account("Un admin", is_admin=True))
    for path in paths:
        assert client.get(f"/campaigns/{made.id}{path}").status_code == 403
    assert client.post(f"/campaigns/{made.id}/steps/cancellation", data={"version": "1"}).status_code == 403


def test_an_unknown_campaign_is_not_found(desk: TestClient) -> None:
    assert desk.get("/campaigns/999").status_code == 404
