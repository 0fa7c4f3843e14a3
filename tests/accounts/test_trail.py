"""The audit trail says in words what was done, whatever the code writes into it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.accounts import words
from app.booking.tables import RequestStatus
from app.campaigns.tables import Status
from app.core.i18n import speaking
from app.visits.tables import ChangeKind

APP = Path(__file__).parents[2] / "app"
WRITERS = {"audit", "note", "_note"}
FOLLOWED_BY = {
    "visit.": set(ChangeKind),
    "booking.": set(RequestStatus),
    "campaign.": set(Status) - {Status.DRAFT},
}
"""What the code puts behind a prefix: an action written as `f"visit.{kind}"`."""


def actions_in(tree: ast.Module) -> Iterator[str]:
    """Actions that a file writes: named in the call, by a constant of the file, or by a prefix and a code."""
    constants = {
        target.id: value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for names in node.targets
        for target, value in (
            zip(names.elts, node.value.elts, strict=True)
            if isinstance(names, ast.Tuple) and isinstance(node.value, ast.Tuple)
            else [(names, node.value)]
        )
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in WRITERS:
            continue
        for said in node.args:
            said = constants.get(said.id, said) if isinstance(said, ast.Name) else said
            if isinstance(said, ast.Constant) and isinstance(said.value, str) and "." in said.value:
                yield said.value
            elif isinstance(said, ast.JoinedStr) and isinstance(said.values[0], ast.Constant):
                prefix = str(said.values[0].value)
                if prefix.endswith("."):
                    yield from (f"{prefix}{code}" for code in sorted(FOLLOWED_BY[prefix]))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_action_that_the_code_writes_has_words(language: str) -> None:
    written = {one for path in APP.rglob("*.py") for one in actions_in(ast.parse(path.read_text()))}
    assert {"booking.approved", "visit.waived", "repair.requested", "campaign.published"} <= written
    with speaking(language):
        assert [code for code in sorted(written) if words.action_label(code) == code] == []


def test_an_action_without_words_is_found() -> None:
    code = (
        'CODE = "demo.unknown"\naudit(session, 1, CODE, "demo", now=now)\nby.note(session, "team.new", "t")'
    )
    assert [one for one in actions_in(ast.parse(code)) if one not in words.actions()] == [
        "demo.unknown",
        "team.new",
    ]
