"""What was said to whom, when, by which road, and the proof of it."""
