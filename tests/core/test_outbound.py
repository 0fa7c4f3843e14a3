"""What the outbound client asks, and what it never asks. Figure 28 attacks it; here each rule stands."""

import logging
import socket
from collections.abc import Iterator

import pytest

from app.core import outbound
from app.core.outbound import NotFetched, Why, fetch, is_public
from tests.figures.outbound import (
    GOOD,
    GUARDS,
    HOST,
    INSIDE,
    PUBLIC,
    WRITTEN,
    Internet,
    at,
    attack,
    attack_without,
    internet,
    said,
)

ADDRESS = f"https://{HOST}/prive/canari-4f1c/basic.ics?x=1"


@pytest.fixture
def net() -> Iterator[Internet]:
    with internet() as made, at(made.edge(lambda _host, _port: list(PUBLIC[:1]))):
        yield made


def why(address: str = ADDRESS, **options: object) -> Why:
    with pytest.raises(NotFetched) as refused:
        fetch(address, **options)  # type: ignore[arg-type]
    return refused.value.why


@pytest.mark.parametrize("address", [*PUBLIC, "8.8.8.8", "1.1.1.1", "2a00:1450:4007::200e"])
def test_the_public_internet_may_be_asked(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", [*INSIDE, "", "x", HOST])
def test_nothing_else_may(address: str) -> None:
    assert not is_public(address)


def test_a_calendar_is_fetched_under_its_own_name(net: Internet) -> None:
    assert fetch(ADDRESS) == GOOD
    [asked] = net.served
    assert asked.startswith("GET /prive/canari-4f1c/basic.ics?x=1 HTTP/1.1\r\n")
    assert f"\r\nhost: {HOST}\r\n" in asked.lower()
    assert "cookie" not in asked.lower()
    assert "authorization" not in asked.lower()


def test_a_certificate_of_another_name_is_refused(net: Internet) -> None:
    assert why(f"https://autre.{HOST}/a.ics") == Why.UNREACHABLE
    assert net.served == []


def test_http_is_asked_only_where_allowed(net: Internet) -> None:
    assert why(f"http://{HOST}/a.ics") == Why.NOT_ALLOWED
    with pytest.raises(NotFetched) as refused:
        fetch(f"http://{HOST}/a.ics", http=True, seconds=2)
    assert refused.value.why != Why.NOT_ALLOWED  # asked, of a server that speaks TLS


@pytest.mark.parametrize("written", WRITTEN)
def test_addresses_of_another_form_are_not_asked(net: Internet, written: str) -> None:
    assert why(written.format(host=HOST)) == Why.NOT_ALLOWED
    assert net.served == []


def test_one_address_inside_is_enough_to_ask_none(net: Internet) -> None:
    with at(net.edge(lambda _host, _port: [PUBLIC[0], "10.0.0.1"])):
        assert why() == Why.NOT_ALLOWED
    assert (net.served, net.canary.reached) == ([], [])


def test_a_name_that_nobody_knows_is_unreachable(net: Internet) -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with at(net.edge(unknown)):
        assert why() == Why.UNREACHABLE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(net: Internet, status: int) -> None:
    net.answers.append(said(status, location=f"https://{HOST}/autre.ics"))
    assert why() == Why.REDIRECTED
    assert len(net.served) == 1


@pytest.mark.parametrize("status", [201, 204, 401, 403, 404, 500, 503])
def test_only_a_plain_yes_is_taken(net: Internet, status: int) -> None:
    net.answers.append(said(status))
    assert why() == Why.ANSWERED_NO


def test_an_answer_too_large_is_cut(net: Internet) -> None:
    net.answers.append(said(200, b"x" * 2000))
    assert why(most_bytes=1999) == Why.TOO_LARGE
    net.answers.append(said(200, b"x" * 2000))
    assert len(fetch(ADDRESS, most_bytes=2000)) == 2000


def test_an_answer_that_never_ends_is_cut(net: Internet) -> None:
    net.answers.append(b"HTTP/1.1 200 x\r\ncontent-length: 10\r\n\r\n")
    assert why(seconds=0.5) in {Why.TOO_SLOW, Why.UNREACHABLE}


def test_the_deadline_is_one_for_everything(net: Internet) -> None:
    assert why(seconds=0.0) == Why.TOO_SLOW
    assert net.served == []


def test_no_proxy_of_the_environment_is_used(net: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://10.0.0.1:3128")
    assert fetch(ADDRESS) == GOOD
    assert net.canary.reached == []


def test_the_address_is_in_no_log_and_no_exception(net: Internet, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        fetch(ADDRESS)
        with at(net.edge(lambda _host, _port: ["10.0.0.1"])), pytest.raises(NotFetched) as refused:
            fetch(ADDRESS)
    assert "canari" not in caplog.text
    assert HOST not in caplog.text
    assert HOST not in repr(refused.value)
    assert refused.value.__cause__ is None


def test_a_hundredth_of_the_figure_reaches_no_canary() -> None:
    found = attack(0.01)
    assert (found.reached, found.honest) == (0, found.honest_asked)
    assert found.attacks > 400
    assert outbound.Edge() == outbound.EDGE


@pytest.mark.parametrize("guard", sorted(GUARDS))
def test_a_guard_taken_away_is_missed(guard: str) -> None:
    assert attack_without(guard, 0.01).reached > 0
