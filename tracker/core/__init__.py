"""The pure core: verdicts, intervals, shares and projection. No network, clock, database or random state."""
