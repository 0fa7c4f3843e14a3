"""Figures 5 and 18: sequences of changes against a model; what somebody who left can still open."""

import os
from collections import Counter
from collections.abc import Callable

from app.accounts import links, sessions
from app.accounts.guards import COOKIE
from app.accounts.service import create_token
from app.accounts.tables import Account, TokenRole
from app.calendars.service import renew_address
from app.core import clock
from app.core.db import open_session
from app.core.settings import settings as configured
from app.people.importing.hiring import let_leave
from app.people.importing.report import Leaver
from app.people.tables import Person
from tests.factories import make_person
from tests.figures.access import engine_on
from tests.figures.progress import counted
from tests.figures.registry import Figure, Outcome
from tests.figures.sequences import share, shared
from tests.figures.service import service


def sequences(url: str, scale: float) -> Outcome:
    """Live through so many sequences of bookings, changes and repairs; each step must agree with the model
    and break no rule, and at the end nobody is without a message."""
    many = max(5, round(2_000 * scale))
    configured.cache_clear()
    lived = share(url, many) if scale < 0.1 else shared(url, many, os.cpu_count() or 1)
    if isinstance(lived, str):
        print(lived)
        return Outcome("a divergence", holds=False)
    said = ", ".join(f"{lived[name]} {name}" for name in LIVED)
    return Outcome(
        f"{said}; 0 divergences, 0 broken rules, nobody without a message",
        lived["sequences"] >= many and all(lived[name] >= many * scarce for name, scarce in LIVED.items()),
    )


LIVED = {
    "sequences": 1,
    "visits": 3,
    "fallen": 0.5,
    "accepted": 3,
    "refused": 1,
    "booked days": 0.1,
    "sites closed": 0.1,
    "repairs accepted": 0.05,
    "offered instead": 0.05,
}
"""What must have been lived, for each sequence at least: a machine that does nothing proves nothing."""

Door = Callable[[], int]


def what_a_leaver_opens(url: str, scale: float) -> Outcome:
    """People leave by the staff file; their session, calendar, links and programs are tried at once after."""
    many = max(4, round(100 * scale))
    opened: Counter[str] = Counter()
    before: Counter[str] = Counter()
    with engine_on(url) as engine, service(url, scale, processes=1) as target:
        for _ in counted(range(many), many, "people", opened.total):
            with open_session(engine) as session:
                person = make_person(session)
                account = session.get_one(Account, person.account_id)
                account.is_hr = True
                session.add(account)
                now = clock.now()
                cookie = sessions.begin(session, account, now=now)
                feed = renew_address(session, person, now=now)
                link = links.make_link(session, account, now=now)
                key = create_token(
                    session, account_id=account.id or 0, name="export", role=TokenRole.HR, now=now
                )
            doors = doors_of(target.client, cookie, feed, key)
            before.update({name for name, door in doors.items() if door() == 200})
            with open_session(engine) as session:
                let_leave(session, [leaver_of(session.get_one(Person, person.id))])
            opened.update({name for name, door in doors.items() if door() == 200})
            if target.client().post(f"/sign-in/links/{link}").status_code == 303:
                opened["link"] += 1
    tried = 4 * many
    return Outcome(
        f"{many} people left: {sum(before.values())} of {3 * many} doors open before, "
        f"{sum(opened.values())} of {tried} after {dict(opened)}",
        sum(before.values()) == 3 * many and not opened,
    )


def doors_of(browser: Callable[[], object], cookie: str, feed: str, key: str) -> dict[str, Door]:
    """What somebody holds: a session, the address of a calendar, a program's key."""

    def ask(path: str, headers: dict[str, str]) -> int:
        made = browser()
        return int(made.get(path, headers=headers).status_code)  # type: ignore[attr-defined]

    return {
        "session": lambda: ask("/home", {"cookie": f"{COOKIE}={cookie}"}),
        "feed": lambda: ask(f"/feeds/{feed}.ics", {}),
        "key": lambda: ask("/api/v1/campaigns", {"authorization": f"Bearer {key}"}),
    }


def leaver_of(person: Person) -> Leaver:
    """A person as the staff file lets them go."""
    assert person.id is not None
    return Leaver(person.id, person.employee_number, person.name, "")


FIGURES = {
    5: Figure("sequences of changes against a model", sequences),
    18: Figure("what somebody who left can open", what_a_leaver_opens),
}
