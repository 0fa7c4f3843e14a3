"""A campaign: its story, dates, rules, invited groups, checklist, and life cycle."""
