"""What a subject says arrives letter for letter, however long it is and wherever its lines are folded."""

from email import message_from_bytes
from email.policy import default

import pytest

from app.messages.builder import build
from app.messages.catalogue import Kind
from app.messages.tables import Mail
from tests.factories import NOW

SUBJECTS = (
    "Réparation 2 à décider, une journée\xa0: «\xa0Vis ma vie d’hiver 2026\xa0»",
    "Annulée\xa0: la journée du ven. 11\xa0déc. de Zoé Évrard-Élémentaire chez Émilie Étévé",
    "é à",
    "Your day with Bruno",
    "A plain subject that is longer than one line of a header, since it goes on and on, and on again",
)


def arrived(subject: str) -> str:
    mail = Mail(
        id=7,
        kind=Kind.VISIT_CHANGED,
        key="one",
        to_name="Anna Petit",
        to_address="anna@exemple.fr",
        subject=subject,
        text="Bonjour",
        html="<p>Bonjour</p>",
        language="fr",
        created_at=NOW,
    )
    raw = build(mail).as_bytes()
    assert max(len(line) for line in raw.split(b"\r\n\r\n")[0].splitlines()) <= 78
    return str(message_from_bytes(raw, policy=default)["Subject"])


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_keeps_its_spaces(subject: str) -> None:
    assert arrived(subject) == subject
    assert arrived(subject.replace("\xa0", " ")) == subject.replace("\xa0", " ")


@pytest.mark.parametrize("length", range(1, 60))
def test_a_subject_keeps_its_spaces_wherever_a_line_ends(length: int) -> None:
    subject = "é" * length + " à la journée d’été de Zoé, « été » : à vous"
    assert arrived(subject) == subject
    subject = "x" * length + " à la journée d’été « hiver »"
    assert arrived(subject) == subject
