"""Files one can read in one sitting, and lock files that any mirror can serve."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted([*ROOT.glob("requirements/*.txt"), ROOT / "frontend" / "package-lock.json"])
LONGEST = 400
HOST = re.compile(
    r"://|\b(?:index-url|find-links|trusted-host|resolved)\b|\.(?:org|com|io|net)/", re.IGNORECASE
)


@pytest.mark.parametrize("folder", ["app", "solver"])
def test_a_file_fits_in_one_reading(folder: str) -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / folder).rglob("*.py")
    }
    assert lengths
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_file_names_no_host(path: Path) -> None:
    assert HOST.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", [one for one in LOCKS if one.suffix == ".txt"], ids=lambda path: path.name)
def test_every_locked_package_is_pinned_by_hash(path: Path) -> None:
    entries = re.split(r"\n(?=[a-z])", path.read_text(encoding="utf-8"))
    assert len(entries) > 3
    loose = [entry.split()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
    assert loose == []


def test_the_migrations_folder_does_not_hide_the_library() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_no_style_locks_a_phone_to_one_orientation() -> None:
    """What axe would look for in the styles, which it does not fetch anew on every page (WCAG 1.3.4)."""
    styles = sorted((ROOT / "app" / "static" / "css").rglob("*.css"))
    assert styles
    assert [path.name for path in styles if "orientation" in path.read_text(encoding="utf-8")] == []
