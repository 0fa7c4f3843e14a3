"""The `vis-ma-vie` command.

Commands import what they need when they are called: `solve` and `--help` start without the web service.
"""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="vis-ma-vie",
    help="Job-shadowing campaigns: serve the product, feed it files, solve planning problems.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Path_ = Annotated[Path, typer.Argument(metavar="FILE", help="CSV or XLSX file.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, change nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print only a JSON object on standard output.")]


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Port; default PORT, else 8000.")] = None,
    host: Annotated[str | None, typer.Option(help="Address; default HOST, else 127.0.0.1.")] = None,
    demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Load the demo company into an empty database.")
    ] = False,
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Also run a worker process beside the server.")
    ] = True,
) -> None:
    """Serve the product; the database is created and migrated first."""
    from app import serving

    raise typer.Exit(serving.serve(host=host, port=port, with_demo=demo, with_worker=worker))


@app.command()
def demo() -> None:
    """Load the demo company into an empty database and print one sign-in link per role."""
    from app import serving

    raise typer.Exit(serving.load_demo())


@app.command()
def worker() -> None:
    """Run the durable jobs: planning, mails, what falls due with time. Stop with Ctrl-C."""
    from app import serving

    raise typer.Exit(serving.work())


@app.command()
def migrate() -> None:
    """Create the database or bring it to this release. `serve` and `worker` do it by themselves."""
    from app import serving

    serving.prepare()
    typer.echo("ok")


@app.command("create-admin")
def create_admin(
    email: Annotated[
        str, typer.Argument(help="E-mail address, which is also how they sign in.", show_default=False)
    ],
    name: Annotated[str, typer.Option(prompt=True, help="Name shown to others.")],
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
            envvar="ADMIN_PASSWORD",
            help="At least 12 characters; asked when absent, so that it stays out of the shell's history.",
        ),
    ],
    reset_password: Annotated[
        bool, typer.Option("--reset-password", help="Change the password of an account that exists.")
    ] = False,
) -> None:
    """Create the first administrator, who signs in by password."""
    from app import serving
    from app.accounts import commands

    engine = serving.prepare()
    raise typer.Exit(
        commands.create_admin(
            engine, email=email, name=name, password=password, reset_password=reset_password
        )
    )


def _import(kind: str, file: Path, *, dry_run: bool, as_json: bool) -> None:
    from app import serving
    from app.people import commands

    engine = serving.prepare()
    raise typer.Exit(commands.import_file(engine, kind, file, dry_run=dry_run, as_json=as_json))


@app.command("import-sites")
def import_sites(file: Path_, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Import sites (code, name, latitude, longitude): the first of the four files."""
    _import("sites", file, dry_run=dry_run, as_json=as_json)


@app.command("import-teams")
def import_teams(file: Path_, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Import teams (site, side, members away and visitors per day, closed weekdays): the second file."""
    _import("teams", file, dry_run=dry_run, as_json=as_json)


@app.command("import-people")
def import_people(file: Path_, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Import staff from the HR system's export: the third file."""
    _import("people", file, dry_run=dry_run, as_json=as_json)


@app.command("import-links")
def import_links(file: Path_, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Import service links (which back-office team serves which front-office team): the fourth file."""
    _import("links", file, dry_run=dry_run, as_json=as_json)


@app.command("import-roster")
def import_roster(file: Path_, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Import a roster: a row per person and day, or a column per day. Later, and as often as needed."""
    from app import serving
    from app.teams import commands
    from app.visits.roster_remarks import remarks_on

    engine = serving.prepare()
    done = commands.import_roster(engine, file, dry_run=dry_run, as_json=as_json, remarks=remarks_on)
    raise typer.Exit(done)


@app.command()
def solve(
    ctx: typer.Context,
    problem: Annotated[Path, typer.Argument(metavar="PROBLEM.json", show_default=False)],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="PLAN.json", help="Where to write the plan.")
    ],
    time_limit: Annotated[float, typer.Option(min=0.1, help="Seconds, at most.")] = 60.0,
    seed: Annotated[
        int, typer.Option(min=0, max=2**31 - 1, help="Same seed, same input, one thread: same plan.")
    ] = 0,
    threads: Annotated[int, typer.Option(min=0, max=256, help="0: as many as the machine has cores.")] = 0,
    remedies: Annotated[
        str,
        typer.Option(
            metavar="auto|all|none|ID,…",
            help="For whom to seek what would match them: everybody (auto: up to 3,000 people, 3 seconds), "
            "nobody, or these people.",
        ),
    ] = "auto",
    as_json: AsJson = False,
) -> None:
    """Solve a problem file. Exit 0: a valid plan is written; 2: unreadable; 3: the pins break the rules."""
    from solver import command

    code = command.run_solve(
        problem,
        output,
        time_limit,
        seed,
        threads,
        as_json,
        remedies=remedies,
        asked=ctx.obj or (lambda: False),
    )
    raise typer.Exit(command.leave(code))


@app.command()
def check(
    problem: Annotated[Path, typer.Argument(metavar="PROBLEM.json", show_default=False)],
    plan: Annotated[Path, typer.Argument(metavar="PLAN.json", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Judge a plan. Exit 0: no broken rule; 1: broken rules, one a line; 2: unreadable input."""
    from solver import command

    raise typer.Exit(command.run_check(problem, plan, as_json))


if __name__ == "__main__":
    app()
