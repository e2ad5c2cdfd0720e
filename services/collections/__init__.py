"""What happens next with what is overdue, and whether the law and the facts allow it."""
