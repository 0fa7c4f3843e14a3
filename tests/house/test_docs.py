"""What the README and the guides name exists: commands, settings, targets, files, columns of the imports."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from click import Command, Context
from typer.main import get_command

from app.cli import app
from app.core.settings import Settings
from app.people.importing.columns import field_of
from app.people.importing.vocabulary import NEEDED, VOCABULARY
from app.people.tables import ImportKind

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
PAGES = [ROOT / "README.md", *GUIDES]
IT = [ROOT / "docs" / "guides" / f"it.{language}.md" for language in ("fr", "en")]
HR = [ROOT / "docs" / "guides" / f"hr.{language}.md" for language in ("fr", "en")]

NOT_OURS = {"ADMIN_PASSWORD", "TEST_POSTGRES_URL", "PYTHON", "FIGURE", "DEMO", "JETON", "TOKEN"}
"""Read by the command line, the tests, make, or a reader's shell."""
LARGEST = 250_000
SECTIONS = {
    "Sites": ImportKind.SITES,
    "Équipes": ImportKind.TEAMS,
    "Teams": ImportKind.TEAMS,
    "Personnes": ImportKind.PEOPLE,
    "People": ImportKind.PEOPLE,
    "Liens de service : qui sert qui": ImportKind.LINKS,
    "Service links: who serves whom": ImportKind.LINKS,
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code_of(path: Path) -> list[str]:
    """Lines of code blocks (a continued line is one), and pieces of code in the text."""
    text = text_of(path)
    fence = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
    blocks = [block.replace("\\\n", " ") for block in fence.findall(text)]
    return [line for block in blocks for line in block.splitlines()] + re.findall(
        r"`([^`\n]+)`", fence.sub("", text)
    )


def quoted_commands(path: Path) -> list[list[str]]:
    """Each `vis-ma-vie …` as its words, `serve --no-worker` in the text included."""
    found = []
    for line in code_of(path):
        words = shlex.split(line, comments=True, posix=True) if "vis-ma-vie " in line else []
        at = next((n for n, word in enumerate(words) if word.rpartition("/")[2] == "vis-ma-vie"), None)
        if at is not None and len(words) > at + 1:
            found.append(words[at + 1 :])
        elif line.startswith(("serve ", "worker ")):
            found.append(shlex.split(line))
    return found


def cli_commands() -> dict[str, Command]:
    group = get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    return dict(group.commands)


@pytest.mark.parametrize("path", [ROOT / "README.md", *IT], ids=name_of)
def test_every_quoted_command_exists_with_its_options(path: Path) -> None:
    commands, quoted = cli_commands(), quoted_commands(path)
    assert len(quoted) > 5
    unknown = []
    for name, *words in quoted:
        command = commands.get(name)
        if command is None:
            unknown.append(name)
            continue
        options = {"--help"}
        for parameter in command.params:
            options |= {*parameter.opts, *parameter.secondary_opts}
        unknown += [f"{name} {word}" for word in words if word.startswith("-") and word not in options]
    assert unknown == []


@pytest.mark.parametrize("path", [ROOT / "README.md", *IT], ids=name_of)
def test_every_quoted_command_is_accepted_as_written(path: Path) -> None:
    for name, *words in quoted_commands(path):
        command = cli_commands()[name]
        if "--help" in words or not words:
            continue
        if name == "create-admin":
            words += ["--password", "a-long-enough-password"]
        Context(command, info_name=name)
        command.make_context(name, list(words))


def test_the_readme_tells_every_command() -> None:
    told = {name for name, *_words in quoted_commands(ROOT / "README.md")}
    assert told == set(cli_commands())


@pytest.mark.parametrize("path", IT, ids=name_of)
def test_every_setting_is_told_with_its_default(path: Path) -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", text_of(path), re.MULTILINE))
    assert set(rows) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if field.default not in (None, ""):
            assert rows[name.upper()] == f"`{field.default}`"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_variable_named_is_read_by_somebody(path: Path) -> None:
    spelled = re.compile(r"(?:^|\s)([A-Z][A-Z_]+)=|\$([A-Z][A-Z_]+)|^([A-Z]+_[A-Z_]+)$")
    named = {"".join(found) for line in code_of(path) for found in spelled.findall(line)}
    assert named - {name.upper() for name in Settings.model_fields} - NOT_OURS == set()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_make_target_exists(path: Path) -> None:
    phony = re.search(r"^\.PHONY: (.*)$", text_of(ROOT / "Makefile"), re.MULTILINE)
    assert phony is not None
    named = {
        match[1] for line in code_of(path) if (match := re.match(r"make (?:[A-Z]+=\S* )*([a-z]+)\b", line))
    }
    assert named - set(phony[1].split()) == set()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_link_and_picture_resolves(path: Path) -> None:
    text = text_of(path)
    targets = re.findall(r"\]\(([^)]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    assert targets
    broken = []
    for target in targets:
        if "://" in target:
            continue
        file, _hash, anchor = target.partition("#")
        found = (path.parent / file).resolve()
        there = found.is_relative_to(ROOT) and found.exists()
        if not there or (anchor and f"## {anchor}" not in text_of(found).lower()):
            broken.append(target)
    assert broken == []


def test_each_guide_speaks_both_languages() -> None:
    names = {guide.name for guide in GUIDES}
    assert names == {
        f"{role}.{language}.md" for role in ("hr", "manager", "employee", "it") for language in ("fr", "en")
    }
    shapes = {guide.name: len(re.findall(r"^#+ ", text_of(guide), re.MULTILINE)) for guide in GUIDES}
    for role in ("hr", "manager", "employee", "it"):
        assert shapes[f"{role}.fr.md"] == shapes[f"{role}.en.md"]


@pytest.mark.parametrize("picture", sorted((ROOT / "docs" / "images").iterdir()), ids=lambda path: path.name)
def test_a_picture_is_shown_and_small(picture: Path) -> None:
    assert picture.stat().st_size <= LARGEST
    assert any(picture.name in text_of(page) for page in PAGES)


@pytest.mark.parametrize("path", HR, ids=name_of)
def test_the_columns_told_are_those_that_the_import_knows(path: Path) -> None:
    """Every spelling names its field, every field is told, and bold ones are those that must be there."""
    kinds_seen = set()
    for title, body in re.findall(r"^### (.+?)\n(.*?)(?=^##)", text_of(path), re.MULTILINE | re.DOTALL):
        kind = SECTIONS.get(title.replace("\u00a0", " "))
        if kind is None:
            continue
        kinds_seen.add(kind)
        told, bold = [], set()
        for row in re.findall(r"^\| (.+?) \| (.+?) \|", body, re.MULTILINE)[1:]:
            if set(row[0]) <= {"-", "|"}:
                continue
            spellings = [one.strip().strip("*") for cell in row for one in cell.split(",")]
            fields = {field_of(kind, spelling) for spelling in spellings}
            assert len(fields) == 1, f"{title}: {row}"
            field = fields.pop()
            assert field is not None, f"{title}: {row}"
            told.append(field)
            bold |= {field} if row[0].startswith("**") else set()
        assert sorted(told) == sorted(VOCABULARY[kind])
        assert bold == set(NEEDED[kind])
    assert kinds_seen == set(SECTIONS.values())
