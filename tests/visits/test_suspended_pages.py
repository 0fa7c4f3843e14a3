"""What the pages say of an exchange of which one day cannot take place as planned: one thing, and true."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.teams.tables import Shift
from app.visits import pages
from tests.factories import make_roster
from tests.visits.life import MONDAY, Company

pytestmark = pytest.mark.usefixtures("clock")
Enter = Callable[[Any], TestClient]


@pytest.mark.parametrize("off", [True, False])
def test_an_exchange_is_complete_only_while_both_days_can_be(
    company: Company, enter: Enter, off: bool
) -> None:
    if off:
        make_roster(company.session, company.shop.id, {(company.bruno.id, MONDAY): Shift.OFF})
    there, back = f"/visits/{company.there.id}", f"/visits/{company.back.id}"
    all_of_them = f"/campaigns/{company.campaign.id}/visits"
    read = [(company.anna, one) for one in (there, back, "/visits")]
    for who, page in [*read, (company.bruno, back), (company.hr, back), (company.hr, all_of_them)]:
        assert ("échange complet" in enter(who).get(page).text) is not off, (who.name, page)
    other = enter(company.anna).get(back).text.split("L’autre journée de l’échange")[1]
    assert ("ne peut pas avoir lieu comme prévu pour l’instant" in other) is off


def test_a_day_that_suits_nobody_any_more_is_left_by_one_button(
    company: Company, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_roster(company.session, company.shop.id, {(company.bruno.id, MONDAY): Shift.OFF})
    monkeypatch.setattr(pages, "finds_day", lambda *_: False)
    page = enter(company.anna).get(f"/visits/{company.there.id}").text
    assert "Je ne peux pas" in page
    assert "Annuler cette journée" not in page
    assert "Annuler cette journée" in enter(company.hr).get(f"/visits/{company.there.id}").text


def test_who_said_yes_cancels_by_one_button(company: Company, enter: Enter) -> None:
    here = f"/visits/{company.there.id}"
    anna = enter(company.anna)
    assert "Annuler cette journée" not in anna.get(here).text
    anna.post(f"{here}/confirmation", data={"revision": "0"})
    page = anna.get(here).text
    assert "Annuler cette journée" in page
    assert "Je ne peux pas" not in page
