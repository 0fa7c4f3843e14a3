"""Who can never have a match, whatever they answer."""

from collections.abc import Callable

from fastapi.testclient import TestClient
from sqlmodel import Session

from app.campaigns.invited import Invited, InvitedTeam
from app.campaigns.reach import out_of_reach
from app.campaigns.tables import Campaign
from app.people.tables import Side, Site, Team
from tests.campaigns.conftest import READY
from tests.factories import make_person, make_site, make_team

LYON, BREST = Site(id=1, code="L", name="Lyon"), Site(id=2, code="B", name="Brest")


def invited(site: Site, side: Side, people: int = 4, department: str = "") -> InvitedTeam:
    return InvitedTeam(Team(name="T", site_id=site.id or 0, side=side, department=department), site, people)


def alone(*teams: InvitedTeam, minutes: int) -> list[tuple[str, int]]:
    ways = {(1, 1): 0, (2, 2): 0, (1, 2): minutes, (2, 1): minutes}
    return [(site.name, people) for site, people in out_of_reach(Invited(teams), ways, 60)]


def test_a_site_too_far_from_the_other_side_is_named_with_its_people() -> None:
    teams = (invited(LYON, Side.BACK), invited(LYON, Side.FRONT), invited(BREST, Side.FRONT, 26))
    assert alone(*teams, minutes=61) == [("Brest", 26)]
    assert alone(*teams, minutes=60) == []


def test_one_department_does_not_meet_itself() -> None:
    teams = (invited(LYON, Side.BACK, 2, "Retail"), invited(LYON, Side.FRONT, 3, "Retail"))
    assert alone(*teams, minutes=10) == [("Lyon", 5)]


def test_the_last_look_before_opening_warns(
    desk: TestClient, session: Session, committed_campaign: Callable[..., Campaign]
) -> None:
    made = committed_campaign(**READY)
    far = make_site(session, name="Brest")
    make_person(session, make_team(session, far, side=Side.FRONT), email=None)
    session.commit()
    page = desk.get(f"/campaigns/{made.id}/check").text
    assert "Brest\u00a0: 1 personne n’a aucune équipe de l’autre côté" in page
    opening = desk.get(f"/campaigns/{made.id}/steps/opening").text
    assert "1 personne n’a pas d’adresse" in opening
    assert "2 personnes reçoivent l’invitation" in opening
