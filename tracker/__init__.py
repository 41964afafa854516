"""Drywell: the open, self-hosted, auditable record of who lets AI crawlers in."""

__version__ = "0.1.0"
