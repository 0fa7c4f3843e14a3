"""The one HTTP client that leaves the house: fetches an address somebody gave, and trusts nothing about it.

The name is resolved once; every address it gives must lie in the public Internet, or none is asked; the
connection goes to the address that was checked, whatever the name says a moment later (TLS still proves the
name). No redirect is followed, no proxy of the environment used, no cookie or password sent; bytes and
seconds are limited. Addresses given by people are secrets: they stand in no message, no log, no exception.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpcore2 as httpcore

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MOST_BYTES = 10 * 1024 * 1024
MOST_SECONDS = 15.0
"""From the first byte sent to the last received."""
PORTS = {"https": 443, "http": 80}
AGENT = "vis-ma-vie"

GLOBAL_V6 = ipaddress.ip_network("2000::/3")
"""The only part of IPv6 that is given out; mapped, translated, local and multicast addresses lie outside."""
REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",  # carrier-grade NAT, and one cloud's metadata
        "168.63.129.16/32",  # another's, in the midst of public addresses
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # Teredo and its neighbours
        "2001:db8::/32",
        "2002::/16",  # 6to4: any IPv4 address in disguise
        "3fff::/20",
    )
)


class Why(StrEnum):
    """Why nothing was fetched."""

    NOT_ALLOWED = "not_allowed"
    """No address that may be asked: another scheme, a port, a name that leads inside."""
    UNREACHABLE = "unreachable"
    REDIRECTED = "redirected"
    ANSWERED_NO = "answered_no"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"


class NotFetched(Exception):
    """Nothing was fetched; `why` says in one word, without the address."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


def system_resolve(host: str, port: int) -> list[str]:
    """Every address that the system's resolver knows of a name."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def system_dial(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
    """A connection to an address, no name."""
    return httpcore.SyncBackend().connect_tcp(address, port, timeout)


@dataclass(frozen=True)
class Edge:
    """Where the client touches the network; tests put their own here."""

    resolve: Callable[[str, int], list[str]] = system_resolve
    dial: Callable[[str, int, float], httpcore.NetworkStream] = system_dial
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context


EDGE = Edge()


def fetch(
    address: str, *, http: bool = False, most_bytes: int = MOST_BYTES, seconds: float = MOST_SECONDS
) -> bytes:
    """What stands at `address` (https, or http if allowed). Raises NotFetched. Not within a transaction."""
    url, host, port = _parsed(address, http=http)
    deadline = time.monotonic() + seconds
    pinned = _checked(host, port)
    fault = Why.UNREACHABLE
    try:
        return _get(url, _Pinned(pinned, deadline), most_bytes)
    except httpcore.TimeoutException:
        fault = Why.TOO_SLOW
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError):
        fault = Why.TOO_SLOW if time.monotonic() >= deadline else Why.UNREACHABLE
    # Raised here, so that no exception that names the host hangs on it.
    raise NotFetched(fault)


def check_address(address: str, *, http: bool = False) -> None:
    """Whether an address has a form that may be fetched; asks nobody. Raises NotFetched."""
    _parsed(address, http=http)


def is_public(text: str) -> bool:
    """Whether an address lies in the public Internet, and is nothing that leads back inside."""
    try:
        found: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found not in GLOBAL_V6:
        return False
    if any(found.version == network.version and found in network for network in REFUSED):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _parsed(address: str, *, http: bool) -> tuple[httpcore.URL, str, int]:
    plain = all(" " < sign < "\x7f" for sign in address) and "\\" not in address
    parts = _split(address) if plain else None
    if parts is None or parts.scheme not in ({"https", "http"} if http else {"https"}) or "@" in parts.netloc:
        raise NotFetched(Why.NOT_ALLOWED)
    host, port = parts.hostname or "", PORTS[parts.scheme]
    if not host or _port(parts) not in {None, port}:
        raise NotFetched(Why.NOT_ALLOWED)
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    return httpcore.URL(scheme=parts.scheme, host=host, port=port, target=target), host, port


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _port(parts: SplitResult) -> int | None:
    """The port said; -1 for what is none."""
    try:
        return parts.port
    except ValueError:
        return -1


def _checked(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a name, each of them public. Raises NotFetched."""
    try:
        found = tuple(dict.fromkeys(EDGE.resolve(host, port)))
    except (OSError, UnicodeError):
        raise NotFetched(Why.UNREACHABLE) from None
    if not found:
        raise NotFetched(Why.UNREACHABLE)
    # One that leads inside is enough: whoever owns the name chose it.
    if not all(is_public(one) for one in found):
        raise NotFetched(Why.NOT_ALLOWED)
    return found


class _Timed(httpcore.NetworkStream):
    """A connection whose every step ends by one deadline: a server that drips gains nothing."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self.inner, self.deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, _left(self.deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, _left(self.deadline))

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self.inner.start_tls(ssl_context, server_hostname, _left(self.deadline))
        return _Timed(secured, self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)


class _Pinned(httpcore.NetworkBackend):
    """Connects to addresses that were checked, never to a name."""

    def __init__(self, addresses: Iterable[str], deadline: float) -> None:
        self.addresses, self.deadline = tuple(addresses)[:4], deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failed: Exception = httpcore.ConnectError()
        for address in self.addresses:
            try:
                return _Timed(EDGE.dial(address, port, _left(self.deadline)), self.deadline)
            except httpcore.ConnectError as refused:
                failed = refused
        raise failed


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


def _get(url: httpcore.URL, backend: httpcore.NetworkBackend, most_bytes: int) -> bytes:
    headers: dict[bytes | str, bytes | str] = {
        "host": _named(url),
        "user-agent": AGENT,
        "accept": "*/*",
        "accept-encoding": "identity",
        "connection": "close",
    }
    with (
        httpcore.ConnectionPool(
            ssl_context=EDGE.tls(), network_backend=backend, retries=0, http2=False, max_connections=1
        ) as pool,
        pool.stream("GET", url, headers=headers) as answer,
    ):
        if 300 <= answer.status < 400:
            raise NotFetched(Why.REDIRECTED)
        if answer.status != 200:
            raise NotFetched(Why.ANSWERED_NO)
        found = bytearray()
        for piece in answer.iter_stream():
            found += piece
            if len(found) > most_bytes:
                raise NotFetched(Why.TOO_LARGE)
        return bytes(found)


def _named(url: httpcore.URL) -> str:
    host = url.host.decode("ascii")
    return f"[{host}]" if ":" in host else host
