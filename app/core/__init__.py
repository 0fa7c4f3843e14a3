"""What every feature stands on: settings, database, clock, refusals, languages, jobs, pages, security."""
