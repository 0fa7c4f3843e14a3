"""The private address: secret, stored hashed, shut at once; invitations follow the plan."""

from collections.abc import Callable

import icalendar
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from app.accounts.tables import Account
from app.calendars import jobs, service
from app.calendars.tables import Feed
from app.core.db import open_session
from app.core.jobs import record
from app.messages.tables import Mail
from app.people.tables import Person
from app.visits.service import cancel_visit
from app.visits.tables import CancelReason, Swap, Unmatched, Visit, VisitStatus
from tests.factories import NOW, make_campaign, make_person, make_visit
from tests.support.accounts import SignIn
from tests.support.mail import Mailbox
from tests.support.web import Clock, browser_of


@pytest.fixture
def pair(engine: Engine, clock: Clock) -> tuple[Visit, Visit]:
    """A swap of Anna and Bruno."""
    with open_session(engine) as session:
        anna = make_person(session, first_name="Anna", last_name="Petit", email="anna@exemple.fr")
        bruno = make_person(session, first_name="Bruno", last_name="Roux", email="bruno@exemple.fr")
        campaign = make_campaign(session)
        swap = Swap(campaign_id=campaign.id or 0)
        session.add(swap)
        session.flush()
        there = make_visit(session, campaign, anna, bruno, swap_id=swap.id)
        back = make_visit(session, campaign, bruno, anna, swap_id=swap.id, day=campaign.last_day)
    return there, back


def person(session: Session, person_id: int) -> Person:
    found = session.get(Person, person_id)
    assert found is not None
    return found


def address(engine: Engine, person_id: int) -> str:
    with open_session(engine) as session:
        return f"/feeds/{service.renew_address(session, person(session, person_id), now=NOW)}.ics"


def test_the_address_gives_the_days_to_whoever_holds_it(
    engine: Engine, client: TestClient, pair: tuple[Visit, Visit]
) -> None:
    answer = client.get(address(engine, pair[0].visitor_id))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["referrer-policy"] == "no-referrer"
    events = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")
    assert [str(one["UID"]) for one in events] == [visit.uid for visit in pair]


def test_a_program_may_look_before_it_reads(
    engine: Engine, client: TestClient, pair: tuple[Visit, Visit]
) -> None:
    path = address(engine, pair[0].visitor_id)
    looked, read = client.head(path), client.get(path)
    assert (looked.status_code, looked.content) == (200, b"")
    for name in ("etag", "content-type", "content-length", "cache-control"):
        assert looked.headers[name] == read.headers[name]
    assert client.head("/feeds/unknown.ics").status_code == 404


def test_an_unchanged_calendar_is_not_sent_again(
    engine: Engine, client: TestClient, pair: tuple[Visit, Visit]
) -> None:
    path = address(engine, pair[0].visitor_id)
    etag = client.get(path).headers["etag"]
    again = client.get(path, headers={"if-none-match": f'"other", W/{etag}'})
    assert (again.status_code, again.content) == (304, b"")
    with open_session(engine) as session:
        changed = session.get(Visit, pair[0].id)
        assert changed is not None
        changed.status, changed.revision = VisitStatus.CANCELLED, 1
    assert client.get(path, headers={"if-none-match": etag}).status_code == 200


def test_the_token_is_long_and_stored_as_a_hash(engine: Engine, pair: tuple[Visit, Visit]) -> None:
    token = address(engine, pair[0].visitor_id).removeprefix("/feeds/").removesuffix(".ics")
    assert len(token) * 6 >= 128
    with open_session(engine) as session:
        feed = session.exec(select(Feed)).one()
        assert token not in feed.model_dump_json()
        names = session.execute(text("SELECT * FROM feed")).all()
    assert token not in repr(names)


def test_unknown_replaced_and_revoked_addresses_do_not_exist(
    engine: Engine, client: TestClient, pair: tuple[Visit, Visit]
) -> None:
    former = address(engine, pair[0].visitor_id)
    path = address(engine, pair[0].visitor_id)
    assert client.get(former).status_code == 404
    assert client.get("/feeds/anything.ics").status_code == 404
    assert client.get(path).status_code == 200
    with open_session(engine) as session:
        service.revoke_address(session, person(session, pair[0].visitor_id))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("table", [Person, Account])
def test_somebody_who_left_has_no_feed_any_more(
    engine: Engine, client: TestClient, pair: tuple[Visit, Visit], table: type[Person] | type[Account]
) -> None:
    path = address(engine, pair[0].visitor_id)
    with open_session(engine) as session:
        row = session.get(table, pair[0].visitor_id if table is Person else 1)
        assert row is not None
        row.active = False
    assert client.get(path).status_code == 404


def entered(app: FastAPI, engine: Engine, sign_in: SignIn, person_id: int) -> TestClient:
    browser = browser_of(app)
    with open_session(engine) as session:
        account = session.get(Account, person(session, person_id).account_id)
    assert account is not None
    sign_in(browser, account)
    return browser


def test_the_address_is_shown_once(
    app: FastAPI, engine: Engine, sign_in: SignIn, pair: tuple[Visit, Visit]
) -> None:
    browser = entered(app, engine, sign_in, pair[0].visitor_id)
    assert "/feeds/" not in browser.get("/calendar").text
    made = browser.post("/calendar/address")
    assert made.status_code == 201
    assert "/feeds/" in made.text
    assert made.headers["cache-control"] == "no-store"
    assert "/feeds/" not in browser.get("/calendar").text
    assert "Supprimer" in browser.get("/calendar/revocation").text
    assert browser.post("/calendar/revocation").status_code == 303
    with open_session(engine) as session:
        assert session.exec(select(Feed)).all() == []


def test_a_visit_is_downloaded_by_its_people_only(
    app: FastAPI, engine: Engine, sign_in: SignIn, pair: tuple[Visit, Visit]
) -> None:
    there = pair[0]
    with open_session(engine) as session:
        stranger = make_person(session)
    mine = entered(app, engine, sign_in, there.host_id).get(f"/visits/{there.id}.ics")
    assert mine.status_code == 200
    assert icalendar.Calendar.from_ical(mine.text)["METHOD"] == "PUBLISH"
    other = entered(app, engine, sign_in, stranger.id or 0).get(f"/visits/{there.id}.ics")
    assert other.status_code == 404


def test_a_published_plan_invites_both_people_once(
    engine: Engine, pair: tuple[Visit, Visit], smtp: Mailbox, run_jobs: Callable[[], list[str]]
) -> None:
    with open_session(engine) as session:
        record(session, "campaign.published", campaign_id=pair[0].campaign_id)
    run_jobs()
    jobs.invite_participants(engine, pair[0].campaign_id)
    run_jobs()
    assert len(smtp.messages) == 4
    mail = smtp.to("anna@exemple.fr")[0]
    parts = {part.get_content_type(): part for part in mail.walk()}
    calendar = icalendar.Calendar.from_ical(parts["text/calendar"].get_content())
    assert calendar["METHOD"] == "REQUEST"
    assert parts["text/calendar"].get_param("method") == "REQUEST"
    attached = parts["application/ics"].get_content()
    assert calendar == icalendar.Calendar.from_ical(attached)
    body = parts["text/plain"].get_content()
    assert "Bonjour Anna" in body
    assert "lundi 5 avril 2027" in body
    assert "vendredi 30 avril 2027" in body
    uids = {
        str(icalendar.Calendar.from_ical(str(one.calendar)).walk("VEVENT")[0]["UID"])
        for one in all_mails(engine)
    }
    assert uids == {visit.uid for visit in pair}


def all_mails(engine: Engine) -> list[Mail]:
    with open_session(engine) as session:
        return list(session.exec(select(Mail).order_by(Mail.id)))  # type: ignore[arg-type]


def test_a_cancellation_reaches_both_calendars(
    engine: Engine, pair: tuple[Visit, Visit], smtp: Mailbox, run_jobs: Callable[[], list[str]]
) -> None:
    with open_session(engine) as session:
        visit = session.get(Visit, pair[0].id)
        assert visit is not None
        visit.status, visit.revision, visit.cancel_reason = VisitStatus.CANCELLED, 1, CancelReason.SERVICE
        record(session, "visit.cancelled", visit_id=visit.id, revision=1)
    run_jobs()
    assert sorted(str(message["To"].addresses[0].addr_spec) for message in smtp.messages) == [
        "anna@exemple.fr",
        "bruno@exemple.fr",
    ]
    parts = {part.get_content_type(): part for part in smtp.messages[0].walk()}
    event = icalendar.Calendar.from_ical(parts["text/calendar"].get_content()).walk("VEVENT")[0]
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 2)
    assert parts["text/calendar"].get_param("method") == "CANCEL"
    assert "l’équipe de l’une des deux personnes a besoin d’elle" in parts["text/plain"].get_content()
    assert "L’autre journée de votre échange" in parts["text/plain"].get_content()


def test_a_change_of_a_day_that_fell_since_is_not_told(engine: Engine, pair: tuple[Visit, Visit]) -> None:
    with open_session(engine) as session:
        visit = session.get_one(Visit, pair[0].id)
        cancel_visit(session, visit, CancelReason.CLOSED, None, NOW, today=NOW.date())
    jobs.tell_moved(engine, pair[0].id or 0, 3)
    assert all_mails(engine) == []


def test_those_without_a_match_are_told_why(engine: Engine, pair: tuple[Visit, Visit]) -> None:
    with open_session(engine) as session:
        alone = make_person(session, email="seul@exemple.fr")
        session.add(
            Unmatched(
                campaign_id=pair[0].campaign_id,
                person_id=alone.id or 0,
                reason="no_common_day",
                text_fr="Aucun jour commun avec un collègue.",
                text_en="No day in common with a colleague.",
                created_at=NOW,
            )
        )
    jobs.tell_unmatched(engine, pair[0].campaign_id)
    jobs.tell_unmatched(engine, pair[0].campaign_id)
    mail = all_mails(engine)
    assert [one.to_address for one in mail] == ["seul@exemple.fr"]
    assert "Aucun jour commun avec un collègue." in mail[0].text


def test_the_api_makes_and_shuts_an_address(
    app: FastAPI, engine: Engine, sign_in: SignIn, pair: tuple[Visit, Visit]
) -> None:
    browser = entered(app, engine, sign_in, pair[0].visitor_id)
    assert browser.get("/api/v1/calendar/address").status_code == 404
    made = browser.post("/api/v1/calendar/address")
    path = "/feeds/" + made.json()["address"].rsplit("/", 1)[-1]
    assert browser.get(path).status_code == 200
    assert "address" not in browser.get("/api/v1/calendar/address").json()
    assert browser.delete("/api/v1/calendar/address").status_code == 204
    assert browser.get(path).status_code == 404
