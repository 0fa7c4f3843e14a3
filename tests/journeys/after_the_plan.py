"""What follows the publication in the campaign's journey: being told, the days themselves, the debriefs."""

from datetime import UTC, date, datetime
from typing import Any

import ical.calendar_stream
import icalendar
import recurring_ical_events
from playwright.sync_api import Page, expect
from sqlmodel import select, update

from app.core.db import open_session
from app.visits.tables import Visit
from tests.journeys import people, steps
from tests.journeys.people import BY_NAME, HR, PIN, Employee
from tests.journeys.steps import World, heading, press
from tests.support.browser import axe


def everybody_is_told(world: World, claire: Page, here: str, pairs: set[frozenset[str]]) -> None:
    """Each participant gets one invitation a visit, readable by two parsers that share no code with us."""
    before = len(world.post.messages)
    assert "campaign.published" in world.run_jobs()
    sent = world.post.messages[before:]
    invitations = [
        mail for mail in sent if any(part.get_content_type() == "text/calendar" for part in mail.walk())
    ]
    assert len(invitations) == 2 * 9  # Jade has no address
    with open_session(world.engine, reads_only=True) as session:
        visits = {one.uid: one for one in session.exec(select(Visit))}
    told: dict[str, list[str]] = {uid: [] for uid in visits}
    for mail in invitations:
        text = steps.calendar_in(mail)
        [one] = icalendar.Calendar.from_ical(text).walk("VEVENT")
        [other] = ical.calendar_stream.IcsCalendarStream.calendar_from_ics(text).events
        uid = str(one["UID"])
        day = visits[uid].day
        assert (one.start.date(), one.start.strftime("%H:%M")) == (day, "09:00")
        assert (other.uid, other.dtstart) == (uid, one.start)
        guests = {str(guest).removeprefix("mailto:") for guest in _several(one["ATTENDEE"])}
        named = {who.email for who in pair_of(pairs, guests) if who.has_email}
        assert guests == named
        told[uid].append(str(mail["To"]))
    assert all(len(set(readers)) == len(readers) for readers in told.values())
    for one in visits.values():
        assert date(2027, 4, 5) <= one.day <= date(2027, 4, 30)
    kind = world.latest(people.LEA.email, "pas de binôme pour vous")
    assert "Pourquoi" in steps.words_of(kind)
    claire.goto(f"{here}/paper")
    expect(claire.locator("main")).to_contain_text("Jade Weber")
    assert axe(claire) == []


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def pair_of(pairs: set[frozenset[str]], addresses: set[str]) -> list[Employee]:
    """The two people of the pair to which an address belongs."""
    return next(
        both
        for both in ([BY_NAME[name] for name in pair] for pair in pairs)
        if {b.email for b in both} & addresses
    )


def a_private_feed_shows_the_days(world: World, somebody: Employee) -> None:
    """The address is made by its owner, read by programs without any cookie, and holds both days."""
    page = world.phone()
    steps.come_in_by_mail(world, page, somebody.email, f"{world.url}/visits")
    heading(page).to_have_text("2 journées vous attendent")
    page.goto("/calendar")
    press(page, "Créer mon adresse")
    address = page.get_by_label("Adresse de mon agenda").input_value()
    stranger = world.desk()
    answer = stranger.request.get(address)
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = icalendar.Calendar.from_ical(answer.text())
    uids = {str(event["UID"]) for event in calendar.walk("VEVENT")}
    mailed = {
        str(icalendar.Calendar.from_ical(steps.calendar_in(mail)).walk("VEVENT")[0]["UID"])
        for mail in world.post.to(somebody.email)
        if any(part.get_content_type() == "text/calendar" for part in mail.walk())
    }
    assert uids == mailed
    other = ical.calendar_stream.IcsCalendarStream.calendar_from_ics(answer.text())
    assert {event.uid for event in other.events} == uids
    lived = recurring_ical_events.of(calendar).between(date(2027, 4, 5), date(2027, 5, 1))
    assert len(lived) == 2
    assert stranger.request.get(address.replace(".ics", "x.ics")).status == 404


def the_days_pass(world: World, claire: Page, here: str) -> None:
    """The clock alone moves the campaign; each form is announced once its day is over, to which both said
    yes."""
    with open_session(world.engine) as session:
        yes = world.clock.at
        session.exec(update(Visit).values(visitor_confirmed_at=yes, host_confirmed_at=yes))
    world.clock.set(datetime(2027, 4, 5, 4, 0, tzinfo=UTC))
    world.tick()
    page = world.desk()
    steps.come_in_by_mail(world, page, HR, f"{world.url}{here}")
    heading(page).to_contain_text("Les journées ont lieu")
    world.clock.set(datetime(2027, 5, 3, 8, 0, tzinfo=UTC))
    world.tick()
    page.goto(here)
    heading(page).to_contain_text("Les journées sont vécues")
    asked = [mail for mail in world.post.messages if "pour en garder quelque chose" in str(mail["Subject"])]
    assert len(asked) == 18
    page.context.close()
    claire.context.close()


def debriefs_come_in(world: World, here: str) -> None:
    """Five visitors and five hosts; HR reads no figure before the fifth, and no form can be sent twice."""
    claire = world.desk()
    steps.come_in_by_mail(world, claire, HR, f"{world.url}{here}/results")
    heading(claire).to_have_text("Aucun bilan n’est encore arrivé")

    authors = {
        people.ANNA: world.phone(320, java_script_enabled=False),
        people.CHARLES: world.phone(360),
        people.FARID: world.phone(400, locale="en-GB"),
        people.KARIM: world.phone(),
    }
    for number, (author, page) in enumerate(authors.items(), start=1):
        link = steps.link_in(world.latest(author.email, "Votre journée chez"), "/debriefs/")
        steps.come_in_by_mail(world, page, author.email, link)
        steps.answer(page, visitor_points(number), words={"surprise": f"Le calme du matin ({number})."})
        if author is people.FARID:
            assert page.locator("html").get_attribute("lang") == "en"
        if author is people.CHARLES:
            expect(page.locator("#saved")).not_to_be_empty()  # kept while typing
            assert axe(page) == []
        steps.send(page)
        if number == 1:
            twice = page.request.post(
                f"{link}/sending", form={"supported": "4"}, headers={"origin": world.url}
            )
            assert twice.status == 409
    world.tick()
    claire.goto(f"{here}/results")
    heading(claire).to_contain_text("4 bilans sont arrivés sur 20")
    expect(claire.get_by_role("heading", name="Les chiffres arrivent à cinq")).to_be_visible()

    jade = world.desk()
    jade.goto("/sign-in/number")
    steps.type_number(jade, people.JADE, PIN)
    jade.wait_for_url("**/home")
    jade.get_by_role("link", name="Racontez votre journée chez").click()
    expect(jade.get_by_text("Cet écran est partagé : rien n’est gardé avant l’envoi.")).to_be_visible()
    steps.answer(jade, visitor_points(5))
    steps.send(jade)
    world.tick()
    claire.goto(f"{here}/results")
    heading(claire).to_contain_text("5 bilans sont arrivés sur 20")
    expect(claire.get_by_role("heading", name="Soutenu, utile, reconnu")).to_be_visible()
    expect(claire.locator(".score-big")).to_contain_text("8 sur 10")
    expect(claire.get_by_text("5 réponses de visiteurs, une par journée.")).to_be_visible()
    expect(claire.locator("main")).not_to_contain_text("Le calme du matin")
    assert axe(claire) == []

    for number, (author, page) in enumerate(authors.items(), start=1):
        page.goto(steps.link_in(world.latest(author.email, "La visite de"), "/debriefs/"))
        steps.answer(page, host_points(number))
        steps.send(page)
    jade.goto("/home")
    jade.get_by_role("link", name="Racontez la visite d").click()
    steps.answer(jade, host_points(5), words={"thanks": "Merci d’être venu jusqu’ici."})
    steps.send(jade)
    world.tick()
    claire.goto(f"{here}/results")
    heading(claire).to_contain_text("10 bilans sont arrivés sur 20")
    expect(claire.get_by_text("La visite était bien préparée").first).to_be_visible()
    expect(claire.locator("main")).to_contain_text("10 bilans sont comptés ici.")
    claire.context.close()


def visitor_points(number: int) -> dict[str, int]:
    """Answers that differ from one visitor to the next: 6, 7, 8, 9, 10 as scores."""
    return {
        "supported": 1 + number % 4,
        "useful": 3 + number % 2,
        "valued": 2 + number % 3,
        "recommend": 5 + number,
    }


def host_points(number: int) -> dict[str, int]:
    """Answers that differ from one host to the next; the shared statements were answered as visitors."""
    return {"prepared": 2 + number % 3, "disturbed": 1 + number % 2}
