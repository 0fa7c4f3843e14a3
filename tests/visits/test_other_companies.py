"""An agreement holds for the two companies that signed it: where one of the two people works for another one
since, the day waits for HR again."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.core.clock import now as clock_now
from app.messages.tables import Mail
from app.visits import agreements, confirming, moving
from app.visits.tables import By, CancelReason, Visit
from app.worker import JOBS, drain
from tests.support.web import Clock
from tests.visits.life import NOW, THURSDAY, TODAY, Company, row, told
from tests.visits.test_other_team import read_by

pytestmark = pytest.mark.usefixtures("clock")

Enter = Callable[[Any], TestClient]
A, B, C = "Vélo SA", "Vélo Services", "Vélo Conseil"


def works_for(company: Company, anna: str, bruno: str) -> None:
    """As a staff file says."""
    company.anna.legal_entity, company.bruno.legal_entity = anna, bruno
    company.session.add_all((company.anna, company.bruno))
    company.session.commit()


def signed(company: Company, engine: Engine, *visits: Visit) -> None:
    """HR recorded what A and B agreed on, and everybody read it."""
    session = company.session
    works_for(company, A, B)
    ids = [one.id or 0 for one in visits or (company.there,)]
    hand = company.hand(company.there, By.HR)
    assert confirming.record_agreements(session, company.campaign.id or 0, ids, hand, TODAY) == len(ids)
    told(engine, session)


def ticked(engine: Engine, session: Session) -> list[Mail]:
    """The clock ticks twice, and what follows is done; what was written."""
    session.commit()
    known = set(session.exec(select(Mail.id)))
    session.commit()
    for _ in range(2):
        for job in JOBS["clock.tick"]:
            job(engine)
        drain(engine)
    session.expire_all()
    return list(session.exec(select(Mail).where(col(Mail.id).not_in(known)).order_by(col(Mail.id))))


def waiting(company: Company) -> set[int | None]:
    """The days that HR are asked to have signed."""
    found = agreements.waiting(company.session, company.campaign.id or 0, TODAY)
    return {seen.visit.id for seen in found}


@pytest.mark.parametrize(("anna", "bruno"), [(C, B), (A, C)])
def test_a_day_signed_for_two_companies_waits_again_where_one_of_the_two_works_for_a_third(
    company: Company, engine: Engine, anna: str, bruno: str
) -> None:
    session, visit = company.session, company.there
    signed(company, engine, visit, company.back)
    works_for(company, anna, bruno)
    changed = [one for one in ticked(engine, session) if one.kind == "visit_changed"]
    assert waiting(company) == {visit.id, company.back.id}
    assert company.history(visit)[-1] == "unsigned"
    assert row(engine, visit).agreement_at is None
    assert row(engine, visit).revision == 1
    assert sorted(one.to_name.split()[0] for one in changed) == ["Anna", "Anna", "Bruno", "Bruno"]
    line = "Les deux sociétés ne sont plus celles de la convention enregistrée"
    assert all(line in one.text for one in changed)
    assert all(one.calendar_method == "REQUEST" for one in changed)
    hand = company.hand(visit, By.HR)
    assert confirming.record_agreements(session, company.campaign.id or 0, [visit.id or 0], hand, TODAY) == 1
    ticked(engine, session)
    assert row(engine, visit).agreement_at is not None
    assert waiting(company) == {company.back.id}


@pytest.mark.parametrize(("anna", "bruno"), [(A, B), (B, A), (A, A), ("", B)])
def test_a_file_that_leaves_the_pair_as_it_was_disturbs_nobody(
    company: Company, engine: Engine, anna: str, bruno: str
) -> None:
    """Imported again, or each in the other's place; or none is needed for now, and the two come back."""
    session, visit = company.session, company.there
    signed(company, engine)
    works_for(company, anna, bruno)
    assert [one for one in ticked(engine, session) if one.kind == "visit_changed"] == []
    works_for(company, A, B)
    assert [one for one in ticked(engine, session) if one.kind == "visit_changed"] == []
    assert row(engine, visit).agreement_at is not None
    assert "unsigned" not in company.history(visit)


def test_a_day_that_takes_the_place_of_another_is_signed_for_the_same_companies(
    company: Company, engine: Engine
) -> None:
    session = company.session
    signed(company, engine, company.back)
    back = company.back
    confirming.give_up(
        session,
        company.before(back, company.anna),
        CancelReason.UNAVAILABLE,
        company.hand(back, company.anna),
        revision=0,
        declined=True,
    )
    proposed = company.before(back, company.anna)
    offer = moving.propose(session, proposed, THURSDAY, company.hand(back, company.anna), revision=1)
    session.commit()
    moving.accept(
        session, company.before(back, company.bruno), offer.id or 0, company.hand(back, company.bruno)
    )
    session.commit()
    made = session.exec(select(Visit).where(Visit.day == THURSDAY)).one()
    assert (made.signed_visitor, made.signed_host) == (B, A)
    works_for(company, C, B)
    ticked(engine, session)
    assert made.id in waiting(company)


def test_a_near_day_is_warned_of_again_once_it_waits_again(
    company: Company, engine: Engine, clock: Clock
) -> None:
    session = company.session
    works_for(company, A, B)
    clock.set(datetime.combine(company.there.day - timedelta(days=2), time(8), UTC))
    assert set(read_by(ticked(engine, session), "visit_uncertain")) == {"Anna", "Bruno"}
    hand = company.hand(company.there, By.HR, now=clock_now())
    confirming.record_agreements(
        session, company.campaign.id or 0, [company.there.id or 0], hand, clock_now().date()
    )
    assert read_by(ticked(engine, session), "visit_uncertain") == {}
    works_for(company, C, B)
    found = ticked(engine, session)
    assert set(read_by(found, "visit_uncertain")) == {"Anna", "Bruno"}
    assert read_by(found, "visit_changed") == {}  # one message says both, and calendars hear it
    for one in found:
        if one.kind == "visit_uncertain":
            assert one.calendar_method == "REQUEST"
            assert "Les deux sociétés ne sont plus celles de la convention enregistrée" in one.text
            assert "Les deux sociétés ne sont plus celles de la convention enregistrée" in one.html
    works_for(company, B, B)
    assert set(read_by(ticked(engine, session), "visit_changed")) == {"Anna", "Bruno"}
    assert company.history(company.there)[-1] == "not_needed"


def hidden(page: str, name: str) -> str:
    """What a hidden field of a page holds."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_hr_take_a_recorded_agreement_back_and_the_days_wait_again(
    company: Company, engine: Engine, enter: Enter
) -> None:
    session, visit = company.session, company.there
    signed(company, engine, visit, company.back)
    hr, here = enter(company.hr), f"/campaigns/{company.campaign.id}/agreements"
    assert f"{here}/withdrawal/{visit.id}" in hr.get(here).text
    shown = hr.get(f"{here}/withdrawal/{visit.id}").text
    assert "2 journées attendent de nouveau une convention" in shown
    assert waiting(company) == set()
    sent = {"visit_ids": [str(visit.id)], "words": "Par erreur", "recorded_at": hidden(shown, "recorded_at")}
    done = hr.post(f"{here}/withdrawal", data=sent)
    assert done.status_code == 303
    found = [one for one in ticked(engine, session) if one.kind == "visit_changed"]
    assert waiting(company) == {visit.id}
    assert sorted(one.to_name.split()[0] for one in found) == ["Anna", "Bruno"]
    assert all("a retiré la convention entre les deux sociétés" in one.text for one in found)
    assert all(one.calendar_method == "REQUEST" for one in found)
    assert row(engine, visit).agreement_at is None
    (known,) = hr.get(f"/api/v1{here}/recorded").json()["agreements"]
    assert known["companies"] == [A, B]
    assert [one["id"] for one in known["visits"]] == [company.back.id]
    again = {"visit_ids": [company.back.id, visit.id], "recorded_at": known["recorded_at"]}
    answer = hr.post(f"/api/v1{here}/withdrawal", json=again)
    assert answer.status_code == 200
    assert {one["id"] for one in answer.json()["visits"]} == {visit.id, company.back.id}
    assert len(hr.get(f"/visits/{visit.id}").text.split("a retiré la convention")) == 2  # not twice
    assert hr.get(f"/api/v1{here}/recorded").json()["agreements"] == []


def test_an_old_page_takes_no_agreement_back_that_was_recorded_since(
    company: Company, engine: Engine, enter: Enter
) -> None:
    session, visit = company.session, company.there
    signed(company, engine, visit)
    hr, here = enter(company.hr), f"/campaigns/{company.campaign.id}/agreements"
    old = hidden(hr.get(f"{here}/withdrawal/{visit.id}").text, "recorded_at")
    hr.post(f"{here}/withdrawal", data={"visit_ids": [str(visit.id)], "recorded_at": old})
    later = company.hand(visit, By.HR, now=NOW + timedelta(hours=1))
    confirming.record_agreements(session, company.campaign.id or 0, [visit.id or 0], later, TODAY)
    session.commit()
    sent = {"visit_ids": [visit.id or 0], "recorded_at": old}
    late = hr.post(f"{here}/withdrawal", data={**sent, "visit_ids": [str(visit.id)]})
    assert late.status_code == 409
    assert "Une autre convention est enregistrée depuis" in late.text
    assert "Retirer cette convention" in late.text  # what is recorded now
    assert hr.post(f"/api/v1{here}/withdrawal", json=sent).status_code == 409
    assert row(engine, visit).agreement_at is not None
    new = hidden(hr.get(f"{here}/withdrawal/{visit.id}").text, "recorded_at")
    assert new != old
    done = hr.post(f"{here}/withdrawal", data={"visit_ids": [str(visit.id)], "recorded_at": new})
    assert done.status_code == 303
    assert row(engine, visit).agreement_at is None


def test_an_old_page_records_no_agreement_of_other_companies_than_it_showed(
    company: Company, engine: Engine, enter: Enter
) -> None:
    works_for(company, A, B)
    hr, here = enter(company.hr), f"/campaigns/{company.campaign.id}/agreements"
    shown = re.findall(r'name="companies" value="([^"]+)"', hr.get(here).text)
    assert shown == [A, B]
    ids = [company.there.id or 0, company.back.id or 0]
    works_for(company, A, C)
    old = {"companies": shown, "visit_ids": ids, "reference": "AB-1"}
    late = hr.post(here, data=old)
    assert late.status_code == 409
    assert f"n’est plus entre {A} et {B}" in late.text.replace("\xa0", " ")
    assert f'name="companies" value="{C}"' in late.text  # the list as it is
    told_programs = hr.post(f"/api/v1{here}", json=old)
    assert told_programs.status_code == 409
    assert "voici" not in told_programs.json()["error"]["message"]
    assert waiting(company) == set(ids)
    new = hr.get(f"/api/v1{here}").json()["agreements"]
    assert new == [{"companies": [C, A], "visits": ids}]
    assert hr.post(f"/api/v1{here}", json={**old, **new[0], "visits": ids}).status_code == 422
    done = hr.post(f"/api/v1{here}", json={"companies": [A, C], "visit_ids": ids})
    assert done.json() == {"visits": [], "agreements": []}
    assert {row(engine, company.there).signed_visitor, row(engine, company.there).signed_host} == {A, C}


def test_a_date_that_is_refused_in_one_form_stays_in_it(company: Company, enter: Enter) -> None:
    works_for(company, A, B)
    hr, here = enter(company.hr), f"/campaigns/{company.campaign.id}/agreements"
    elsewhere = {"companies": [B, C], "visit_ids": [company.there.id], "signed_on": "2031-01-01"}
    refused = hr.post(here, data=elsewhere)
    assert refused.status_code == 422
    assert f'name="companies" value="{A}"' in refused.text
    assert "2031-01-01" not in refused.text


@pytest.mark.parametrize(
    ("anna", "bruno", "crosses"),
    [(A, B, True), (A, A.upper(), False), (A.upper(), "vélo services", True), ("VELO SA", A, False)],
)
def test_capitals_and_accents_make_no_other_company(
    company: Company, enter: Enter, anna: str, bruno: str, crosses: bool
) -> None:
    works_for(company, anna, bruno)
    ids = [company.there.id, company.back.id]
    hr, here = enter(company.hr), f"/campaigns/{company.campaign.id}/agreements"
    [*pair] = hr.get(f"/api/v1{here}").json()["agreements"]
    assert [sorted(one["visits"]) for one in pair] == ([ids] if crosses else [])
    assert waiting(company) == (set(ids) if crosses else set())
    refused = hr.post(f"/api/v1{here}", json={"companies": [A, A.upper()], "visit_ids": ids})
    assert refused.status_code == 422


def test_an_agreement_holds_however_a_file_writes_its_companies(company: Company, engine: Engine) -> None:
    signed(company, engine)
    works_for(company, A.upper(), "Velo Services")
    found = agreements.made_unsigned(company.session, {company.anna.id or 0: A.lower()}, TODAY)
    assert found == []
    assert [one for one in ticked(engine, company.session) if one.kind == "visit_changed"] == []
    assert row(engine, company.there).agreement_at is not None


def test_days_of_two_companies_are_one_agreement_however_they_are_written(
    company: Company, engine: Engine, enter: Enter
) -> None:
    works_for(company, A, B)
    hr, here = enter(company.hr), f"/campaigns/{company.campaign.id}/agreements"
    shown = re.findall(r'name="companies" value="([^"]+)"', hr.get(here).text)
    works_for(company, A.upper(), B)
    sent = {"companies": shown, "visit_ids": [company.there.id, company.back.id]}
    assert hr.post(here, data=sent).status_code == 303
    assert waiting(company) == set()


def test_an_agreement_names_its_two_companies(company: Company, enter: Enter) -> None:
    works_for(company, A, B)
    hr, here = enter(company.hr), f"/campaigns/{company.campaign.id}/agreements"
    for one in ([], [A], [A, A], [A, B, C]):
        assert hr.post(here, data={"companies": one, "visit_ids": [company.there.id]}).status_code == 422
        sent = {"companies": one, "visit_ids": [company.there.id]}
        assert hr.post(f"/api/v1{here}", json=sent).status_code == 422
    assert company.there.id in waiting(company)


def test_only_hr_take_an_agreement_back(company: Company, engine: Engine, enter: Enter) -> None:
    signed(company, engine)
    here = f"/campaigns/{company.campaign.id}/agreements/withdrawal"
    sent = {"visit_ids": [str(company.there.id)], "recorded_at": NOW.isoformat()}
    assert enter(company.anna).post(here, data=sent).status_code in {403, 404}
    assert row(engine, company.there).agreement_at is not None


def test_the_agreement_of_a_past_day_stays(company: Company, engine: Engine, clock: Clock) -> None:
    signed(company, engine)
    clock.set(datetime.combine(company.there.day + timedelta(days=1), time(8), UTC))
    hand, today = company.hand(company.there, By.HR, now=clock_now()), clock_now().date()
    ids = [company.there.id or 0]
    campaign = company.campaign.id or 0
    assert confirming.take_agreements_back(company.session, campaign, ids, NOW, hand, today) == 0
    assert row(engine, company.there).agreement_at is not None
