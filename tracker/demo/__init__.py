"""The offline demonstration: made-up sites, a loopback web that serves them, and real crawls of it."""
