"""Guesses are counted before they are looked at, across every process: at most the limit is evaluated.

Three counters for each try: this name from this network address, this address, this name from anywhere. A
guesser fills the first one and is stopped without using up the third: the person herself still enters from
elsewhere, and every other door stays open to her.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import text
from sqlmodel import Session, col, delete, update

from app.accounts.errors import TooManyAttempts
from app.accounts.tables import Attempt
from app.core.settings import settings


@dataclass(frozen=True)
class Limit:
    """At most `most` tries in each window of time."""

    most: int
    window: timedelta


@dataclass(frozen=True)
class Door:
    """A way in, with its limits."""

    name: str
    here: Limit
    """For one name from one network address."""
    address: Limit
    """For one network address: a whole company may stand behind it, and there failures alone count."""
    anywhere: Limit
    """For one name from any address. Low enough that a PIN's million values outlast years of guesses."""


QUARTER = timedelta(minutes=15)
NUMBER = Door("number", Limit(5, QUARTER), Limit(60, QUARTER), Limit(50, timedelta(days=1)))
PASSWORD = Door("password", Limit(5, QUARTER), Limit(30, QUARTER), Limit(50, timedelta(days=1)))
LINK = Door("link", Limit(5, QUARTER), Limit(600, QUARTER), Limit(20, timedelta(hours=1)))
"""Every request counts: a company that opens a campaign must get through, a mailbox must not be flooded."""
OWN = Door("own", Limit(5, QUARTER), Limit(60, QUARTER), Limit(50, timedelta(days=1)))
"""Somebody signed in who proves her PIN or password before changing it."""

KEPT = timedelta(days=2)
"""Longer than any window."""

# The same words on both databases. One statement makes the row or counts it up; a full one is left alone.
TAKE = text(
    'INSERT INTO attempt (key, "window", count) VALUES (:key, :window, 1) '
    'ON CONFLICT (key, "window") DO UPDATE SET count = attempt.count + 1 WHERE attempt.count < :most'
)


def take(session: Session, door: Door, name: str, address: str, *, now: datetime) -> None:
    """Count one try at `door` for `name` from `address`, before it is evaluated; the caller commits at once.

    Raises TooManyAttempts when one of the three counters is full; the caller then rolls back, so that a
    refused try uses up no other counter. They are taken in a fixed order: tries never wait in a ring.
    """
    for key, limit in _counters(door, name, address):
        begun = window(limit, now)
        done = session.connection().execute(TAKE, {"key": sealed(key), "window": begun, "most": limit.most})
        if done.rowcount != 1:
            ends = timedelta(minutes=begun) + limit.window
            raise TooManyAttempts(ends - timedelta(seconds=int(now.timestamp())))


def _counters(door: Door, name: str, address: str) -> tuple[tuple[str, Limit], ...]:
    name, place = name.strip().upper(), network(address)
    return (
        (f"{door.name}:here:{name}@{place}", door.here),
        (f"{door.name}:address:{place}", door.address),
        (f"{door.name}:anywhere:{name}", door.anywhere),
    )


def forgive(session: Session, door: Door, name: str, address: str, *, now: datetime) -> None:
    """The right secret was typed: this try takes no room from others behind the same address, nor from the
    name's day, and earlier slips from here count no more. Only failures add up."""
    here, *others = _counters(door, name, address)
    session.exec(delete(Attempt).where(col(Attempt.key) == sealed(here[0])))
    for key, limit in others:
        session.exec(
            update(Attempt)
            .where(
                col(Attempt.key) == sealed(key),
                col(Attempt.window) == window(limit, now),
                col(Attempt.count) > 0,
            )
            .values(count=col(Attempt.count) - 1)
        )


def window(limit: Limit, now: datetime) -> int:
    """When the window of this instant began, in minutes since 1970."""
    minutes = limit.window // timedelta(minutes=1)
    return int(now.timestamp() // 60) // minutes * minutes


def network(address: str) -> str:
    """Who counts as one neighbour: an IPv4 address, or the 64 bits that one IPv6 subscriber commands."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)


def sealed(key: str) -> str:
    """What is stored of a key: no employee number, mail or network address can be read from it."""
    return hmac.new(settings().secret().encode(), key.encode(), hashlib.sha256).hexdigest()
