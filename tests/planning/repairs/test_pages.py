"""HR's doors to repairs: pages and JSON, the two of them on one service."""

import dataclasses
import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, delete, select

from app.campaigns.tables import Campaign
from app.core.db import open_session
from app.core.templating import long_day
from app.messages.tables import Mail
from app.people.tables import Team
from app.planning.repairs import jobs as repairs
from app.planning.repairs import service
from app.planning.repairs.proposals import Proposal
from app.planning.tables import (
    Repair,
    RepairCause,
    RepairKind,
    RepairProposal,
    RepairRules,
    RepairStatus,
)
from app.worker import drain
from tests.planning.repairs.broken import (
    DAYS,
    NOW,
    TODAY,
    Published,
    cancel,
    contradict,
    last_repair,
    standing,
    take_no_part,
)
from tests.support.accounts import SignIn
from tests.support.web import Clock


def at(company: Published, engine: Engine) -> str:
    return f"/campaigns/{company.campaign.id}/repairs/{last_repair(engine).id}"


@pytest.mark.parametrize("decided", ["acceptance", "dismissal"])
@pytest.mark.parametrize("opened_by_hr", [True, False])
def test_a_repair_says_who_opened_it_and_who_decided(
    engine: Engine, company: Published, hr: TestClient, decided: str, opened_by_hr: bool
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    with open_session(engine) as session:
        repair = session.get_one(Repair, last_repair(engine).id)
        repair.requested_by = company.hr.id if opened_by_hr else None
    here, name = at(company, engine), company.hr.name
    main = re.compile(r"<main.*</main>", re.DOTALL)
    before = main.search(hr.get(here).text)
    assert before is not None
    assert (f"Ouverte par {name}" in before[0]) is opened_by_hr
    assert before[0].count(name) == opened_by_hr
    hr.post(f"{here}/{decided}", data={"kind": "same"} if decided == "acceptance" else {})
    after = main.search(hr.get(here).text)
    assert after is not None
    assert after[0].count(name) == 1 + opened_by_hr


def test_what_fell_is_shown_with_proposals_and_one_button_accepts(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    listed = hr.get(f"/campaigns/{company.campaign.id}/repairs").text
    assert "Une réparation attend votre décision" in listed
    assert "Anna Back0 avec Bruno Front0, mar. 6 avr." in listed
    assert "à décider" in hr.get(f"/campaigns/{company.campaign.id}/repairs/summary").text
    page = hr.get(at(company, engine)).text
    assert "Les mêmes binômes, un autre jour" in page
    assert "Personne d’autre n’est déplacé" in page
    sent = hr.post(f"{at(company, engine)}/acceptance", data={"kind": "same"}, follow_redirects=False)
    assert sent.status_code == 303
    assert len(standing(engine)) == 4
    # What is accepted is shown as it was: the day that fell, the day that replaces it.
    kept = hr.get(at(company, engine)).text
    assert "Une journée réparée" in kept
    assert page.split('class="repair-lines"')[1].split("</ul>")[0] in kept
    again = hr.post(f"{at(company, engine)}/acceptance", data={"kind": "same"})
    assert again.status_code == 303
    assert "en partie" not in kept


def test_the_list_keeps_the_day_that_fell_once_it_moved(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    fell = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        contradict(session, fell)
    drain(engine)
    hr.post(f"{at(company, engine)}/acceptance", data={"kind": "same"})
    assert fell.day not in {day for who, _host, day in standing(engine) if who == fell.visitor_id}
    assert (
        "Anna Back0 avec Bruno Front0, mar. 6 avr."
        in hr.get(f"/campaigns/{company.campaign.id}/repairs").text
    )


def test_a_repair_that_leaves_people_without_a_day_says_for_how_many_it_was(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    hr.post(f"{at(company, engine)}/acceptance", data={"kind": "same"})
    with open_session(engine) as session:
        for row in session.exec(select(RepairProposal)):
            row.restored, row.left = 1, 4
    page = hr.get(at(company, engine)).text
    assert "1 personne sur 5 retrouve une journée" in page
    assert "Une journée réparée" not in page
    assert "réparé en partie" in page
    assert "réparé en partie" in hr.get(f"/campaigns/{company.campaign.id}/repairs").text


def test_a_repair_that_found_nothing_is_not_offered_as_a_choice(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    assert "Comparer les solutions" in hr.get("/home").text
    with open_session(engine) as session:
        session.exec(delete(RepairProposal))
    home = hr.get("/home").text
    assert "Voir ce qui est tombé" in home
    assert "Comparer les solutions" not in home


def test_a_proposal_that_does_not_hold_changes_nothing_and_looks_again(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    take_no_part(engine, company.front[0])
    before, former = standing(engine), at(company, engine)
    sent = hr.post(f"{former}/acceptance", data={"kind": "same"}, follow_redirects=False)
    assert (sent.status_code, standing(engine)) == (303, before)
    assert sent.headers["location"] == at(company, engine) != former
    assert "nous cherchons de nouveau" in hr.get(at(company, engine)).text.lower()
    assert hr.post(f"{at(company, engine)}/repetition", follow_redirects=False).status_code == 303


def test_hr_is_told_that_a_repair_waits_and_finds_it_at_home(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    home = hr.get("/home").text
    assert re.search("1 réparation de «.Campagne de printemps.» attend votre décision", home)
    with open_session(engine) as session:
        (mail,) = session.exec(select(Mail).where(Mail.kind == "repair_ready")).all()
    assert (mail.account_id, mail.subject.replace("\xa0", " ")) == (
        company.hr.id,
        f"Réparation {last_repair(engine).id} à décider, une journée : « Campagne de printemps »",
    )
    assert "Une solution est prête" in mail.text
    assert "Anna" not in mail.text + mail.html  # what is forgotten with a person stays out of HR's mailbox
    hr.post(f"{at(company, engine)}/acceptance", data={"kind": "same"})
    drain(engine)
    assert "attend votre décision" not in hr.get("/home").text


def test_a_repair_that_grows_says_how_many_days_and_what_it_takes_over(
    engine: Engine, company: Published
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    first = last_repair(engine).id
    cancel(engine, company.visit(company.back[1], company.front[1]))
    with open_session(engine) as session:
        mails = session.exec(select(Mail).where(Mail.kind == "repair_ready").order_by(col(Mail.id))).all()
    assert [re.split(", |\xa0", mail.subject)[1] for mail in mails] == ["une journée", "2 journées"]
    taken = (
        f"Elle continue la réparation {first}, ouverte le {long_day(TODAY)}, dont elle reprend une journée."
    )
    assert [taken in mail.text and taken in mail.html for mail in mails] == [False, True]


def test_the_other_day_of_two_who_lost_both_is_no_new_pair(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    """It fell earlier, and HR left it at that."""
    anna, bruno = company.back[0], company.front[0]
    cancel(engine, company.visit(anna, bruno))
    hr.post(f"{at(company, engine)}/dismissal")
    cancel(engine, company.visit(bruno, anna))
    page = hr.get(at(company, engine)).text
    assert "Les mêmes binômes, un autre jour" in page
    card = page.split("Les mêmes binômes, un autre jour")[1].split("</article>")[0]
    assert "le même binôme dans l’autre sens" in card
    assert "nouveau binôme" not in card


def test_a_repair_nobody_decided_on_stays_in_the_list_and_looks_again_in_one_tap(
    engine: Engine, company: Published, hr: TestClient, clock: Clock
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    late, here = at(company, engine), f"/campaigns/{company.campaign.id}/repairs"
    clock.set(NOW + service.KEPT + timedelta(minutes=1))
    repairs.expire(engine)
    drain(engine)
    with open_session(engine) as session:
        mails = session.exec(select(Mail).where(Mail.kind == "repair_ready").order_by(col(Mail.id))).all()
    number = last_repair(engine).id
    assert [mail.subject.split("\xa0:")[0] for mail in mails] == [
        f"Réparation {number} à décider, une journée",
        f"Réparation {number} restée sans décision",
    ]
    listed = hr.get(here).text
    assert "Une réparation attend votre décision" in listed
    assert "périmé, à chercher de nouveau" in listed
    assert "rien n’est à réparer" not in listed
    assert "attend votre décision" in hr.get("/home").text
    assert "Personne n’a décidé à temps" in hr.get(late).text
    sent = hr.post(f"{late}/repetition", follow_redirects=False)
    drain(engine)
    assert sent.headers["location"] == at(company, engine) != late
    assert "périmé, à chercher de nouveau" not in hr.get(here).text
    clock.set(NOW + 2 * service.KEPT + timedelta(minutes=2))
    repairs.expire(engine)
    hr.post(f"{at(company, engine)}/dismissal")
    assert "Le plan tient" in hr.get(here).text


def test_a_day_that_a_roster_contradicts_is_never_said_to_hold(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    visit, here = (
        company.visit(company.back[0], company.front[0]),
        f"/campaigns/{company.campaign.id}/repairs",
    )
    with open_session(engine) as session:
        contradict(session, visit)
    drain(engine)
    hr.post(f"{at(company, engine)}/dismissal")
    aside = f"{company.hr.name} n’a retenu aucune des solutions cherchées pour cette journée."
    assert aside in hr.get(f"/visits/{visit.id}").text
    listed = hr.get(here).text
    assert "Une journée prévue ne peut pas avoir lieu" in listed
    assert "rien n’est à réparer" not in listed
    sent = hr.post(here, follow_redirects=False)
    assert sent.headers["location"] == at(company, engine)
    assert "Une journée prévue ne peut pas avoir lieu" not in hr.get(here).text


def test_what_is_still_looked_for_is_no_decision_to_take(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    with open_session(engine) as session:
        session.get_one(Repair, last_repair(engine).id).status = RepairStatus.RUNNING
    for path in ("", "/summary"):
        page = hr.get(f"/campaigns/{company.campaign.id}/repairs{path}").text
        assert "Une réparation est cherchée" in page
        assert "votre décision" not in page


def test_whoever_lost_both_days_of_a_swap_is_no_new_pair(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    for visitor, host in ((company.back[0], company.front[0]), (company.front[0], company.back[0])):
        cancel(engine, company.visit(visitor, host))
    page = hr.get(at(company, engine)).text
    assert "Les mêmes binômes" in page
    assert "nouveau binôme" not in page


def test_figures_add_up_and_the_first_button_is_the_solution_that_restores_most(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    with open_session(engine) as session:
        (row,) = session.exec(select(RepairProposal))
        row.restored, row.left = 1, 0
        more = dataclasses.replace(Proposal.from_json(row.content)).to_json()
        found = {"restored": 2, "left": 0, "movers": 1, "newcomers": 0}
        session.add(
            RepairProposal(repair_id=row.repair_id, kind=RepairKind.BEST, content=more, **found)  # type: ignore[arg-type]
        )
    page = hr.get(at(company, engine)).text
    assert page.count("1 autre garde sa propre journée") == 1
    first, second = page.split('action="' + at(company, engine) + '/acceptance"')[1:]
    assert "is-primary" not in first.split("</form>")[0]
    assert "is-primary" in second.split("</form>")[0]


def test_a_repair_that_another_one_contradicts_looks_again_by_itself(
    engine: Engine, company: Published, hr: TestClient
) -> None:
    """HR read of it once, and the page of yesterday leads to the one that waits."""
    roster = company.visit(company.back[0], company.front[0])
    with open_session(engine) as session:
        contradict(session, roster)
    drain(engine)
    first = last_repair(engine)
    with open_session(engine) as session:
        row = session.exec(select(RepairProposal).where(RepairProposal.repair_id == first.id)).one()
        planned = Proposal.from_json(row.content).moves[0].day
        session.get_one(Team, company.shop.id).max_visitors = 1
    cancel(engine, company.visit(company.back[1], company.front[1]))
    latest = last_repair(engine).id
    with open_session(engine) as session:
        (campaign, actor) = session.get_one(Campaign, company.campaign.id), company.actor
        second = session.get_one(Repair, latest)
        row = session.exec(select(RepairProposal).where(RepairProposal.repair_id == second.id)).all()[0]
        content = Proposal.from_json(row.content)
        fresh = dataclasses.replace(content.fresh[0], day=planned)
        row.content = dataclasses.replace(content, fresh=(fresh,)).to_json()
        service.accept(session, campaign, second, row.kind, actor, NOW, NOW.date())
    drain(engine)
    with open_session(engine) as session:
        assert session.get_one(Repair, first.id).status == RepairStatus.EXPIRED
    assert (last_repair(engine).cause, last_repair(engine).status) == (RepairCause.ROSTER, "ready")
    assert last_repair(engine).id not in (first.id, second.id)
    with open_session(engine) as session:
        mails = session.exec(select(Mail).where(Mail.kind == "repair_ready")).all()
    assert len(mails) == 2
    former = hr.get(f"/campaigns/{company.campaign.id}/repairs/{first.id}").text
    assert f"Reprise par la réparation {last_repair(engine).id}" in former
    assert f'href="{at(company, engine)}"' in former
    assert "Chercher de nouveau" not in former


def test_a_closed_site_is_one_action(engine: Engine, company: Published, hr: TestClient) -> None:
    here = f"/campaigns/{company.campaign.id}"
    days = {"site_id": company.there.id or 0, "first": DAYS[0].isoformat(), "last": DAYS[2].isoformat()}
    page = hr.get(f"{here}/repairs/closure", params=days).text
    assert "2 journées tombent" in page
    assert "Les journées du plan sont regroupées en une seule réparation." in page
    assert "réservées" not in page
    assert len(standing(engine)) == 4
    sent = hr.post(f"{here}/closures", data=days, follow_redirects=False)
    assert sent.headers["location"] == at(company, engine)
    waiting = hr.get(at(company, engine))
    assert "Arrêter le calcul" in waiting.text
    assert hr.get(f"{at(company, engine)}/progress").status_code == 200
    drain(engine)
    done = hr.get(f"{at(company, engine)}/progress")
    assert (done.status_code, done.headers["hx-redirect"]) == (204, at(company, engine))
    assert "Annuler ces journées sans les remplacer" in hr.get(at(company, engine)).text


def test_days_in_the_wrong_order_are_told_at_the_field(company: Published, hr: TestClient) -> None:
    days = {"site_id": company.there.id or 0, "first": DAYS[2].isoformat(), "last": DAYS[0].isoformat()}
    sent = hr.post(f"/campaigns/{company.campaign.id}/closures", data=days)
    assert sent.status_code == 422
    assert "Choisissez un premier et un dernier jour" in sent.text


def test_who_accepts_is_said_on_the_version_read(engine: Engine, company: Published, hr: TestClient) -> None:
    here = f"/campaigns/{company.campaign.id}/repairs/rules"
    assert hr.post(here, data={"automatic": "true", "version": 0}, follow_redirects=False).status_code == 303
    assert hr.post(here, data={"automatic": "false", "version": 0}).status_code == 409
    with open_session(engine) as session:
        assert session.exec(select(RepairRules)).one().automatic


def test_programs_do_the_same(engine: Engine, company: Published, hr: TestClient) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    here = f"/api/v1/campaigns/{company.campaign.id}/repairs"
    (repair,) = hr.get(here).json()["repairs"]
    assert repair["status"] == "ready"
    (proposal,) = repair["proposals"]
    assert (proposal["kind"], proposal["restored"], proposal["movers"]) == ("same", 2, 0)
    told: dict[str, Any] = hr.post(f"{here}/{repair['id']}/acceptance", json={"kind": "same"}).json()
    assert (told["status"], told["accepted"]) == ("accepted", RepairKind.SAME)
    refused = hr.post(f"{here}/{repair['id']}/acceptance", json={"kind": "same"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "RepairDecided")


def test_only_hr_enters(engine: Engine, company: Published, client: TestClient, sign_in: SignIn) -> None:
    cancel(engine, company.visit(company.back[0], company.front[0]))
    here = at(company, engine)
    with open_session(engine) as session:
        account = session.get_one(type(company.hr), company.back[0].account_id)
    sign_in(client, account)
    for path in (here, here + "/progress", f"/campaigns/{company.campaign.id}/repairs"):
        assert client.get(path).status_code in (403, 404)
    assert client.post(here + "/acceptance", data={"kind": "same"}).status_code in (403, 404)
    assert len(standing(engine)) == 3
