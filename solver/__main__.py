"""`python -m solver solve PROBLEM --output PLAN` and `python -m solver check PROBLEM PLAN`."""

from __future__ import annotations

import argparse

from solver.command import leave, run_check, run_solve


def main() -> int:
    parser = argparse.ArgumentParser(prog="solver")
    sub = parser.add_subparsers(dest="command", required=True)
    one = sub.add_parser("solve")
    one.add_argument("problem")
    one.add_argument("--output", required=True)
    one.add_argument("--time-limit", type=float, default=60.0)
    one.add_argument("--seed", type=int, default=0)
    one.add_argument("--threads", type=int, default=2)
    one.add_argument("--remedies", default="auto", metavar="auto|all|none|ID,…")
    one.add_argument("--json", action="store_true")
    two = sub.add_parser("check")
    two.add_argument("problem")
    two.add_argument("plan")
    two.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if args.command == "solve":
        return leave(
            run_solve(
                args.problem,
                args.output,
                args.time_limit,
                args.seed,
                args.threads,
                args.json,
                remedies=args.remedies,
            )
        )
    return run_check(args.problem, args.plan, args.json)


if __name__ == "__main__":
    raise SystemExit(main())
