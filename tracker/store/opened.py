"""A crawl of our own while it is written."""

from dataclasses import dataclass, field

from tracker.core.visits import Target
from tracker.store.bitmap import SiteSet


@dataclass
class OpenCrawl:
    """A crawl being written: who answered and who failed so far, by site id.

    `late`: something is known of the time after it. `targets`, `parent`, `part`: what it asks for, and what it is in
    its round. `queued`: its sites come from `Writer.queue`.
    """

    crawl_id: int
    source_id: int
    panel_id: int
    at: int
    late: bool
    answered: SiteSet = field(default_factory=SiteSet)
    failed: SiteSet = field(default_factory=SiteSet)
    targets: tuple[Target, ...] = (Target.ROBOTS,)
    parent: int | None = None
    part: str = ""
    queued: bool = False

    def has(self, site_id: int) -> bool:
        """Whether this site has been recorded."""
        return site_id in self.answered or site_id in self.failed
