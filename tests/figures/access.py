"""Figures 19 to 22 and 24: cookies replayed, links raced, people probed, PINs guessed, ways on crafted."""

import random
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import product
from urllib.parse import urljoin, urlsplit

from sqlalchemy import Engine
from sqlmodel import func, select

from app.accounts import attempts, codes, links
from app.accounts.guards import COOKIE
from app.accounts.tables import Account, SignIn
from app.core import clock
from app.core.db import make_engine, open_session
from tests.figures.progress import counted
from tests.figures.registry import Figure, Outcome
from tests.figures.service import Service, service

PIN, WRONG = "482915", "135790"
NUMBER = "E0042"


@contextmanager
def engine_on(url: str) -> Iterator[Engine]:
    """An engine that goes when the block ends."""
    engine = make_engine(url)
    yield engine
    engine.dispose()


def add_person(engine: Engine) -> Account:
    """Léa, with an address, a number and a PIN."""
    made = Account(
        name="Léa Petit",
        email="lea.petit@exemple.fr",
        employee_number=NUMBER,
        pin_hash=codes.hash_secret(PIN),
        created_at=clock.now(),
    )
    with open_session(engine) as session:
        session.add(made)
    return made


def new_link(engine: Engine, account: Account, next: str = "/") -> str:  # noqa: A002
    """The address of a fresh link."""
    with open_session(engine) as session:
        return f"/sign-in/links/{links.make_link(session, account, now=clock.now(), next=next)}"


def replayed_cookies(url: str, scale: float) -> Outcome:
    """Plant a cookie before sign-in, keep one after sign-out, and try both."""
    times = max(2, round(100 * scale))
    accepted = {"planted": 0, "kept": 0}
    opened = 0
    with engine_on(url) as engine, service(url, scale, processes=1) as target:
        lea = add_person(engine)

        def open_with(token: str) -> bool:
            thief = target.client()
            return thief.get("/account", headers={"cookie": f"{COOKIE}={token}"}).status_code == 200

        for _ in counted(range(times), times, "cookies", lambda: sum(accepted.values())):
            planted = secrets.token_urlsafe(32)
            victim = target.client()
            answer = victim.post(new_link(engine, lea), headers={"cookie": f"{COOKIE}={planted}"})
            kept = cookie_of(answer.headers.get_list("set-cookie"))
            opened += open_with(kept)
            accepted["planted"] += open_with(planted)
            target.client().post("/sign-out", headers={"cookie": f"{COOKIE}={kept}"})
            accepted["kept"] += open_with(kept)
    return Outcome(
        f"{2 * times} replays, {accepted['planted']} planted and {accepted['kept']} kept cookies accepted; "
        f"{opened} of {times} accepted while signed in",
        accepted == {"planted": 0, "kept": 0} and opened == times,
    )


def cookie_of(headers: list[str]) -> str:
    """The session's token among the cookies of an answer."""
    return next(
        found.group(1) for header in headers if (found := re.match(rf"{COOKIE}=([^;]+)", header)) is not None
    )


def raced_link(url: str, scale: float) -> Outcome:
    """Look at a link as mail scanners do, then press its button fifty times at once."""
    rounds, racers = max(1, round(10 * scale)), max(8, round(50 * min(1, scale)))
    looked, sessions_opened, answers = 0, [], Counter[int]()
    with engine_on(url) as engine, service(url, scale) as target:
        lea = add_person(engine)
        for _ in counted(range(rounds), rounds, "links"):
            link = new_link(engine, lea)
            for _ in range(10):
                target.client().head(link)
                looked += target.client().get(link).status_code == 200
            before = count_sessions(engine)
            with ThreadPoolExecutor(racers) as pool:
                answers.update(
                    pool.map(lambda n, to=link: target.client(n).post(to).status_code, range(racers))
                )
            sessions_opened.append(count_sessions(engine) - before)
    return Outcome(
        f"{rounds} links: {looked} of {10 * rounds} looks found them whole; {racers} posts at once opened "
        f"{sorted(set(sessions_opened))} session each; answers {dict(answers)}",
        looked == 10 * rounds
        and sessions_opened == [1] * rounds
        and answers == {303: rounds, 410: rounds * (racers - 1)},
    )


def count_sessions(engine: Engine) -> int:
    """How many sessions are open."""
    with open_session(engine, reads_only=True) as session:
        return session.exec(select(func.count()).select_from(SignIn)).one()


def probed_people(url: str, scale: float) -> Outcome:
    """Try existing and absent people at each door; compare the answers and how long they took."""
    each = max(5, round(1_000 * scale))
    probes = {
        "number": lambda who: ("/sign-in/number", {"employee_number": f"{who}", "secret": WRONG}),
        "password": lambda who: ("/sign-in/password", {"email": f"{who}@exemple.fr", "password": WRONG}),
        "link": lambda who: ("/sign-in/links", {"email": f"{who}@exemple.fr"}),
    }
    with engine_on(url) as engine, service(url, scale, processes=1) as target:
        hashed = codes.hash_secret(PIN)
        with open_session(engine) as session:
            session.add_all(
                Account(
                    name=f"Compte {n}",
                    email=f"here{n:04}@exemple.fr",
                    employee_number=f"here{n:04}",
                    pin_hash=hashed,
                    password_hash=hashed,
                    created_at=clock.now(),
                )
                for n in range(each)
            )
        told, lines, worst = 0, [], 0.0
        for door, probe in probes.items():
            order = [f"{kind}{n:04}" for n in range(each) for kind in ("here", "gone")]
            random.Random(21).shuffle(order)
            browser = target.client()
            for n in range(10):  # the first ones open connections and fill caches
                path, form = probe(f"warm{n}")
                browser.post(path, data=form, headers={"x-forwarded-for": f"198.51.100.{n}"})
            took: dict[str, list[float]] = {"here": [], "gone": []}
            answers = set()
            for n, who in enumerate(counted(order, len(order), f"tries by {door}")):
                path, form = probe(who)
                place = {"x-forwarded-for": f"10.{n // 65_536}.{n // 256 % 256}.{n % 256}"}
                began = time.perf_counter()
                answer = browser.post(path, data=form, headers=place)
                took[who[:4]].append(time.perf_counter() - began)
                answers.add(
                    (answer.status_code, answer.headers.get("location"), answer.text.replace(who, "…"))
                )
            told += len(answers) - 1
            auc = area(took["here"], took["gone"])
            worst = max(worst, abs(auc - 0.5))
            lines.append(f"{door} {auc:.3f}")
    timing = 0.5 + worst <= 0.55 if scale >= 0.5 else True
    return Outcome(
        f"{6 * each} tries, {told} answers that differ, timing AUC {', '.join(lines)}", told == 0 and timing
    )


def area(ones: list[float], others: list[float]) -> float:
    """The probability that one of `ones` is above one of `others` (Mann and Whitney): 0.5 tells nothing."""
    ranked = sorted([(value, 1) for value in ones] + [(value, 0) for value in others])
    ranks = sum(rank for rank, (_, mine) in enumerate(ranked, start=1) if mine)
    return (ranks - len(ones) * (len(ones) + 1) / 2) / (len(ones) * len(others))


def guessed_pin(url: str, scale: float) -> Outcome:
    """Guess a PIN many times at once, from one address and from many; then its owner comes in."""
    guesses = max(20, round(500 * scale))
    with engine_on(url) as engine, service(url, scale) as target:
        lea = add_person(engine)
        windows = {int(time.time()) // 900}
        one = guess(target, guesses, lambda n: "203.0.113.9")
        elsewhere = enters(target, "192.0.2.77")
        many = guess(target, guesses, lambda n: f"10.0.{n // 256}.{n % 256}")
        by_link = target.client().post(new_link(engine, lea)).status_code == 303
        windows.add(int(time.time()) // 900)
    limit, daily = attempts.NUMBER.here.most * len(windows), attempts.NUMBER.anywhere.most
    return Outcome(
        f"{guesses} guesses from one address: {one[422]} evaluated (limit {limit}), owner "
        f"{'enters' if elsewhere else 'LOCKED OUT'} from elsewhere; {guesses} from as many addresses: "
        f"{many[422]} evaluated (limit {daily} a day), owner {'enters' if by_link else 'LOCKED OUT'} by link",
        one[422] <= limit
        and one[422] + many[422] <= daily
        and set(one) | set(many) <= {422, 429}
        and elsewhere
        and by_link,
    )


def guess(target: Service, guesses: int, address: Callable[[int], str]) -> Counter[int]:
    """Answers to as many wrong PINs, sent as fast as they go."""

    def one(n: int) -> int:
        form = {"employee_number": NUMBER, "secret": f"{600_000 + n}"}
        return target.client(n, address=address(n)).post("/sign-in/number", data=form).status_code

    with ThreadPoolExecutor(32) as pool:
        return Counter(counted(pool.map(one, range(guesses)), guesses, "guesses"))


def enters(target: Service, address: str) -> bool:
    """Whether the owner's PIN opens the door from there."""
    form = {"employee_number": NUMBER, "secret": PIN}
    return target.client(address=address).post("/sign-in/number", data=form).status_code == 303


HOSTS = ("evil.example", "evil.example:443", "user@evil.example", "127.0.0.1.evil.example", "[::1]")
SHAPES = (
    "https://{}", "http://{}/a", "//{}", "///{}", "////{}", "/\\{}", "\\\\{}", "\\/{}", "/\\/{}",
    "https:{}", "https:/{}", "https:\\\\{}", "hTTps://{}", "/%09/{}", "/\t/{}", "/\n/{}", "\t//{}",
    " //{}", "//\xa0{}", "/\u2028/{}", "/\r\n/{}", "javascript://{}/%0aalert(1)", "data:text/html,{}",
    "ftp://{}", "mailto:a@{}", "//{}%2f..", "/.//{}", "/..//{}", "/;@{}", "@{}", ".{}", "/\x00/{}",
    "\x01https://{}", "https://testserver@{}", "https://testserver.{}", "//{}\\@testserver",
    "/a?next=//{}", "/a#//{}", "?//{}", "#//{}", "/\\\\{}", "/\x0b/{}", "/\x0c/{}", "//%5c{}", "/%5c{}",
    "http:///{}", "///\\{}", "//;@{}", "/%2f{}", "%2f%2f{}", "/\ufeff/{}", "／／{}", "/／{}", "https:／／{}",
    "/\x85/{}", "//{}/%2e%2e", "blob:https://{}", "view-source:https://{}", "x:{}", "://{}", ":{}",
    "/\x7f/{}",
)  # fmt: skip
PAYLOADS = [shape.format(host) for shape, host in product(SHAPES, HOSTS)]


def leaves(location: str, site: str = "http://testserver") -> bool:
    """Whether a browser would leave the site or run something: the URL standard's cleaning, then joining."""
    cleaned = location.strip("".join(map(chr, range(33))))
    cleaned = re.sub(r"[\t\r\n]", "", cleaned).replace("\\", "/")
    if re.match(r"/{2,}", cleaned):
        return True
    to = urlsplit(urljoin(f"{site}/sign-in/x", cleaned))
    return (to.scheme, to.netloc) != ("http", urlsplit(site).netloc)


def crafted_targets(url: str, scale: float) -> Outcome:
    """Put each payload where a way on is accepted, and see where the answer leads."""
    chosen = PAYLOADS if scale >= 0.1 else PAYLOADS[:: max(1, round(1 / scale / 5))]
    asked_for, refused, inward = 0, 0, 0
    left: list[str] = []
    with engine_on(url) as engine, service(url, min(scale, 0.05), processes=1) as target:
        lea = add_person(engine)
        inside = target.client()
        inside.post(new_link(engine, lea))
        for n, payload in enumerate(counted(chosen, len(chosen), "payloads", left.__len__)):
            place = {"x-forwarded-for": f"10.1.{n // 256}.{n % 256}"}
            form = {"employee_number": NUMBER, "secret": PIN, "next": payload}
            answers = (
                target.client().post(new_link(engine, lea, next=payload)),
                target.client().post("/sign-in/number", data=form, headers=place),
                inside.post("/language", data={"language": "fr", "next": payload}),
                inside.get("/sign-in", params={"next": payload}),
            )
            asked_for += len(answers)
            refused += sum(answer.status_code == 422 for answer in answers)
            inward += sum(
                answer.status_code == 303 and not leaves(answer.headers["location"]) for answer in answers
            )
            left += [
                payload
                for answer in answers
                if "location" in answer.headers and leaves(answer.headers["location"])
            ]
    return Outcome(
        f"{len(chosen)} payloads in {asked_for} answers: {inward} lead inside, {refused} are refused, "
        f"{len(left)} leave the site {sorted(set(left))[:3]}",
        not left and inward + refused == asked_for and refused < asked_for / 20,
    )


FIGURES = {
    19: Figure("cookies replayed", replayed_cookies),
    20: Figure("sign-in link raced", raced_link),
    21: Figure("people probed for", probed_people),
    22: Figure("PIN guessed", guessed_pin),
    24: Figure("readers sent away", crafted_targets),
}
