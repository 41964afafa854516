"""The dashboard: what a history says, on the screen. It reads through `tracker.store.query` alone."""
