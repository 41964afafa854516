"""When what is due, and the daemon that keeps it so.

What is due is asked of the history, not of a job store: a missed tick, a reboot or two ticks at once are harmless.
APScheduler 3.11 with its memory job store only wakes us up.
"""

from tracker.schedule.daemon import is_due, next_due, run_daily

__all__ = ["is_due", "next_due", "run_daily"]
