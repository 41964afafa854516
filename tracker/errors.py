"""What can go wrong, as a tree. Every message is one line that names the thing and the mend.

DrywellError                exit 1
├── UsageError              exit 2, the command line or a setting is off
├── ReferenceDataError      a row of data/reference is bad (file, line, field)
├── PanelError              a panel file or name is bad
├── DatabaseError           the history cannot be opened or written
│   ├── NoHistory           there is none yet
│   ├── NotADatabase        the file is no Drywell history
│   ├── DatabaseCorrupt     SQLite says that the file is damaged
│   ├── DatabaseNewer       written by a newer Drywell
│   └── BusyError           another process is writing the history
├── QueryError              a user's SQL does not run
├── SourceError             past captures cannot be read (git repository, archive, CSV)
│   └── ArchiveUnavailable  a web archive does not answer, after all tries
├── PdfError                a PDF file cannot be read, or has no text; pypdf may be missing
├── TermsError              a classifier, or a decision about terms, says what cannot be
├── EvidenceError           a bundle of evidence cannot be read or is incomplete
├── NoVerdict               what was asked or read is no robots.txt to judge; has outcome, cause and url
└── CrawlError              a crawl cannot start, or could not visit some sites
    └── CoverageError       exit 3, too few sites answered
"""


class DrywellError(Exception):
    """Base of all expected failures: the command line prints `str(error)` and exits with `exit_code`."""

    exit_code = 1


class UsageError(DrywellError):
    """The command line, an environment variable or tracker.toml holds something unusable."""

    exit_code = 2


class ReferenceDataError(DrywellError):
    """A shipped or user-supplied fact table has a bad row; names file, line and field."""


class PanelError(DrywellError):
    """A panel cannot be found or read; names the file and line."""


class DatabaseError(DrywellError):
    """The history cannot be opened, read or written."""


class NoHistory(DatabaseError):
    """There is no history at this path yet."""


class NotADatabase(DatabaseError):
    """The file exists and is not a Drywell history."""


class DatabaseCorrupt(DatabaseError):
    """SQLite reports the file as damaged."""


class DatabaseNewer(DatabaseError):
    """The history has a schema version that this program does not know yet."""


class BusyError(DatabaseError):
    """Another process is writing the history."""


class QueryError(DrywellError):
    """A user's SQL does not run on the history."""


class SourceError(DrywellError):
    """A source of past captures (git repository, WARC, CSV) cannot be read."""


class ArchiveUnavailable(SourceError):
    """A web archive does not answer, or asks for a longer pause than is waited; a second run goes on."""


class PdfError(DrywellError):
    """A PDF file cannot be read, or has no text; or pypdf, which reads them, is not installed."""


class TermsError(DrywellError):
    """A classifier, or a person's decision about terms, says what cannot be; names it."""


class EvidenceError(DrywellError):
    """A bundle of evidence cannot be read, or lacks what its claim rests on."""


class NoVerdict(DrywellError):
    """A site or file gave no robots.txt to judge: `outcome`, `cause` and `url` as in `tracker.core.outcomes`."""

    def __init__(self, message: str, outcome: str, cause: str, url: str | None = None) -> None:
        super().__init__(message)
        self.outcome, self.cause, self.url = outcome, cause, url


class CrawlError(DrywellError):
    """A crawl cannot start or go on, or leaves sites out by a mistake of this program."""


class CoverageError(CrawlError):
    """The crawl ended with fewer answers than the threshold asks for."""

    exit_code = 3
