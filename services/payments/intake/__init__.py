"""Bank files nobody uploads: from a watched folder, or fetched from the bank's server."""
