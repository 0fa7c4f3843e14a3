"""What people say after the day: forms, sealed answers, results."""
