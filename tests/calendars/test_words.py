"""Every mail about a day, in both roles and languages, on screen and on paper."""

from html.parser import HTMLParser

import pytest
from sqlmodel import Session

from app.messages import service
from app.messages.catalogue import ABOUT_VISITS, Kind
from app.messages.readers import Reader
from app.visits.tables import By, ChangeKind, VisitChange
from tests.calendars.test_ics import bare
from tests.factories import NOW, make_campaign

KINDS = sorted(ABOUT_VISITS)
ATTACHED = {Kind.VISIT_INVITATION, Kind.VISIT_CANCELLED, Kind.VISIT_CHANGED}
"""They say that a calendar's object comes with them."""


class Shape(HTMLParser):
    """Tags opened and closed, and what could run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember it until it closes."""
        assert tag not in {"script", "iframe", "object", "img", "form"}
        self.attributes |= {name for name, _value in attrs}
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It closes the last opened one."""
        assert self.open.pop() == tag


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["visitor", "host"])
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("email", ["anna@exemple.fr", None])
def test_every_mail_about_a_day_reads_well(
    session: Session, kind: Kind, role: str, language: str, email: str | None
) -> None:
    name = "<b onclick=alert(1)>Zoé</b>"
    reader = Reader(name, name, email, language, None, None)
    line = VisitChange(
        visit_id=1, at=NOW, kind=ChangeKind.HOURS, by=By.HOST, day_after=NOW.date(), words="À bientôt"
    )
    context = {
        "seen": bare(name),
        "back": bare("Bruno"),
        "role": role,
        "moved": False,
        "agreed": False,
        "reason": "Fermé",
        "words_said": "Désolé",
        "make_up": True,
        "sought": True,
        "ended": role == "host",
        "over": role == "host",
        "closed": email is None,
        "half": language == "fr",
        "step": "Changez d’abord les heures.",
        "against": "Bruno : repos",
        "why": "un planning dit autre chose",
        "change": "Les heures changent.",
        "line": line,
        "who": name,
        "both": role == "host",
        "waits": True,
        "makes_up": role == "visitor",
        "stays": bare("Bruno"),
        "released": False,
        "not_given": role == "visitor",
        "unconfirmed": role == "host",
        "what": "moved" if role == "visitor" else "too_young",
        "too_young": role == "host",
        "waits_agreement": email is None,
        "cannot_be": language == "fr",
        "waits_host": True,
        "side": role,
        "sentences": (name, "Ne vous déplacez pas."),
        "unsure": language == "fr",
        "too_late": language == "fr",
        "chosen": role == "host",
        "chose": "accepted" if role == "host" else "dismissed",
        "obstacle": "Le site était fermé ce jour-là.",
    }
    mail = service.send(
        session,
        kind,
        reader,
        key="k",
        now=NOW,
        context=context,
        campaign=make_campaign(session, name=name),
        reply_to="hr@exemple.fr",
    )
    assert mail is not None
    shape = Shape()
    shape.feed(mail.html)
    assert shape.open == []
    assert "onclick" not in shape.attributes
    assert "&lt;b onclick" in mail.html
    assert name in mail.text
    assert "\n\n\n" not in mail.text
    assert "http://127.0.0.1:8000/" in mail.text
    assert ("jointe" in mail.text) == (
        email is not None and language == "fr" and kind in ATTACHED
    ) or language == "en"
