"""Looking at sites: the engine, and one crawl of a panel into a history."""
