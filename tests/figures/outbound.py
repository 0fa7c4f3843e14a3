"""Figure 28: addresses made to lead the outbound client inside. None may reach a canary that listens there.

Everything stays on this machine's loopback. At the client's edge stand a resolver that says what the attack
wants, and a dialling that leads public addresses to a public server of ours, any other to the canary.
"""

import ipaddress
import random
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpcore2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.core import outbound
from app.core.outbound import Edge, NotFetched, Why, fetch
from tests.figures.progress import counted

PUBLIC = ("93.184.216.34", "2606:2800:220:1::1946")
HOST = "agenda.exemple.fr"
GOOD = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"

INSIDE = (
    *("127.0.0.1", "127.255.255.254", "127.1.2.3", "0.0.0.0", "0.1.2.3"),
    *("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.255.255"),
    *("169.254.0.1", "169.254.169.254", "169.254.170.2"),
    *("100.64.0.1", "100.100.100.200", "100.127.255.254"),
    *(
        "192.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
    ),
    *("168.63.129.16", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *(
        "::1",
        "::",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
    ),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "100::1"),
    *("2002:7f00:1::1", "2002:a9fe:a9fe::1", "2001::1", "2001:0:a9fe:a9fe::1", "2001:db8::1", "3fff::1"),
    *(
        "fc00::1",
        "fd00:ec2::254",
        "fd12:3456:789a::1",
        "fe80::1",
        "fe80::1%lo",
        "fec0::1",
        "ff02::1",
        "ff05::2",
    ),
)
"""One or more of every range that is not the public Internet: private, loopback, CGNAT, mapped, metadata."""

LITERALS = (
    *(
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ),
    *("[::ffff:7f00:1]", "[::]", "0.0.0.0"),
)
"""Ways of writing this very machine, resolved by the system itself."""

WRITTEN = (
    *(
        "http://{host}/",
        "HTTP://{host}/",
        "ftp://{host}/",
        "file:///etc/passwd",
        "gopher://{host}/",
        "//{host}/",
        "{host}",
    ),
    *(
        "https://u:p@{host}/",
        "https://{host}:22/",
        "https://{host}:8443/",
        "https://{host}:0/",
        "https://{host}:99999/",
    ),
    *(
        "https://{host}\\@127.0.0.1/",
        "https://{host}/ x",
        "https://{host}/\r\nX: y",
        "https://",
        "https:///x",
        "https://[::1",
    ),
    *(
        "https://exa\u00admple/",
        "https://{host}\x00/",
        "javascript:alert(1)",
        "data:text/calendar,x",
        "unix:/run/x.sock",
    ),
)
"""Addresses of a form that is never asked."""


@dataclass
class Canary:
    """Counts whoever connects to it."""

    reached: list[str] = field(default_factory=list)


@dataclass
class Internet:
    """Two servers on loopback, and an edge that leads to them."""

    canary: Canary
    answers: list[bytes]
    """What the public server says next; then a calendar."""
    served: list[str]
    ports: dict[str, int]
    certificate: ssl.SSLContext

    def dial(self, address: str, port: int, timeout: float) -> httpcore2.NetworkStream:
        """A connection to the public server for the two public addresses, else to the canary."""
        place = "public" if address in PUBLIC else "canary"
        if place == "canary":
            self.canary.reached.append(address)
        return httpcore2.SyncBackend().connect_tcp("127.0.0.1", self.ports[place], timeout)

    def edge(self, resolve: Callable[[str, int], list[str]]) -> Edge:
        """The client's edge with a resolver of the attack's."""
        return Edge(resolve, self.dial, lambda: self.certificate)


@contextmanager
def internet() -> Iterator[Internet]:
    """The servers run until the block ends."""
    server_side, client_side = certificates()
    found = Internet(Canary(), [], [], {}, client_side)
    with ExitStack() as stack:
        for place in ("public", "canary"):
            listener = socket.create_server(("127.0.0.1", 0))
            found.ports[place] = listener.getsockname()[1]
            stack.callback(listener.close)
            thread = threading.Thread(target=_serve, args=(listener, place, found, server_side), daemon=True)
            thread.start()
            # Closing alone does not wake an accept.
            stack.callback(listener.shutdown, socket.SHUT_RDWR)
        yield found


def _serve(listener: socket.socket, place: str, net: Internet, context: ssl.SSLContext) -> None:
    while True:
        try:
            raw, _from = listener.accept()
        except OSError:
            return
        with raw:
            raw.settimeout(5)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                with context.wrap_socket(raw, server_side=True) as secured:
                    asked = secured.recv(65536).decode("latin-1")
                    (net.served if place == "public" else net.canary.reached).append(asked)
                    secured.sendall(net.answers.pop(0) if net.answers else said(200, GOOD))
                    secured.unwrap()
            except OSError:
                continue


def said(status: int, body: bytes = b"", **headers: str) -> bytes:
    """An answer as bytes."""
    lines = [
        f"HTTP/1.1 {status} x",
        f"content-length: {len(body)}",
        *(f"{k}: {v}" for k, v in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


@cache
def certificates() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context for HOST, and a client's that believes it alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(HOST)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    import tempfile

    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(pem + secret)
        file.flush()
        server.load_cert_chain(file.name)
    client = ssl.create_default_context(cadata=pem.decode())
    return server, client


@dataclass
class Tried:
    """What the attacks did."""

    attacks: int = 0
    refused: int = 0
    fetched: int = 0
    reached: int = 0
    honest: int = 0
    """Fetches of an ordinary calendar between the attacks that succeeded."""
    honest_asked: int = 0


@contextmanager
def at(edge: Edge) -> Iterator[None]:
    """The client uses this edge within the block."""
    before, outbound.EDGE = outbound.EDGE, edge
    try:
        yield
    finally:
        outbound.EDGE = before


def attack(scale: float, seed: int = 28, what: str = "attacks") -> Tried:
    """Every kind of attack, in an order of chance; an honest fetch after each tenth."""
    chance, found = random.Random(seed), Tried()
    with internet() as net:
        todo = list(_attacks(chance, max(1, round(100 * scale))))
        chance.shuffle(todo)
        attacks = counted(todo, len(todo), what, net.canary.reached.__len__)
        for number, (address, resolve, answers) in enumerate(attacks):
            net.answers[:] = answers
            found.attacks += 1
            with at(net.edge(resolve)):
                _try(found, address)
            net.answers.clear()
            if number % 10 == 0:
                found.honest_asked += 1
                with at(net.edge(lambda _host, _port: list(PUBLIC))):
                    found.honest += fetch(f"https://{HOST}/basic.ics") == GOOD
        found.reached = len(net.canary.reached)
    return found


def _try(found: Tried, address: str) -> None:
    try:
        fetch(address, http=address.startswith("http:"), seconds=5)
        found.fetched += 1
    except NotFetched:
        found.refused += 1


Attack = tuple[str, Callable[[str, int], list[str]], list[bytes]]


def _attacks(chance: random.Random, rounds: int) -> Iterator[Attack]:
    for _n in range(rounds):
        for inside in INSIDE:
            # The name leads inside: at once, among public addresses, on the second time it is asked.
            yield f"https://{HOST}/a.ics", _always(inside), []
            yield f"http://{HOST}/a.ics", _always(inside), []
            mixed = [*PUBLIC, inside]
            chance.shuffle(mixed)
            yield f"https://{HOST}/a.ics", _always(*mixed), []
            yield f"https://{HOST}/a.ics", _flip(list(PUBLIC[:1]), [inside]), []
            yield f"https://{HOST}/a.ics", _flip([inside], list(PUBLIC[:1])), []
            bracketed = f"[{inside}]" if ":" in inside else inside
            yield f"https://{bracketed}/a.ics", _always(inside), []
            to = f"{chance.choice(['http', 'https'])}://{bracketed}/latest/meta-data/"
            status = chance.choice([301, 302, 303, 307, 308])
            yield f"https://{HOST}/a.ics", _always(PUBLIC[0]), [said(status, location=to)]
        for literal in LITERALS:
            yield f"https://{literal}/", outbound.system_resolve, []
            yield f"http://{literal}/", outbound.system_resolve, []
        for form in WRITTEN:
            yield form.format(host="127.0.0.1"), _always("127.0.0.1"), []
        yield f"https://{HOST}/", _random_inside(chance), []


def _always(*addresses: str) -> Callable[[str, int], list[str]]:
    return lambda _host, _port: list(addresses)


def _flip(*answers: list[str]) -> Callable[[str, int], list[str]]:
    """A name whose owner changes it between two questions."""
    left = list(answers)
    return lambda _host, _port: left.pop(0) if len(left) > 1 else left[0]


def _random_inside(chance: random.Random) -> Callable[[str, int], list[str]]:
    network = ipaddress.ip_network(
        chance.choice(["10.0.0.0/8", "172.16.0.0/12", "100.64.0.0/10", "fd00::/8"])
    )
    return _always(str(network[chance.randrange(network.num_addresses)]))


def measure(scale: float) -> bool:
    """Figure 28. The controls are the same attacks with one guard off."""
    found = attack(scale)
    controls = {name: attack_without(name, scale / 10).reached for name in GUARDS}
    print(
        f"  {found.attacks} attacks: {found.refused} refused, {found.fetched} answered from outside, "
        f"{found.reached} reached the canary; {found.honest} of {found.honest_asked} honest fetches answered"
    )
    print("  guard off: " + ", ".join(f"{name} {reached} reached" for name, reached in controls.items()))
    return found.reached == 0 and found.honest == found.honest_asked and all(controls.values())


class _Unpinned(outbound._Pinned):
    """Asks the name again when it connects."""

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore2.NetworkStream:
        return replace(outbound.EDGE).dial(outbound.EDGE.resolve(host, port)[0], port, 5)


def following(real: Callable[..., bytes]) -> Callable[..., bytes]:
    """A client that goes where it is sent."""

    def get(url: Any, backend: Any, most_bytes: int) -> bytes:
        try:
            return real(url, backend, most_bytes)
        except NotFetched as refused:
            if refused.why != Why.REDIRECTED:
                raise
            return real(url, outbound._Pinned(["10.0.0.1"], backend.deadline), most_bytes)

    return get


GUARDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "addresses unchecked": ("is_public", lambda _real: lambda _address: True),
    "name asked twice": ("_Pinned", lambda _real: _Unpinned),
    "redirects followed": ("_get", following),
}


def attack_without(guard: str, scale: float) -> Tried:
    """The attacks with one guard taken away."""
    name, without = GUARDS[guard]
    before = getattr(outbound, name)
    setattr(outbound, name, without(before))
    try:
        return attack(scale, what=f"attacks, {guard}")
    finally:
        setattr(outbound, name, before)
