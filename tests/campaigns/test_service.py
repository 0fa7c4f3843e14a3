"""Changes of a campaign's content."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.accounts.sessions import Actor
from app.accounts.tables import AuditEntry
from app.campaigns import queries
from app.campaigns.errors import SectionFixed, TermsRefused
from app.campaigns.rules import faults, terms_of
from app.campaigns.schemas import Group
from app.campaigns.service import change, copy_campaign, fixed_dates, new_campaign
from app.campaigns.tables import Campaign, Exchange, InvitedKind, Status
from app.core.db import open_session
from app.core.errors import Stale

NOW, TODAY = datetime(2027, 3, 2, 8, 0, tzinfo=UTC), date(2027, 3, 2)


def groups(session: Session, campaign: Campaign) -> list[tuple[str, str]]:
    assert campaign.id is not None
    return [(row.kind.value, row.ref) for row in queries.groups_of(session, campaign.id)]


def edit(session: Session, campaign: Campaign, actor: Actor, version: int = 1, **values: Any) -> list[str]:
    invited = values.pop("groups", None)
    return change(
        session, campaign, values, version=version, actor=actor, now=NOW, today=TODAY, groups=invited
    )


def test_a_new_campaign_is_a_draft_with_dates_that_work_and_everybody_invited(
    session: Session, hr: Actor
) -> None:
    made = new_campaign(session, name="Printemps", actor=hr, now=NOW, today=TODAY)
    assert made.status == Status.DRAFT
    assert faults(terms_of(made)) == {}
    assert groups(session, made) == [("everybody", "")]
    assert queries.campaign_of_code(session, f" {made.code.upper()} ") == made
    assert session.exec(select(AuditEntry.action)).all() == ["campaign.created"]


def test_two_campaigns_never_share_a_code(session: Session, hr: Actor) -> None:
    codes = {new_campaign(session, name="P", actor=hr, now=NOW, today=TODAY).code for _number in range(20)}
    assert len(codes) == 20
    assert all(len(code) == 9 for code in codes)


def test_a_new_campaign_refuses_dates_that_contradict_each_other(session: Session, hr: Actor) -> None:
    with pytest.raises(TermsRefused) as refused:
        new_campaign(session, name="P", actor=hr, now=NOW, today=TODAY, last_day=date(2027, 3, 1))
    assert "last_day" in refused.value.faults


def test_a_change_counts_up_the_version_and_is_audited_without_its_words(
    session: Session, ready: Campaign, hr: Actor
) -> None:
    assert edit(session, ready, hr, name="Été", story="Une histoire.") == ["name", "story"]
    assert (ready.name, ready.version) == ("Été", 2)
    entry = session.exec(select(AuditEntry)).one()
    assert entry.details == {"fields": ["name", "story"]}


def test_saving_what_stands_changes_nothing(session: Session, ready: Campaign, hr: Actor) -> None:
    assert edit(session, ready, hr, name=ready.name, groups=[Group(kind=InvitedKind.EVERYBODY)]) == []
    assert ready.version == 1
    assert session.exec(select(AuditEntry)).all() == []


def test_a_change_on_an_older_version_is_refused(session: Session, ready: Campaign, hr: Actor) -> None:
    edit(session, ready, hr, name="La première")
    with pytest.raises(Stale):
        edit(session, ready, hr, name="La seconde")
    assert ready.name == "La première"


@pytest.mark.database("sqlite", "postgresql")
def test_of_two_changes_at_once_one_wins(
    engine: Engine, session: Session, ready: Campaign, hr: Actor
) -> None:
    with open_session(engine) as other:
        same = other.get(Campaign, ready.id)
        assert same is not None
        edit(other, same, hr, name="La première")
    with pytest.raises(Stale):
        edit(session, ready, hr, name="La seconde")
    session.rollback()
    session.refresh(ready)
    assert ready.name == "La première"


@pytest.mark.parametrize(
    ("values", "last_allowed", "first_refused"),
    [
        ({"name": "Autre"}, Status.DEBRIEFING, Status.CLOSED),
        ({"debrief_until": date(2027, 6, 1)}, Status.DEBRIEFING, Status.CANCELLED),
        ({"exchange": Exchange.SHADOW}, Status.PLANNING, Status.PUBLISHED),
        ({"include_temporary": True}, Status.OPEN, Status.PLANNING),
        ({"information_sheet_on": date(2027, 2, 2)}, Status.OPEN, Status.PLANNING),
    ],
)
def test_each_section_changes_until_its_state_and_not_after(
    session: Session,
    ready: Campaign,
    hr: Actor,
    values: dict[str, Any],
    last_allowed: Status,
    first_refused: Status,
) -> None:
    ready.status = first_refused
    session.commit()
    with pytest.raises(SectionFixed):
        edit(session, ready, hr, **values)
    ready.status = last_allowed
    session.commit()
    assert edit(session, ready, hr, **values) == list(values)


def test_dates_are_fixed_step_by_step(session: Session, ready: Campaign, hr: Actor) -> None:
    assert fixed_dates(Status.OPEN) == frozenset()
    ready.status = Status.PLANNING
    session.commit()
    with pytest.raises(TermsRefused) as refused:
        edit(session, ready, hr, enrol_until=date(2027, 3, 14))
    assert set(refused.value.faults) == {"enrol_until"}
    assert edit(session, ready, hr, last_day=date(2027, 5, 7)) == ["last_day"]
    ready.status = Status.PUBLISHED
    session.commit()
    with pytest.raises(TermsRefused):
        edit(session, ready, hr, version=2, last_day=date(2027, 5, 10))


def test_an_enrolment_may_not_be_moved_to_the_past(session: Session, ready: Campaign, hr: Actor) -> None:
    with pytest.raises(TermsRefused):
        edit(session, ready, hr, enrol_until=date(2027, 3, 1))
    assert edit(session, ready, hr, enrol_until=TODAY) == ["enrol_until"]


def test_a_longer_notice_must_fit_the_dates(session: Session, ready: Campaign, hr: Actor) -> None:
    with pytest.raises(TermsRefused) as refused:
        edit(session, ready, hr, notice_days=20)
    assert "plan_by" in refused.value.faults
    assert edit(session, ready, hr, notice_days=17) == ["notice_days"]


def test_invited_groups_are_replaced_together(session: Session, ready: Campaign, hr: Actor) -> None:
    _team, site = queries.teams_by_site(session)[0]
    chosen = [Group(kind=InvitedKind.SIDE, ref="back"), Group(kind=InvitedKind.SITE, ref=str(site.id))]
    assert edit(session, ready, hr, groups=chosen) == ["groups"]
    assert groups(session, ready) == [("side", "back"), ("site", str(site.id))]


@pytest.mark.parametrize(
    "group",
    [
        Group(kind=InvitedKind.SIDE, ref="middle"),
        Group(kind=InvitedKind.SITE, ref="99999"),
        Group(kind=InvitedKind.TEAM, ref="x"),
        Group(kind=InvitedKind.EVERYBODY, ref="back"),
    ],
)
def test_a_group_that_names_nothing_is_refused_and_nothing_changes(
    session: Session, ready: Campaign, hr: Actor, group: Group
) -> None:
    with pytest.raises(TermsRefused):
        edit(session, ready, hr, name="Autre", groups=[group])
    session.commit()
    session.refresh(ready)
    assert (ready.version, ready.name) == (1, "Campagne de printemps")
    assert groups(session, ready) == [("everybody", "")]


def test_a_copy_lies_ahead_by_whole_weeks_with_an_empty_checklist(
    session: Session, ready: Campaign, hr: Actor
) -> None:
    ready.max_travel_minutes, ready.closing_days = 33, ["2027-04-06"]
    ready.status = Status.CLOSED
    session.commit()
    made = copy_campaign(session, ready, actor=hr, now=NOW, today=date(2027, 9, 1))
    assert made.status == Status.DRAFT
    assert (made.first_day - ready.first_day).days % 7 == 0
    assert made.last_day - made.first_day == ready.last_day - ready.first_day
    assert faults(terms_of(made)) == {}
    assert made.enrol_until > date(2027, 9, 14)
    assert (made.max_travel_minutes, made.closing_days, made.information_sheet_on) == (33, [], None)
    assert groups(session, made) == groups(session, ready)
    assert made.code != ready.code


def test_the_list_shows_the_latest_first_by_pages(session: Session, hr: Actor) -> None:
    for _number in range(3):
        new_campaign(session, name="P", actor=hr, now=NOW, today=TODAY)
    found, total = queries.campaigns(session, statuses=queries.UNDER_WAY, page=2, size=2)
    assert (len(found), total) == (1, 3)
    everything = session.exec(select(Campaign.id).order_by(col(Campaign.id))).all()
    assert found[0].id == everything[0]
