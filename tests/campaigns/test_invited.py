"""Who is invited."""

from datetime import date

from sqlmodel import Session

from app.campaigns.invited import (
    campaigns_inviting,
    invited_counts,
    invited_people,
    invited_totals,
    is_invited,
)
from app.campaigns.tables import Campaign, InvitedGroup, InvitedKind, Status
from app.people.tables import ContractKind, Person, Side
from tests.factories import make_campaign, make_person, make_site, make_team


def invite(session: Session, campaign: Campaign, kind: InvitedKind, ref: object = "") -> None:
    session.add(InvitedGroup(campaign_id=campaign.id, kind=kind, ref=str(ref)))
    session.flush()


def names(people: list[Person]) -> list[str]:
    return [person.last_name for person in people]


def test_everybody_active_is_invited_and_nobody_who_left(session: Session) -> None:
    make_person(session, last_name="Bernard")
    make_person(session, last_name="Partie", active=False)
    assert names(invited_people(session, make_campaign(session))) == ["Bernard"]


def test_groups_add_up_and_nobody_counts_twice(session: Session) -> None:
    lyon, lille = make_site(session, name="Lyon"), make_site(session, name="Lille")
    payroll = make_team(session, lyon, name="Paie", side=Side.BACK)
    shop = make_team(session, lille, name="Boutique", side=Side.FRONT)
    other = make_team(session, lille, name="Accueil", side=Side.FRONT)
    make_person(session, payroll, last_name="Bernard")
    make_person(session, shop, last_name="Kaci")
    make_person(session, other, last_name="Riou")
    campaign = make_campaign(session, invited=False)
    assert invited_people(session, campaign) == []
    invite(session, campaign, InvitedKind.SIDE, "back")
    assert names(invited_people(session, campaign)) == ["Bernard"]
    invite(session, campaign, InvitedKind.SITE, lyon.id)
    invite(session, campaign, InvitedKind.TEAM, shop.id)
    assert names(invited_people(session, campaign)) == ["Bernard", "Kaci"]
    invite(session, campaign, InvitedKind.SITE, lille.id)
    assert names(invited_people(session, campaign)) == ["Bernard", "Kaci", "Riou"]


def test_a_site_and_a_team_of_the_same_number_are_not_confused(session: Session) -> None:
    teams = [make_team(session) for _number in range(3)]
    make_person(session, teams[2], last_name="Kaci")
    campaign = make_campaign(session, invited=False)
    invite(session, campaign, InvitedKind.SITE, 999 + (teams[2].id or 0))
    assert invited_people(session, campaign) == []


def test_temporary_staff_are_left_out_unless_the_campaign_includes_them(session: Session) -> None:
    make_person(session, last_name="Intérim", contract=ContractKind.TEMPORARY)
    assert invited_people(session, make_campaign(session)) == []
    assert names(invited_people(session, make_campaign(session, include_temporary=True))) == ["Intérim"]


def test_a_contract_must_last_until_the_first_day(session: Session) -> None:
    make_person(session, last_name="Avant", contract_ends_on=date(2027, 4, 4))
    make_person(session, last_name="Jusque", contract_ends_on=date(2027, 4, 5))
    campaign = make_campaign(session, first_day=date(2027, 4, 5))
    assert names(invited_people(session, campaign)) == ["Jusque"]


def test_is_invited_says_the_same_as_the_list(session: Session) -> None:
    inside, outside = make_person(session), make_person(session)
    campaign = make_campaign(session, invited=False)
    invite(session, campaign, InvitedKind.TEAM, inside.team_id)
    assert is_invited(session, campaign, inside)
    assert not is_invited(session, campaign, outside)


def test_a_person_finds_the_campaigns_that_invite_them(session: Session) -> None:
    person = make_person(session)
    later = make_campaign(session, first_day=date(2027, 5, 3), last_day=date(2027, 5, 28))
    sooner = make_campaign(session)
    make_campaign(session, status=Status.DRAFT)
    make_campaign(session, invited=False)
    assert campaigns_inviting(session, person, statuses=[Status.OPEN]) == [sooner, later]


def test_counts_say_how_many_by_side_site_and_team(session: Session) -> None:
    lyon = make_site(session, name="Lyon")
    payroll, shop = (
        make_team(session, lyon, name="Paie", side=Side.BACK),
        make_team(session, lyon, name="Vente"),
    )
    for team in (payroll, shop, shop):
        make_person(session, team)
    make_team(session, lyon, name="Vide")
    campaign = make_campaign(session)
    counts = invited_counts(session, campaign)
    assert [(row.team.name, row.people) for row in counts.teams] == [("Paie", 1), ("Vente", 2)]
    assert (counts.total, counts.of_side(Side.BACK), counts.of_side(Side.FRONT)) == (3, 1, 2)
    assert counts.sites == [(lyon, 3)]
    assert invited_totals(session, [campaign.id or 0]) == {campaign.id: 3}
