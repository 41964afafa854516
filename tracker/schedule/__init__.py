"""When what is due, and the daemon that keeps it so.

What is due is asked of the history, not of a job store: a missed tick, a reboot or two ticks at once are harmless.
APScheduler 3.11 with its memory job store only wakes us up.
"""
