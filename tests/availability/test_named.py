"""Two colleagues who name each other: nobody learns of a name that is not returned."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.availability import colleagues, service
from app.availability.errors import AnswerFirst, CannotName, TooManyNamed
from app.availability.tables import Answer, ColleagueWish
from app.core.errors import Refusal
from app.people.tables import Person
from tests.availability.conftest import WHEN, Company, Open
from tests.factories import make_enrolment, make_person, make_team

Enter = Callable[..., TestClient]


def name(session: Session, company: Company, who: Person, *others: Person) -> None:
    mine = company.enrolling(session, who)
    ids = [one.id for one in others if one.id is not None]
    colleagues.choose(session, mine, ids, version=mine.version, when=WHEN)


@pytest.fixture
def enrolled(company: Company, committed: Open) -> Company:
    """Anna, Bruno and Chloé take part."""
    with committed() as session:
        for one in (company.anna, company.bruno, company.chloe):
            make_enrolment(session, company.campaign, one)
    return company


def pairs(session: Session, company: Company) -> set[tuple[int, int]]:
    assert company.campaign.id is not None
    return colleagues.mutual_pairs(session, company.campaign.id)


def test_only_a_name_that_is_returned_counts(enrolled: Company, committed: Open) -> None:
    anna, bruno = enrolled.anna, enrolled.bruno
    with committed() as session:
        name(session, enrolled, anna, bruno, enrolled.chloe)
        assert pairs(session, enrolled) == set()
        name(session, enrolled, bruno, anna)
        assert pairs(session, enrolled) == {(anna.id, bruno.id)}
        assert colleagues.named_each_other(session, enrolled.campaign.id or 0, bruno.id or 0, anna.id or 0)
        mine = enrolled.enrolling(session, bruno)
        service.answer(session, mine, Answer.NO, version=mine.version, when=WHEN)
        session.flush()
        assert pairs(session, enrolled) == set(), "who no longer takes part is nobody's pair"


@pytest.mark.parametrize("who", ["same_side", "too_far", "manager", "stranger", "self"])
def test_who_cannot_be_named(enrolled: Company, committed: Open, who: str) -> None:
    with committed() as session:
        team = session.merge(enrolled.shop)
        boss = make_person(session, team, last_name="Chef")
        assert boss.id is not None
        session.merge(enrolled.anna).manager_id = boss.id
        session.flush()
        mine = enrolled.enrolling(session)
        other = {
            "same_side": enrolled.manager.id,
            "too_far": enrolled.dora.id,
            "manager": boss.id,
            "stranger": 2**31 - 1,
            "self": enrolled.anna.id,
        }[who]
        with pytest.raises(CannotName):
            colleagues.choose(session, mine, [other or 0], version=mine.version, when=WHEN)


def test_two_at_most_and_only_who_takes_part(enrolled: Company, committed: Open) -> None:
    with committed() as session:
        others = [make_person(session, session.merge(enrolled.shop), last_name=f"N{n}") for n in range(3)]
        with pytest.raises(TooManyNamed):
            name(session, enrolled, enrolled.anna, *others)
        away = make_person(session, session.merge(enrolled.payroll), last_name="Pas encore")
        refused: type[Refusal] = AnswerFirst
        with pytest.raises(refused):
            name(session, enrolled, away, enrolled.bruno)


def test_to_avoid_somebody_takes_their_name_away(enrolled: Company, committed: Open) -> None:
    with committed() as session:
        name(session, enrolled, enrolled.anna, enrolled.bruno)
        mine = enrolled.enrolling(session)
        service.choose_limits(session, mine, [enrolled.bruno.id or 0], [], version=mine.version, when=WHEN)
        assert session.exec(select(ColleagueWish)).all() == []


@pytest.mark.parametrize("script", [False, True])
def test_whoever_avoids_somebody_they_named_reads_that_the_name_went(
    enter: Enter, enrolled: Company, committed: Open, script: bool
) -> None:
    with committed() as session:
        name(session, enrolled, enrolled.anna, enrolled.bruno)
        version = enrolled.enrolling(session).version
    base, client = f"/campaigns/{enrolled.campaign.id}/enrolment", enter(enrolled.anna)
    headers = {"hx-request": "true"} if script else {}
    gone = "n’est donc plus parmi les collègues que vous nommez"

    def avoid(version: int, who: Person) -> str:
        answer = client.post(
            f"{base}/avoided", data={"version": version, "add": str(who.id)}, headers=headers
        )
        return answer.text if script else client.get(base).text

    assert gone not in avoid(version, enrolled.chloe)
    page = avoid(version + 1, enrolled.bruno)
    assert gone in page
    assert page.count(f'name="remove" value="{enrolled.bruno.id}"') == 1, "avoided, and named no more"
    if script:
        assert 'id="named-body" hx-swap-oob' in page


def test_whoever_names_somebody_they_avoid_reads_why_not(
    enter: Enter, enrolled: Company, committed: Open
) -> None:
    with committed() as session:
        mine = enrolled.enrolling(session)
        service.choose_limits(session, mine, [enrolled.bruno.id or 0], [], version=mine.version, when=WHEN)
        version = enrolled.enrolling(session).version
    base, client = f"/campaigns/{enrolled.campaign.id}/enrolment", enter(enrolled.anna)
    refused = client.post(f"{base}/named", data={"version": version, "add": str(enrolled.bruno.id)})
    assert refused.status_code == 422
    assert "Vous évitez cette personne" in refused.text
    assert (
        client.post(f"{base}/named", data={"version": version, "add": str(enrolled.chloe.id)}).status_code
        == 303
    )


def test_found_by_number_named_and_removed_without_a_script(
    enter: Enter, enrolled: Company, committed: Open
) -> None:
    base = f"/campaigns/{enrolled.campaign.id}/enrolment"
    client = enter(enrolled.anna)
    page = client.post(f"{base}/named/search", data={"colleague": enrolled.bruno.employee_number}).text
    assert f'name="add" value="{enrolled.bruno.id}"' in page
    version = page.split('name="version" value="')[1].split('"')[0]
    client.post(f"{base}/named", data={"version": version, "add": str(enrolled.bruno.id)})
    assert "Bruno Élie" in client.get(base).text
    stale = client.post(f"{base}/named", data={"version": version, "remove": str(enrolled.bruno.id)})
    assert stale.status_code == 409
    fresh = str(int(version) + 1)
    client.post(f"{base}/named", data={"version": fresh, "remove": str(enrolled.bruno.id)})
    with committed() as session:
        assert session.exec(select(ColleagueWish)).all() == []


@pytest.mark.parametrize("who", ["bruno", "manager", "hr"])
def test_a_name_that_is_not_returned_is_shown_to_nobody(
    enter: Enter, enrolled: Company, committed: Open, who: str
) -> None:
    """Anna's page says Bruno; no page of Bruno, of her manager or of HR differs from one without her wish."""
    base = f"/campaigns/{enrolled.campaign.id}"
    pages = [f"{base}/enrolment", f"{base}/answers?who=everybody", f"{base}/answers/{enrolled.anna.id}"]
    pages += ["/", "/visits", f"/api/v1{base}/enrolment", f"{base}/planning", f"/people/{enrolled.anna.id}"]
    client = enter(getattr(enrolled, who))
    before = [client.get(page).text for page in pages]
    with committed() as session:
        session.add(
            ColleagueWish(enrolment_id=enrolled.enrolling(session).enrolment_id, person_id=enrolled.bruno.id)
        )
    assert [client.get(page).text for page in pages] == before


def test_the_api_keeps_whom_one_names(enter: Enter, enrolled: Company) -> None:
    address = f"/api/v1/campaigns/{enrolled.campaign.id}/enrolment"
    client = enter(enrolled.anna)
    told = client.get(address).json()
    given = {"version": told["version"], "answer": "yes", "visit_days": told["possible_days"]}
    answer = client.put(address, json={**given, "colleagues": [enrolled.bruno.id]})
    assert answer.json()["colleagues"] == [enrolled.bruno.id]
    refused = client.put(
        address, json={**given, "version": answer.json()["version"], "colleagues": [enrolled.dora.id]}
    )
    assert refused.status_code == 422


def test_taken_away_and_erased(enrolled: Company, committed: Open) -> None:
    with committed() as session:
        name(session, enrolled, enrolled.anna, enrolled.bruno)
        name(session, enrolled, enrolled.bruno, enrolled.anna)
        (told,) = service.export(session, enrolled.anna)
        assert told["named_colleagues"] == [enrolled.bruno.employee_number]
        service.erase(session, enrolled.anna)
        assert session.exec(select(ColleagueWish)).all() == [], "her names, and those of her"


def test_a_team_of_one_side_only_is_searched(enrolled: Company, committed: Open) -> None:
    with committed() as session:
        own = make_team(session, session.merge(enrolled.lyon), name="Comptabilité", department="Ressources")
        make_person(session, own, last_name="Élien")
        mine = enrolled.enrolling(session)
        assert [one.name for one in colleagues.found(session, mine, "eli")] == ["Bruno Élie"]
