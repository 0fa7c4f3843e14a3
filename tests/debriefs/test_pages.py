"""The form and the results through their doors: who enters, what is shown, and what never is."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from app.core.db import open_session
from app.debriefs import service
from app.debriefs.jobs import open_forms, release_batches
from app.debriefs.questions import CATALOGUE, questions_of, reader_sentence
from app.debriefs.tables import Debrief, Draft, Role
from tests.debriefs.conftest import EVENING, Company
from tests.support.web import Clock

Enter = Callable[..., TestClient]

CANARY = "canari-7f3a9c"

pytestmark = pytest.mark.usefixtures("evening")


def rows(session: Session, table: Any) -> list[Any]:
    return list(session.exec(select(table)))


def fill(
    engine: Engine,
    company: Company,
    scores: list[int],
    *,
    role: Role = Role.VISITOR,
    supported: int | None = None,
) -> None:
    """As many people of a role as there are scores send; the pool is then released."""
    people = company.visitors if role == Role.VISITOR else company.hosts
    with open_session(engine) as session:
        for number, value in enumerate(scores):
            said = {"surprise": CANARY, "recommend": value} if role == Role.VISITOR else {"eyes": CANARY}
            said["supported"] = supported if supported is not None else 1 + number % 4
            service.send_debrief(session, company.author(session, people[number], number), said, now=EVENING)
    release_batches(engine)


def test_each_side_reads_its_questions_and_who_reads_the_answers(company: Company, as_: Enter) -> None:
    for who, role in ((company.anna, Role.VISITOR), (company.bruno, Role.HOST)):
        page = as_(who).get(company.form).text
        for one in CATALOGUE:
            assert (f'name="{one.key}"' in page) == (role in one.roles)
        for one in questions_of(role):
            assert reader_sentence(one.readers) in page


def test_the_form_speaks_the_readers_language(company: Company, as_: Enter) -> None:
    assert '<html lang="en">' in as_(company.anna).get(company.form, headers={"accept-language": "en"}).text


@pytest.mark.parametrize("who", ["stranger", "manager", "hr"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/debriefs/{id}"),
        ("POST", "/debriefs/{id}/draft"),
        ("POST", "/debriefs/{id}/sending"),
        ("POST", "/debriefs/{id}/interest/withdrawal"),
        ("GET", "/api/v1/visits/{id}/debrief"),
    ],
)
def test_for_others_there_is_no_such_form(
    company: Company, as_: Enter, engine: Engine, who: str, method: str, path: str
) -> None:
    answer = as_(getattr(company, who)).request(method, path.format(id=company.visits[0].id))
    assert answer.status_code == 404
    with open_session(engine) as session:
        assert rows(session, Debrief) == []


def test_nobody_signed_in_is_asked_to_sign_in(company: Company, client: TestClient) -> None:
    assert client.get(company.form).headers["location"].startswith("/sign-in")


def test_before_the_end_of_the_day_the_page_says_when(company: Company, as_: Enter, evening: Clock) -> None:
    evening.forward(hours=-4)
    page = as_(company.anna).get(company.form)
    assert "mardi 6 avril 2027" in page.text
    assert "<textarea" not in page.text
    assert as_(company.anna).post(f"{company.form}/sending", data={"recommend": "9"}).status_code == 409


def test_a_draft_is_saved_while_typing_and_found_again(company: Company, as_: Enter) -> None:
    browser = as_(company.anna)
    saved = browser.post(
        f"{company.form}/draft", data={"surprise": CANARY, "mobility": "1"}, headers={"hx-request": "true"}
    )
    assert "Enregistré" in saved.text
    page = browser.get(company.form).text
    assert CANARY in page
    assert 'value="1" checked' in page


def test_without_scripts_the_draft_is_kept_too(company: Company, as_: Enter) -> None:
    browser = as_(company.bruno)
    assert browser.post(f"{company.form}/draft", data={"eyes": CANARY}).status_code == 303
    assert CANARY in browser.get(company.form).text


def test_at_a_shared_screen_nothing_is_kept_before_the_sending(
    company: Company, as_: Enter, engine: Engine
) -> None:
    browser = as_(company.anna, shared_screen=True)
    page = browser.get(company.form).text
    assert "hx-post" not in page
    assert "/draft" not in page
    assert browser.post(f"{company.form}/draft", data={"surprise": CANARY}).status_code == 409
    again = browser.post(f"{company.form}/sending", data={"surprise": CANARY, "recommend": "12"})
    assert again.status_code == 422
    assert CANARY in again.text
    with open_session(engine) as session:
        assert rows(session, Draft) == []
    assert browser.post(f"{company.form}/sending", data={"surprise": CANARY}).status_code == 303


def test_a_form_is_sent_once_and_then_says_so(company: Company, as_: Enter) -> None:
    browser = as_(company.anna)
    browser.post(f"{company.form}/draft", data={"surprise": CANARY})
    assert browser.post(f"{company.form}/sending", data={"surprise": CANARY}).status_code == 303
    after = browser.get(company.form).text
    assert "parti" in after
    assert CANARY not in after
    second = browser.post(f"{company.form}/sending", data={"surprise": "encore"})
    assert second.status_code == 409
    assert "déjà parti" in second.text


@pytest.mark.parametrize("data", [{}, {"surprise": "a" * 1501}, {"recommend": "11"}, {"prepared": "2"}])
def test_what_does_not_fit_comes_back_with_its_reason(
    company: Company, as_: Enter, engine: Engine, data: dict[str, str]
) -> None:
    answer = as_(company.anna).post(f"{company.form}/sending", data=data)
    assert answer.status_code == 422
    assert "errors" in answer.text
    with open_session(engine) as session:
        assert rows(session, Debrief) == []


def test_thanks_are_read_by_the_visitor(company: Company, as_: Enter) -> None:
    as_(company.bruno).post(f"{company.form}/sending", data={"thanks": CANARY})
    as_(company.anna).post(f"{company.form}/sending", data={"recommend": "9", "mobility": "1"})
    assert CANARY in as_(company.anna).get(company.form).text
    assert CANARY not in as_(company.bruno).get(company.form).text
    assert CANARY not in as_(company.hr).get(f"/campaigns/{company.campaign_id}/results").text


def test_an_interest_is_shown_to_hr_until_it_is_withdrawn(company: Company, as_: Enter) -> None:
    results = f"/campaigns/{company.campaign_id}/results"
    as_(company.anna).post(f"{company.form}/sending", data={"mobility": "1"})
    assert company.anna.name in as_(company.hr).get(results).text
    assert as_(company.anna).post(f"{company.form}/interest/withdrawal").status_code == 303
    assert company.anna.name not in as_(company.hr).get(results).text


@pytest.mark.parametrize("path", ["/results", "/results/summary"])
def test_results_are_for_hr(company: Company, as_: Enter, path: str) -> None:
    address = f"/campaigns/{company.campaign_id}{path}"
    assert as_(company.hr).get(address).status_code == 200
    for who in (company.anna, company.manager):
        assert as_(who).get(address).status_code == 403
        assert as_(who).get(f"/api/v1{address.removesuffix('/summary')}").status_code == 403
        assert as_(who).post(f"/campaigns/{company.campaign_id}/debrief-reminders").status_code == 403


def test_the_summary_is_headed_like_the_other_parts_of_the_campaign_page(
    company: Company, as_: Enter
) -> None:
    page = as_(company.hr).get(f"/campaigns/{company.campaign_id}/results/summary").text
    assert "<h2>Les bilans</h2>" in page
    assert "<h3" not in page


def test_below_five_no_figure_is_shown(many: Company, as_: Enter, engine: Engine) -> None:
    open_forms(engine)
    fill(engine, many, [9, 8, 9, 7])
    page = as_(many.hr).get(f"/campaigns/{many.campaign_id}/results").text
    assert "4 bilans sont arrivés sur 14" in page
    assert "Les chiffres arrivent à cinq" in page
    assert "en moyenne" not in page
    found = as_(many.hr).get(f"/api/v1/campaigns/{many.campaign_id}/results").json()
    assert found["answered"]["visitor"] == {"sent": 4, "opened": 7, "counted": 0}
    assert all(one["hidden"] and one["counts"] is None for one in found["questions"])


def test_from_five_on_figures_are_shown_but_no_words_and_no_names(
    many: Company, as_: Enter, engine: Engine
) -> None:
    fill(engine, many, [10, 8, 9, 7, 6])
    page = as_(many.hr).get(f"/campaigns/{many.campaign_id}/results").text
    assert "en moyenne" in page
    assert CANARY not in page
    assert not any(person.name in page for person in (*many.visitors, *many.hosts))
    found = as_(many.hr).get(f"/api/v1/campaigns/{many.campaign_id}/results").json()
    shown = {one["key"]: one for one in found["questions"] if not one["hidden"]}
    assert (shown["recommend"]["mean"], shown["recommend"]["total"]) == (8.0, 5)
    assert shown["supported"]["counts"] == [2, 1, 1, 1]
    assert "prepared" not in shown


def test_answers_that_all_agree_are_not_shown(many: Company, as_: Enter, engine: Engine) -> None:
    fill(engine, many, [9, 9, 9, 9, 9], supported=4)
    found = as_(many.hr).get(f"/api/v1/campaigns/{many.campaign_id}/results").json()
    assert all(one["hidden"] for one in found["questions"])


def test_figures_change_at_releases_only(many: Company, as_: Enter, engine: Engine) -> None:
    fill(engine, many, [10, 8, 9, 7, 6])
    hr, address = as_(many.hr), f"/api/v1/campaigns/{many.campaign_id}/results"
    before = hr.get(address).json()["questions"]
    with open_session(engine) as session:
        for number in (5, 6):
            author = many.author(session, many.visitors[number], number)
            service.send_debrief(session, author, {"recommend": 0, "supported": 1}, now=EVENING)
            session.commit()
            release_batches(engine)
            assert hr.get(address).json()["questions"] == before
    assert hr.get(address).json()["answered"]["visitor"]["sent"] == 7


def test_hr_reminds_with_a_button(company: Company, as_: Enter, engine: Engine) -> None:
    hr, address = as_(company.hr), f"/campaigns/{company.campaign_id}"
    assert "Relancer" not in hr.get(f"{address}/results").text
    open_forms(engine)
    assert "Relancer" in hr.get(f"{address}/results").text
    assert hr.post(f"{address}/debrief-reminders").status_code == 303


def test_words_are_found_nowhere_but_in_their_authors_draft(
    company: Company,
    as_: Enter,
    engine: Engine,
    run_jobs: Callable[[], list[str]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(0)
    browser, sent = as_(company.anna), {"surprise": CANARY, "irritant": CANARY, "irritant_team": "1"}
    open_forms(engine)
    browser.post(f"{company.form}/draft", data=sent)
    assert CANARY in browser.get(company.form).text
    others: list[tuple[Any, list[str]]] = [
        (company.bruno, ["/visits", company.form, f"/visits/{company.visits[0].id}"]),
        (company.manager, ["/team", "/visits"]),
        (company.hr, [f"/campaigns/{company.campaign_id}/results", f"/campaigns/{company.campaign_id}"]),
    ]

    def nowhere() -> None:
        for who, pages in others:
            for page in pages:
                assert CANARY not in as_(who).get(page).text
        with engine.connect() as connection:
            for table in _tables(engine):
                assert CANARY not in repr(connection.execute(text(f'SELECT * FROM "{table}"')).all())
        assert CANARY not in caplog.text

    nowhere()
    assert browser.post(f"{company.form}/sending", data=sent).status_code == 303
    run_jobs()
    nowhere()
    assert CANARY not in browser.get(company.form).text


def _tables(engine: Engine) -> list[str]:
    from sqlalchemy import inspect

    return inspect(engine).get_table_names()


def test_programs_write_and_send_too(company: Company, as_: Enter) -> None:
    program, address = as_(company.bruno), f"/api/v1/visits/{company.visits[0].id}/debrief"
    opened = program.get(address).json()
    assert (opened["role"], opened["state"], opened["draft"]) == ("host", "open", {})
    assert {one["key"]: one["readers"] for one in opened["questions"]}["thanks"] == "visitor"
    kept = program.put(address, json={"answers": {"eyes": "Nos écrans", "prepared": 4, "thanks": None}})
    assert kept.json()["draft"] == {"eyes": "Nos écrans", "prepared": 4}
    assert program.post(f"{address}/sending", json={"answers": {"prepared": 9}}).status_code == 422
    assert program.post(f"{address}/sending", json={"answers": {"prepared": 4}}).status_code == 201
    assert program.get(address).json()["state"] == "sent"
    assert program.post(f"{address}/sending", json={"answers": {"prepared": 4}}).status_code == 409
