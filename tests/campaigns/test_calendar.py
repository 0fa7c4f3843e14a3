"""Which days exist, where they are closed, and why."""

from datetime import UTC, date, datetime
from typing import Any

from app.campaigns.calendar import (
    Closed,
    ClosedKind,
    campaign_days,
    closed_reason,
    open_days,
    plannable_days,
    weeks,
)
from app.campaigns.tables import Campaign
from app.core.i18n import speaking
from app.people.tables import Holidays, Side, Site, Team

PARIS = Site(id=1, code="PAR", name="Paris")
STRASBOURG = Site(id=2, code="STR", name="Strasbourg", holidays=Holidays.ALSACE_MOSELLE)
GOOD_FRIDAY, EASTER_MONDAY = date(2027, 3, 26), date(2027, 3, 29)


def spring(**over: Any) -> Campaign:
    values = {
        "code": "c",
        "name": "Printemps",
        "first_day": date(2027, 3, 22),
        "last_day": date(2027, 4, 3),
        "enrol_until": date(2027, 2, 1),
        "plan_by": date(2027, 2, 20),
        "debrief_until": date(2027, 4, 17),
        "created_at": datetime(2027, 1, 1, tzinfo=UTC),
    }
    return Campaign(**{**values, **over})


def team(closed_weekdays: str) -> Team:
    return Team(id=1, name="Boutique", site_id=1, side=Side.FRONT, closed_weekdays=closed_weekdays)


def test_days_run_from_monday_to_friday_when_saturdays_do_not_count() -> None:
    days = campaign_days(spring())
    assert len(days) == 10
    assert days[0] == date(2027, 3, 22)
    assert days[-1] == date(2027, 4, 2)


def test_saturdays_count_when_the_campaign_says_so_but_never_sundays() -> None:
    days = campaign_days(spring(saturdays=True))
    assert [day for day in days if day.weekday() == 5] == [date(2027, 3, 27), date(2027, 4, 3)]
    assert all(day.weekday() < 6 for day in days)


def test_good_friday_is_closed_in_strasbourg_and_open_in_paris() -> None:
    assert closed_reason(spring(), None, STRASBOURG, GOOD_FRIDAY) == Closed(
        ClosedKind.HOLIDAY, "Vendredi saint"
    )
    assert closed_reason(spring(), None, PARIS, GOOD_FRIDAY) is None


def test_easter_monday_is_closed_everywhere() -> None:
    for site in (PARIS, STRASBOURG):
        found = closed_reason(spring(), None, site, EASTER_MONDAY)
        assert found is not None
        assert found.words == "Lundi de Pâques"


def test_a_holiday_is_named_in_the_readers_language() -> None:
    with speaking("en"):
        found = closed_reason(spring(), None, PARIS, EASTER_MONDAY)
    assert found is not None
    assert found.name == "Easter Monday"


def test_saint_stephen_is_a_holiday_of_alsace_moselle_only() -> None:
    winter = spring(first_day=date(2028, 12, 20), last_day=date(2029, 1, 5))
    assert date(2028, 12, 26) in open_days(winter, PARIS)
    assert date(2028, 12, 26) not in open_days(winter, STRASBOURG)
    assert date(2029, 1, 1) not in open_days(winter, PARIS)


def test_the_company_closes_on_its_own_days() -> None:
    campaign = spring(closing_days=["2027-03-30"])
    assert closed_reason(campaign, None, PARIS, date(2027, 3, 30)) == Closed(ClosedKind.CLOSING)
    assert closed_reason(campaign, None, PARIS, date(2027, 3, 31)) is None


def test_a_team_closes_on_its_weekday_only() -> None:
    closed_on_mondays = team("1000000")
    assert closed_reason(spring(), closed_on_mondays, PARIS, date(2027, 3, 22)) == Closed(ClosedKind.WEEKDAY)
    assert closed_reason(spring(), closed_on_mondays, PARIS, date(2027, 3, 23)) is None


def test_days_outside_the_campaign_are_closed() -> None:
    saturday, before = date(2027, 3, 27), date(2027, 3, 19)
    assert closed_reason(spring(), None, PARIS, saturday) == Closed(ClosedKind.OUTSIDE)
    assert closed_reason(spring(), None, PARIS, before) == Closed(ClosedKind.OUTSIDE)
    assert closed_reason(spring(saturdays=True), None, PARIS, saturday) is None


def test_open_days_agree_with_the_reasons() -> None:
    campaign = spring(saturdays=True, closing_days=["2027-03-30"])
    for site in (PARIS, STRASBOURG):
        for one in (None, team("0000010"), team("0101000")):
            expected = [
                day for day in campaign_days(campaign) if closed_reason(campaign, one, site, day) is None
            ]
            assert open_days(campaign, site, one) == expected


def test_plannable_days_leave_the_notice() -> None:
    campaign = spring(notice_days=14)
    assert plannable_days(campaign, date(2027, 3, 8)) == campaign_days(campaign)
    assert plannable_days(campaign, date(2027, 3, 10))[0] == date(2027, 3, 24)
    assert plannable_days(campaign, date(2027, 4, 1)) == []


def test_weeks_run_from_monday_to_saturday() -> None:
    found = weeks([date(2027, 3, 24), date(2027, 4, 2)])
    assert [week[0] for week in found] == [date(2027, 3, 22), date(2027, 3, 29)]
    assert all(len(week) == 6 and week[-1].weekday() == 5 for week in found)
