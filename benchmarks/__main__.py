"""`python -m benchmarks`: makes instances, runs this solver and its peers on the same files, judges, draws.

    python -m benchmarks                          # up to 10,000 people, from this repository's own generator
    python -m benchmarks --generator DIR --sizes S M L --profiles normal tight --limit 30
    python -m benchmarks --only solver greedy     # some of the competitors

Each competitor runs in a process of its own, so that time and memory include starting, reading and compiling.
The plan is judged by DIR/check.py where a generator is given, else by `solver.check`. Table and picture go
to `benchmarks/results/`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import sys
from pathlib import Path

from benchmarks.drawing import draw, table
from benchmarks.instances import make
from benchmarks.running import COMPETITORS, Result, run

RESULTS = Path(__file__).parent / "results"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="benchmarks", description=__doc__.splitlines()[0] if __doc__ else None
    )
    parser.add_argument("--generator", type=Path, help="folder with generate.py and check.py")
    parser.add_argument("--sizes", nargs="+", default=["S", "M", "L"], choices=["S", "M", "L", "XL"])
    parser.add_argument("--profiles", nargs="+", default=["normal", "tight"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[7])
    parser.add_argument("--limit", type=float, default=20.0, help="seconds for each run")
    parser.add_argument("--only", nargs="+", default=list(COMPETITORS), choices=list(COMPETITORS))
    parser.add_argument("--output", type=Path, default=RESULTS)
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    for size in args.sizes:
        for profile in args.profiles:
            for seed in args.seeds:
                name, source = make(args.output, size, profile, seed, args.generator)
                for competitor in args.only:
                    result = run(competitor, name, source, args.output, args.limit, args.generator)
                    results.append(result)
                    print(result.line(), flush=True)
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    head = f"{dt.datetime.now(dt.UTC).date().isoformat()}, {machine}, at most {args.limit:g} s each"
    (args.output / "results.json").write_text(json.dumps([r.to_json() for r in results], indent=1) + "\n")
    (args.output / "results.md").write_text(table(results, head))
    draw(results, head, args.output / "results.svg")
    print(f"written: {args.output / 'results.md'} and results.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
