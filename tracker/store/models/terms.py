"""Terms pages: where they stand, what looks at them saw (evidence), what their texts say (meaning), what followed."""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from tracker.store.models.columns import KEYED, OPEN, STRICT, integer, octets, real, words


class TermsSource(SQLModel, table=True):
    """A page of terms of a site, by its address; with url "" that the site links to none.

    How it was found, and what it is, stands in its runs of looks: the newest of them says what counts.
    """

    __tablename__ = "terms_source"
    __table_args__ = (UniqueConstraint("site_id", "url"), STRICT)
    terms_source_id: int | None = integer(primary_key=True, default=None)
    site_id: int = integer(foreign_key="site.site_id")
    url: str = words()


class TermsText(SQLModel, table=True):
    """What a terms page says, by the SHA-256 of its text in UTF-8; text and blocks compressed (zstd).

    `wording` is the same for all texts of the same words. `page_body_id`: the bytes it was read from; NULL once they
    are thinned. `extractor`: the edition of the extraction that made it.
    """

    __tablename__ = "terms_text"
    __table_args__ = (Index("terms_text_page", "page_body_id"), STRICT)
    terms_text_id: int | None = integer(primary_key=True, default=None)
    sha256: bytes = octets(unique=True)
    wording: bytes = octets()
    size: int = integer()
    chars: int = integer()
    language: str | None = words(default=None)
    effective_date: str | None = words(default=None)
    flags: str = words(default="")
    extractor: int = integer()
    page_body_id: int | None = integer(default=None, foreign_key="page_body.page_body_id")
    data: bytes = octets()  # last: what stands after a long value is slow to come at
    blocks: bytes = octets()


class TermsFetch(SQLModel, table=True):
    """Evidence: a run of looks of one source at one page of terms that were in one state and saw the same words.

    `terms_text_id` is the text of the first of them (or of an earlier run of the same words), `wording` its words.
    `effective_date`, `etag`, `last_modified`, `fingerprint`: as the newest look said or left them. `gaps` as in table
    page; all other columns from `status` on are those of the newest look.
    """

    __tablename__ = "terms_fetch"
    __table_args__ = (Index("terms_fetch_text", "terms_text_id"), KEYED)
    terms_source_id: int = integer(primary_key=True, foreign_key="terms_source.terms_source_id")
    source_id: int = integer(primary_key=True, foreign_key="source.source_id")
    first_seen: int = integer(primary_key=True)
    last_seen: int = integer()
    checks: int = integer()
    gaps: bytes = octets(default=b"")
    state: str = words()
    cause: str = words()
    wording: bytes = octets(default=b"")
    terms_text_id: int | None = integer(default=None, foreign_key="terms_text.terms_text_id")
    status: int | None = integer(default=None)
    url: str = words(default="")
    content_type: str = words(default="")
    sha256: bytes | None = octets(default=None)
    size: int = integer(default=0)
    detail: str = words(default="")
    kind: str = words()
    found_by: str = words()
    score: float = real()
    link_text: str = words(default="")
    effective_date: str | None = words(default=None)
    etag: str = words(default="")
    last_modified: str = words(default="")
    fingerprint: bytes = octets(default=b"")


class TermsReading(SQLModel, table=True):
    """That a text was read by a classifier of this version (`ruleset`), whatever it found."""

    __tablename__ = "terms_reading"
    __table_args__ = (KEYED,)
    ruleset: str = words(primary_key=True)
    terms_text_id: int = integer(primary_key=True, foreign_key="terms_text.terms_text_id")


class TermsFinding(SQLModel, table=True):
    """What such a reading found, in order: the characters [start_char, end_char) of the text, which `quote` repeats."""

    __tablename__ = "terms_finding"
    __table_args__ = (KEYED,)
    terms_text_id: int = integer(primary_key=True, foreign_key="terms_text.terms_text_id")
    ruleset: str = words(primary_key=True)
    number: int = integer(primary_key=True)
    category: str = words()
    stance: str = words()
    start_char: int = integer()
    end_char: int = integer()
    quote: str = words()
    score: float = real()
    rule: str = words()


class TermsDecision(SQLModel, table=True):
    """A person's word on a category of a text, of one site or (`*`) of all: it replaces what was found of it.

    Carried over from a file, as agents are. The text, by its SHA-256, need not be in the history.
    """

    __tablename__ = "terms_decision"
    __table_args__ = (KEYED,)
    sha256: bytes = octets(primary_key=True)
    site: str = words(primary_key=True)
    category: str = words(primary_key=True)
    stance: str = words()
    who: str = words()
    decided: str = words()
    why: str = words(default="")
    quote: str = words(default="")


class TermsChange(SQLModel, table=True):
    """Derived: that a page showed other words than before (tracker.core.terms.changes), confirmed or not.

    `added` and `removed`: what the text after says and the one before does not, as `category:stance`, in order, parted
    by spaces, and the reverse.
    """

    __tablename__ = "terms_change"
    __table_args__ = (Index("terms_change_confirmed", "confirmed_at"), KEYED)
    terms_source_id: int = integer(primary_key=True, foreign_key="terms_source.terms_source_id")
    first_seen: int = integer(primary_key=True)
    not_before: int = integer()
    confirmed_at: int | None = integer(default=None)
    kind: str = words()
    before_text_id: int = integer(foreign_key="terms_text.terms_text_id")
    after_text_id: int = integer(foreign_key="terms_text.terms_text_id")
    added: str = words(default="")
    removed: str = words(default="")


class TermsStanding(SQLModel, table=True):
    """Derived: the text that a page showed over [valid_from, valid_to) (NULL: still), and how that text stands.

    A column for each category: its strictest stance, NULL without one. `ruleset`: who read it; '' while nobody has.
    """

    __tablename__ = "terms_standing"
    __table_args__ = (
        Index("terms_standing_open", "last_seen", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("terms_standing_text", "terms_text_id"),
        KEYED,
    )
    terms_source_id: int = integer(primary_key=True, foreign_key="terms_source.terms_source_id")
    valid_from: int = integer(primary_key=True)
    valid_to: int | None = integer(default=None)
    last_seen: int = integer()
    terms_text_id: int = integer(foreign_key="terms_text.terms_text_id")
    ruleset: str = words(default="")
    no_scraping: str | None = words(default=None)
    no_ai_training: str | None = words(default=None)
    tdm_reservation: str | None = words(default=None)
    noncommercial_only: str | None = words(default=None)
    no_redistribution: str | None = words(default=None)
    permission_required: str | None = words(default=None)
    conditional_allow: str | None = words(default=None)
    no_compete: str | None = words(default=None)
    dpi_class: int | None = integer(default=None)
    silent: int = integer(default=0)
    unclear: int = integer(default=0)
