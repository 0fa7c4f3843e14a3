"""Days that fell together and share nothing: a day for some is never kept from the others."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from app.availability.tables import Enrolment
from app.core.db import open_session
from app.core.templating import long_day
from app.home.decisions import decisions
from app.messages.tables import Mail
from app.people.tables import Person
from app.planning.repairs import queries
from app.planning.repairs.proposals import Proposal
from app.planning.tables import Repair, RepairKind, RepairStatus
from app.visits import history, reading
from app.visits.tables import Visit
from app.worker import drain
from tests.planning.repairs.broken import (
    DAYS,
    TODAY,
    Published,
    accept,
    cancel,
    last_repair,
    proposals,
    standing,
    take_no_part,
)
from tests.support.accounts import SignIn

STILL, WORKED = RepairKind.STILL, RepairKind.WORKED


def fall_apart(engine: Engine, *, on_paper: bool = False) -> Published:
    """Anna0 may see Bruno0 again only on days that they work and did not give. Bruno1 and Anna2 left, so that
    Anna1 and Bruno2 may meet, on the days of theirs. `on_paper`: nobody has an address."""
    with open_session(engine) as session:
        company = Published(session, 3)
        for person in (*company.back, *company.front) if on_paper else ():
            person.email = person.account_id = None
        for row in session.exec(select(Enrolment)):
            if row.person_id in (company.back[0].id, company.front[0].id):
                mine = [one for one in company.visits if row.person_id in (one.visitor_id, one.host_id)]
                row.visit_days = [one.day.isoformat() for one in mine if one.visitor_id == row.person_id]
                row.host_days = [one.day.isoformat() for one in mine if one.host_id == row.person_id]
    take_no_part(engine, company.front[1])
    take_no_part(engine, company.back[2])
    for one in company.visits:
        if {one.visitor_id, one.host_id} & {company.front[1].id, company.back[2].id}:
            cancel(engine, one)
    cancel(engine, company.visit(company.back[0], company.front[0]))
    return company


@pytest.fixture
def fell(engine: Engine) -> Published:
    return fall_apart(engine)


def without(engine: Engine, company: Published) -> None:
    """HR take the solution that leaves Anna0 and Bruno0 where they are."""
    accept(engine, company, STILL)
    drain(engine)


def test_what_falls_apart_is_found_together_and_moves_nobody(engine: Engine, fell: Published) -> None:
    found = proposals(engine, last_repair(engine))
    assert (found[STILL].restored, found[STILL].left) == (2, 1)
    assert (found[WORKED].restored, found[WORKED].left, found[WORKED].movers) == (4, 0, 0)
    met = {(one.visitor_id, one.host_id): one.day for one in Proposal.from_json(found[WORKED].content).fresh}
    anna, bruno = fell.back[1].id, fell.front[2].id
    assert set(met) == {(fell.back[0].id, fell.front[0].id), (anna, bruno), (bruno, anna)}
    assert {met[anna or 0, bruno or 0], met[bruno or 0, anna or 0]} <= set(DAYS)  # on days that they gave
    accept(engine, fell, WORKED)
    assert {leg[:2] for leg in standing(engine)} >= set(met)


def test_the_card_says_what_it_holds(
    engine: Engine, fell: Published, client: TestClient, sign_in: SignIn
) -> None:
    sign_in(client, fell.hr)
    page = client.get(f"/campaigns/{fell.campaign.id}/repairs/{last_repair(engine).id}").text
    assert "Tous ensemble, sans déplacer personne" in page
    assert "Les mêmes binômes, un jour où les deux travaillent" not in page


def test_a_day_that_an_accepted_repair_left_is_still_to_be_found_and_is(
    engine: Engine, fell: Published, client: TestClient, sign_in: SignIn
) -> None:
    without(engine, fell)
    done = last_repair(engine)
    sign_in(client, fell.hr)
    here = f"/campaigns/{fell.campaign.id}/repairs"
    page = client.get(here).text
    assert "Une journée reste à retrouver" in page
    assert "rien n’est à réparer" not in page
    with open_session(engine) as session:
        assert [row.href for row in decisions(session, today=TODAY)] != []
    assert "Chercher de nouveau" in client.get(f"{here}/{done.id}").text
    asked = client.post(f"{here}/{done.id}/repetition").headers["location"]
    twice = client.post(f"{here}/{done.id}/repetition")
    assert (twice.status_code, twice.headers.get("location")) == (303, asked)  # the search under way
    drain(engine)
    again = last_repair(engine)
    assert client.post(f"{here}/{done.id}/repetition").headers["location"] == asked  # or what it found
    assert (again.id, again.status) != (done.id, RepairStatus.SETTLED)
    left = fell.visit(fell.back[0], fell.front[0])
    with open_session(engine) as session:
        assert queries.visit_ids(session, again.id or 0) == [left.id]
        assert session.get_one(Repair, done.id).status == RepairStatus.ACCEPTED
    assert set(proposals(engine, again)) == {WORKED}
    accept(engine, fell, WORKED)
    drain(engine)
    assert "rien n’est à réparer" in client.get(here).text
    with open_session(engine) as session:
        assert decisions(session, today=TODAY) == []


def test_whoever_takes_part_no_more_is_not_waited_for(
    engine: Engine, fell: Published, client: TestClient, sign_in: SignIn
) -> None:
    without(engine, fell)
    take_no_part(engine, fell.back[0])
    sign_in(client, fell.hr)
    assert "rien n’est à réparer" in client.get(f"/campaigns/{fell.campaign.id}/repairs").text


@pytest.mark.usefixtures("fell")
def test_every_day_of_the_visits_own_page_is_one_for_the_repair(
    engine: Engine, fell: Published, as_: Callable[[Person], TestClient]
) -> None:
    """What the two may choose between is what the repair searches: it takes one of them."""
    visit = fell.visit(fell.back[0], fell.front[0])
    content = Proposal.from_json(proposals(engine, last_repair(engine))[WORKED].content)
    [day] = [one.day for one in content.fresh if one.visitor_id == visit.visitor_id]
    page = as_(fell.back[0]).get(f"/visits/{visit.id}/days").text
    assert day.isoformat() in page


def test_a_repair_that_a_later_one_took_over_says_so_for_good(
    engine: Engine, fell: Published, client: TestClient, sign_in: SignIn
) -> None:
    accept(engine, fell, WORKED)
    drain(engine)
    done = last_repair(engine)
    with open_session(engine) as session:
        before = [row for row in session.exec(select(Repair)) if row.id != done.id]
        assert {row.status for row in before} == {RepairStatus.EXPIRED}
    sign_in(client, fell.hr)
    here = f"/campaigns/{fell.campaign.id}/repairs"
    page = client.get(here).text
    settled, replaced = page.split("Déjà réglé</h2>")[1].split("Recherches reprises par une plus récente", 1)
    assert (f"{here}/{done.id}" in settled, "reprise par" in settled) == (True, False)
    assert all(f'href="{here}/{one.id}"' in replaced for one in before)
    assert page.count(f"reprise par la réparation {done.id}") == len(before)
    assert "réglé entre les personnes" not in page
    former = client.get(f"{here}/{before[0].id}").text
    assert f'href="{here}/{done.id}">Ouvrir la réparation {done.id}</a>' in former
    assert "se sont entendues" not in former


def test_a_new_day_says_which_one_it_replaces_and_its_return(engine: Engine, fell: Published) -> None:
    accept(engine, fell, WORKED)
    drain(engine)
    anna, bruno = fell.back[1], fell.front[2]
    with open_session(engine) as session:
        [made] = session.exec(select(Visit).where(Visit.visitor_id == anna.id, Visit.host_id == bruno.id))
        [back] = session.exec(select(Visit).where(Visit.visitor_id == bruno.id, Visit.host_id == anna.id))
        [line] = reading.history_of(session, [made.id or 0])
        assert "répare le plan" in history.sentence(line)
        assert long_day(fell.visit(anna, fell.front[1]).day) in history.sentence(line)
        mails = {
            mail.person_id: mail.text
            for mail in session.exec(select(Mail).where(Mail.kind == "visit_invitation"))
            if mail.key.startswith(f"visit_invitation:{made.id}:")
        }
    hers, his = mails[anna.id], mails[bruno.id]
    first, second = fell.visit(anna, fell.front[1]).day, fell.visit(fell.back[2], bruno).day
    assert f"remplace celle du {long_day(first)}, qui n’a pas lieu" in hers
    assert f"remplace celle du {long_day(second)}, qui n’a pas lieu" in his
    assert f"Bruno passera la journée chez vous le {long_day(back.day)}" in hers
    assert f"vous passerez la journée chez Anna le {long_day(back.day)}" in his
