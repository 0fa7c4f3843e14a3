"""The company: sites, teams, people, service links, travel times, and their import."""
