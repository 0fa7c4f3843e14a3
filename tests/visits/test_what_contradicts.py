"""What contradicts a day is named as it is: a roster, a contract, or a weekday that is not worked."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from app.campaigns.tables import Status
from app.messages.tables import Mail
from app.teams.tables import Shift
from app.worker import drain
from tests.factories import make_roster
from tests.visits.life import MONDAY, Company
from tests.visits.test_one_file import is_of
from tests.visits.test_whereabouts import ticked

pytestmark = pytest.mark.usefixtures("clock")

SAID = {
    "roster": ("un planning dit autre chose", "contredite par un planning"),
    "contract": ("un contrat ne couvre pas ce jour", "hors contrat"),
    "entry": ("un contrat ne couvre pas ce jour", "hors contrat"),
    "weekday": ("ce jour de la semaine n’est pas travaillé", "jour non travaillé"),
}
CONTRACT = (
    "Un contrat ne couvre pas ce jour",
    "Un contrat ne couvre pas votre journée du lundi 5 avril",
    "Votre contrat ne couvre pas le lundi 5 avril",
    "Un contrat ne couvre pas ce jour. La journée ne peut pas être confirmée",
    "Votre contrat ne couvre pas ce jour. La journée ne peut pas être confirmée",
)
WHERE = {
    "roster": (
        "Un planning contredit ce jour",
        "Un planning contredit votre journée du lundi 5 avril",
        "Votre planning dit autre chose le lundi 5 avril",
        "Un planning dit autre chose ce jour-là. La journée ne peut pas être confirmée",
        "Votre planning dit autre chose ce jour-là. La journée ne peut pas être confirmée",
    ),
    "contract": CONTRACT,
    "entry": CONTRACT,
    "weekday": (
        "Ce jour de la semaine n’est pas travaillé par l’une des deux personnes",
        "Votre journée du lundi 5 avril 2027 tombe un jour non travaillé",
        "Vous ne travaillez pas le lundi 5 avril",
        "Ce jour de la semaine n’est pas travaillé par l’une des deux personnes. La journée ne peut pas être",
        "Vous ne travaillez pas ce jour de la semaine. La journée ne peut pas être confirmée",
    ),
}
"""The history, the home of both, and what a yes is answered, to both."""


@pytest.mark.parametrize("how", SAID)
def test_pages_mails_and_calendars_say_what_contradicts_the_day(
    company: Company, engine: Engine, enter: Any, how: str
) -> None:
    session, bruno = company.session, company.bruno
    company.campaign.status = Status.RUNNING
    session.commit()
    drain(engine)
    if how == "roster":
        make_roster(session, company.shop.id, {(bruno.id, MONDAY): Shift.OFF})
    elif how == "contract":
        bruno.contract_ends_on = MONDAY - timedelta(days=1)
    elif how == "entry":
        bruno.entered_on = MONDAY + timedelta(days=1)
    else:
        bruno.worked_weekdays = "0111100"
    ticked(engine, session)
    told = col(Mail.kind).in_(("visit_suspended", "team_days"))
    sent = [one for one in session.exec(select(Mail).where(told)) if is_of(one)]
    session.refresh(company.anna)
    session.refresh(company.bruno)
    session.refresh(company.there)
    session.commit()
    clause, chip = SAID[how]
    others = {one for key, (one, _chip) in SAID.items() if SAID[key] != SAID[how]}
    read = {one.to_name.split()[0]: one for one in sent}
    assert set(read) == {"Anna", "Bruno", "Marc", "Martine"}
    for mail in read.values():
        text = mail.text.replace("\u00a0", " ").lower()
        assert clause in text
        assert not [one for one in others if one in text]
    for who in ("Anna", "Bruno"):
        assert clause in read[who].subject.replace("\u00a0", " ")
        description = (read[who].calendar or "").replace("\r\n ", "").lower()
        assert clause in description
    browser = enter(company.anna)
    for path, said in ((f"/visits/{company.there.id}", clause), ("/visits", chip)):
        assert said in browser.get(path).text.replace("\u00a0", " ").lower()
    history, title, own, refused, own_refused = WHERE[how]
    here = f"/visits/{company.there.id}"
    page = browser.get(here).text.replace("\u00a0", " ")
    assert f"{history} : la journée ne peut pas avoir lieu comme prévu." in page
    assert title in browser.get("/home").text
    assert refused in browser.post(f"{here}/confirmation", data={"revision": "1"}).text
    browser = enter(company.bruno)
    assert own in browser.get("/home").text
    assert own_refused in browser.post(f"{here}/confirmation", data={"revision": "1"}).text
