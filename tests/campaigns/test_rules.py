"""What the dates and limits of a campaign must satisfy."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.campaigns.rules import TeamLimits, Terms, faults, faults_today, proposed_terms, team_limits
from app.campaigns.tables import Campaign, Exchange
from app.people.tables import Side, Team

TERMS = Terms(
    first_day=date(2027, 4, 5),
    last_day=date(2027, 4, 30),
    enrol_until=date(2027, 3, 12),
    plan_by=date(2027, 3, 22),
    debrief_until=date(2027, 4, 30),
)


def test_terms_at_their_limits_hold_together() -> None:
    assert faults(TERMS) == {}
    assert faults(replace(TERMS, enrol_until=TERMS.plan_by - timedelta(days=1))) == {}
    assert faults(replace(TERMS, last_day=TERMS.first_day, min_gap_days=1, exchange=Exchange.SHADOW)) == {}
    year = replace(TERMS, last_day=TERMS.first_day + timedelta(days=365))
    assert faults(replace(year, debrief_until=year.last_day)) == {}


@pytest.mark.parametrize(
    ("field", "broken"),
    [
        ("last_day", {"last_day": date(2027, 4, 4)}),
        ("last_day", {"last_day": TERMS.first_day + timedelta(days=366), "debrief_until": date(2029, 1, 1)}),
        ("plan_by", {"plan_by": date(2027, 3, 23)}),
        ("plan_by", {"notice_days": 15}),
        ("enrol_until", {"enrol_until": date(2027, 3, 22)}),
        ("debrief_until", {"debrief_until": date(2027, 4, 29)}),
        ("max_gap_days", {"min_gap_days": 10, "max_gap_days": 9}),
        ("min_gap_days", {"min_gap_days": 26, "max_gap_days": 40}),
    ],
)
def test_terms_that_contradict_each_other_are_named_at_their_field(
    field: str, broken: dict[str, object]
) -> None:
    assert field in faults(replace(TERMS, **broken))  # type: ignore[arg-type]


def test_a_fault_says_the_date_that_would_do() -> None:
    sentence = faults(replace(TERMS, plan_by=date(2027, 4, 1)))["plan_by"]
    assert "lundi 22 mars 2027" in sentence


def test_the_enrolment_must_end_today_or_later() -> None:
    assert faults_today(TERMS, date(2027, 3, 12)) == {}
    assert set(faults_today(TERMS, date(2027, 3, 13))) == {"enrol_until"}


def test_what_is_proposed_always_holds_together() -> None:
    for offset in range(400):
        today = date(2027, 1, 1) + timedelta(days=offset)
        proposed = proposed_terms(today)
        assert faults(proposed) == {}
        assert faults_today(proposed, today + timedelta(days=14)) == {}
        assert proposed.first_day.weekday() == 0
        assert proposed.last_day.weekday() == 4


def test_no_step_is_proposed_on_a_feast_nor_between_the_years() -> None:
    for offset in range(2 * 365):
        proposed = proposed_terms(date(2027, 1, 1) + timedelta(days=offset))
        for day in (proposed.enrol_until, proposed.plan_by):
            assert day.weekday() < 5
            assert (1, 2) < (day.month, day.day) < (12, 24)
            assert (day.month, day.day) not in {(5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11)}
    assert proposed_terms(date(2026, 11, 15)).plan_by == date(2026, 12, 23)


def test_a_campaign_tightens_the_limits_of_a_team_and_never_loosens_them() -> None:
    campaign = Campaign(
        code="c",
        name="Printemps",
        **{
            name: getattr(TERMS, name)
            for name in ("first_day", "last_day", "enrol_until", "plan_by", "debrief_until")
        },
        created_at=datetime(2027, 1, 1, tzinfo=UTC),
    )
    team = Team(name="Boutique", site_id=1, side=Side.FRONT, max_away=3, max_visitors=2, min_presence=1)
    assert team_limits(campaign, team) == TeamLimits(3, 2, 1)
    campaign.max_away_per_team, campaign.max_visitors_per_team, campaign.min_presence_per_team = 2, 5, 4
    assert team_limits(campaign, team) == TeamLimits(2, 2, 4)
