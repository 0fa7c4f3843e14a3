"""Who may sign in, how, and what they may do: accounts, sessions, roles, audit trail."""
