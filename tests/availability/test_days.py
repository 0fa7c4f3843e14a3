"""Which days of a campaign somebody can offer, and why the others are closed."""

from datetime import date

from app.availability.days import DayBook, Why, possible_days, receiving_days
from app.campaigns.tables import Campaign
from app.people.tables import Holidays, Person, Side, Site, Team
from tests.factories import NOW


def campaign(**over: object) -> Campaign:
    values = {
        "code": "c",
        "name": "C",
        "first_day": date(2027, 3, 22),
        "last_day": date(2027, 4, 3),
        "enrol_until": date(2027, 3, 1),
        "plan_by": date(2027, 3, 5),
        "debrief_until": date(2027, 4, 20),
        "created_at": NOW,
    }
    return Campaign(**{**values, **over})


def person(**over: object) -> Person:
    return Person(**{"employee_number": "1", "first_name": "A", "last_name": "B", "team_id": 1, **over})


PARIS = Site(code="P", name="Paris")
STRASBOURG = Site(code="S", name="Strasbourg", holidays=Holidays.ALSACE_MOSELLE)


def whys(on: Campaign, who: Person, site: Site = PARIS) -> dict[date, Why]:
    return {one.date: one.why for one in DayBook(on).states(who, site) if one.why is not None}


def test_a_usual_week_is_offered_without_the_public_holiday() -> None:
    days = possible_days(campaign(), person(), PARIS)
    assert len(days) == 9
    assert date(2027, 3, 29) not in days, "Easter Monday"
    assert all(day.weekday() < 5 for day in days)


def test_alsace_keeps_good_friday() -> None:
    assert date(2027, 3, 26) in possible_days(campaign(), person(), PARIS)
    assert whys(campaign(), person(), STRASBOURG)[date(2027, 3, 26)] == Why.HOLIDAY


def test_saturdays_are_offered_to_those_who_work_them_when_the_campaign_counts_them() -> None:
    seller = person(worked_weekdays="0111110")
    assert date(2027, 3, 27) in possible_days(campaign(saturdays=True), seller, PARIS)
    assert whys(campaign(saturdays=True), seller)[date(2027, 3, 22)] == Why.NOT_WORKED


def test_saturdays_are_refused_to_the_others() -> None:
    assert date(2027, 3, 27) not in possible_days(campaign(saturdays=True), person(), PARIS)
    assert date(2027, 3, 27) not in possible_days(campaign(), person(worked_weekdays="1111110"), PARIS)


def test_each_closed_day_has_its_reason() -> None:
    apprentice = person(
        worked_weekdays="1101100",
        school_weekdays="0100000",
        entered_on=date(2027, 3, 23),
        contract_ends_on=date(2027, 3, 31),
    )
    assert whys(campaign(closing_days=["2027-03-25"]), apprentice) == {
        date(2027, 3, 22): Why.CONTRACT,
        date(2027, 3, 23): Why.SCHOOL,
        date(2027, 3, 24): Why.NOT_WORKED,
        date(2027, 3, 25): Why.CLOSING,
        date(2027, 3, 29): Why.HOLIDAY,
        date(2027, 3, 30): Why.SCHOOL,
        date(2027, 3, 31): Why.NOT_WORKED,
        date(2027, 4, 1): Why.CONTRACT,
        date(2027, 4, 2): Why.CONTRACT,
    }


def test_a_team_that_receives_nobody_on_tuesdays_may_still_leave_on_tuesdays() -> None:
    team = Team(name="T", site_id=1, side=Side.FRONT, closed_weekdays="0100000")
    assert date(2027, 3, 23) in possible_days(campaign(), person(), PARIS)
    assert date(2027, 3, 23) not in receiving_days(campaign(), person(), team, PARIS)
    assert date(2027, 3, 24) in receiving_days(campaign(), person(), team, PARIS)


def test_masks_agree_with_the_states_for_people_who_share_a_rhythm_and_those_who_do_not() -> None:
    book = DayBook(campaign())
    for who in (
        person(),
        person(),
        person(contract_ends_on=date(2027, 3, 24)),
        person(worked_weekdays="1000000"),
    ):
        free = tuple(one.date for one in book.states(who, PARIS) if one.why is None)
        assert book.dates(book.leaving(who, PARIS)) == free


def test_days_that_are_none_of_the_campaign_are_dropped() -> None:
    book = DayBook(campaign())
    assert book.dates(book.mask_of(["2027-03-22", "2027-03-28", "2028-01-01", "x"])) == (date(2027, 3, 22),)
