"""What leaves a history for other people: evidence that can be checked without us."""
