"""Import of a git-scraping repository: every commit that touches the files is one imported crawl.

What a commit's tree contains was looked at when the commit was made: at its author date (a rebase keeps it), or at its
committer date if that is earlier (one of them may lie in the future), and never before its parent. A deleted file is
the site's absence at that moment, and nothing is known of it later.
The `git` program reads the repository; nothing is checked out and nothing in it is run.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tracker.core.hosts import normalise_host
from tracker.core.outcomes import BODY_CAP, Outcome, classify_file
from tracker.core.panels import Member, Panel
from tracker.errors import SourceError
from tracker.store.captures import Answer, Failure, PastCrawl, SourceFacts
from tracker.store.write import Writer

FIRST_BATCH, LARGEST_BATCH = 50, 400  # commits
_REGULAR_FILE = ("100644", "100755")
_PLAIN = ("--root", "--no-show-signature", "--no-follow")  # whatever the user's git configuration says
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: its hash, the moment it stands for, and site -> blob (None: deleted) where it differs."""

    sha: str
    at: int
    changes: dict[str, str | None]


@dataclass(frozen=True)
class GitHistory:
    """What a repository holds of the wanted files.

    `key` identifies it in any clone (root commit and pattern); `skipped` are matching paths that name no host, with
    the reason.
    """

    repository: Path
    pattern: str
    key: str
    commits: list[Commit]
    skipped: dict[str, str]

    @property
    def sites(self) -> list[str]:
        """Every host that ever had a file."""
        return sorted({site for commit in self.commits for site in commit.changes})


@dataclass
class ImportReport:
    """What an import did."""

    panel: str
    commits: int
    sites: int
    skipped: dict[str, str]
    new_commits: int = 0

    def as_json(self) -> dict[str, object]:
        """The report as plain values."""
        return asdict(self)


def path_pattern(text: str) -> re.Pattern[str]:
    """The regular expression for a path pattern such as `robots/{site}.txt`. Raises SourceError without `{site}`."""
    before, mark, after = text.partition("{site}")
    if not mark or "{site}" in after:
        raise SourceError(f"--path {text!r} must contain {{site}} once, as in 'robots/{{site}}.txt'")
    return re.compile(f"{re.escape(before)}(?P<site>[^/]+){re.escape(after)}")


def import_git(
    writer: Writer,
    repository: Path,
    pattern: str,
    panel: str | None = None,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Read a repository and carry its history over: `read_history`, then `carry_over`."""
    return carry_over(writer, read_history(repository, pattern), panel, on_progress)


def read_history(repository: Path, pattern: str) -> GitHistory:
    """The commits of the current branch that touch matching files; reads no file yet.

    Raises SourceError if there is no repository, the pattern has no `{site}`, or nothing matches.
    """
    matches = path_pattern(pattern)
    key = f"git:{_root(repository)}:{pattern}"
    skipped: dict[str, str] = {}
    commits = list(_commits(repository, pattern, matches, skipped))
    if not commits:
        raise SourceError(f"no file in the history of {repository} matches {pattern!r}; list them with `git ls-files`")
    return GitHistory(repository, pattern, key, commits, skipped)


def carry_over(
    writer: Writer, history: GitHistory, panel: str | None = None, on_progress: OnProgress | None = None
) -> ImportReport:
    """Write the commits that are not known yet, each as a crawl. `on_progress(done, total)` counts new commits."""
    name = panel or _slug(history.repository)
    report = ImportReport(name, len(history.commits), len(history.sites), history.skipped)
    source_id = writer.source(SourceFacts("git", name, history.key))
    known = writer.known_refs(source_id)
    shas = {commit.sha for commit in history.commits}
    new = len(shas - known)
    if new == 0:
        return report
    panel_id = writer.panel(_panel(name, history))
    with _BlobReader(history.repository) as blobs:
        walk = _Walk(blobs, known, rewritten=bool(known - shas))
        for batch in _batches(walk.crawls(history.commits)):
            writer.import_crawls(source_id, panel_id, batch)
            report.new_commits += len(batch)
            if on_progress:
                on_progress(report.new_commits, new)
    return report


class _Walk:
    """Follows the tree from commit to commit and says what each commit shows of each site."""

    def __init__(self, blobs: "_BlobReader", known: set[str], rewritten: bool) -> None:
        self._blobs = blobs
        self._known = known
        self._rewritten = rewritten
        self._tree: dict[str, str] = {}
        self._unreadable: dict[str, str] = {}

    def crawls(self, commits: Iterable[Commit]) -> Iterator[PastCrawl]:
        """The commits that are not known yet, in order."""
        follows_new = False
        for commit in commits:
            for site, blob in commit.changes.items():
                if blob is None:
                    self._tree.pop(site, None)
                else:
                    self._tree[site] = blob
            if commit.sha in self._known:
                follows_new = False
                continue
            # After a gap, and wherever looks of another branch may lie between, the tree is stated whole.
            changes = commit.changes if follows_new else {**self._tree, **_deleted(commit)}
            yield self._crawl(commit, changes)
            follows_new = not self._rewritten

    def _crawl(self, commit: Commit, changes: dict[str, str | None]) -> PastCrawl:
        answers = [answer for site, blob in changes.items() if (answer := self._answer(site, blob)) is not None]
        failing = [site for site, blob in self._tree.items() if blob in self._unreadable]
        failures = [Failure(site, Outcome.NOT_ROBOTS.value, self._unreadable[self._tree[site]]) for site in failing]
        present = frozenset(self._tree).difference(failing) | {answer.host for answer in answers}
        return PastCrawl(commit.sha, commit.at, present, answers, failures)

    def _answer(self, site: str, blob: str | None) -> Answer | None:
        if blob is None:
            return Answer(site, None, "deleted")
        if blob in self._unreadable:
            return None
        data = self._blobs.read(blob)
        seen = classify_file(data[:BODY_CAP], truncated=len(data) > BODY_CAP)
        if seen.outcome is not Outcome.OK:
            self._unreadable[blob] = seen.detail
            return None
        return Answer(site, data[:BODY_CAP], f"blob {blob}")


def _deleted(commit: Commit) -> dict[str, str | None]:
    return {site: blob for site, blob in commit.changes.items() if blob is None}


def _batches(crawls: Iterable[PastCrawl]) -> Iterator[list[PastCrawl]]:
    """Growing batches: each derives its sites again from all their evidence, which grows with what is imported."""
    batch: list[PastCrawl] = []
    size = FIRST_BATCH
    for crawl in crawls:
        batch.append(crawl)
        if len(batch) == size:
            yield batch
            batch = []
            size = min(2 * size, LARGEST_BATCH)
    if batch:
        yield batch


def _panel(name: str, history: GitHistory) -> Panel:
    folder = history.repository.resolve().name
    return Panel(
        name=name,
        title=f"Sites in the git history of {folder}",
        source=f"git repository {folder}, {history.pattern}",
        list_id=history.key,
        compiled=datetime.fromtimestamp(history.commits[-1].at, UTC).date().isoformat(),
        population=None,
        is_sample=False,
        members=tuple(Member(site) for site in history.sites),
    )


def _slug(repository: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", repository.resolve().name.removesuffix(".git").lower()).strip("-") or "git"


def _commits(repository: Path, pattern: str, matches: re.Pattern[str], skipped: dict[str, str]) -> Iterator[Commit]:
    """The commits of the current branch that touch matching files, oldest first."""
    folder = pattern.partition("{site}")[0].rpartition("/")[0] or "."
    log = ("log", "--first-parent", "--reverse", "-m", "-z", "--raw", "--no-renames", "--no-abbrev", *_PLAIN)
    output = _git(repository, *log, "--format=%x01%H %at %ct", "--", folder)
    at = 0
    for part in output.split(b"\x01")[1:]:
        head, *entries = part.split(b"\x00")
        sha, authored, committed = head.decode("ascii").split()
        at = max(at, min(int(authored), int(committed)))
        changes: dict[str, str | None] = {}
        for site, blob in _changes(entries, matches, skipped):
            # A file renamed to another spelling of its host is both deleted and added.
            changes[site] = blob or changes.get(site)
        if changes:
            yield Commit(sha, at, changes)


def _changes(
    entries: Sequence[bytes], matches: re.Pattern[str], skipped: dict[str, str]
) -> Iterator[tuple[str, str | None]]:
    """(site, blob or None) from the NUL-separated fields of `git log --raw -z`: ":modes shas status", path, ..."""
    for meta, path in zip(entries[::2], entries[1::2], strict=False):
        _, mode, _, blob, status = meta.decode("ascii").split(" ")
        name = path.decode("utf-8", "surrogateescape")
        found = matches.fullmatch(name)
        if found is None or (status != "D" and mode not in _REGULAR_FILE):
            continue
        try:
            yield normalise_host(found["site"]), None if status == "D" else blob
        except ValueError as error:
            skipped[name.encode("utf-8", "replace").decode()] = str(error)


def _root(repository: Path) -> str:
    return _git(repository, "rev-list", "--max-parents=0", "--first-parent", "HEAD").decode("ascii").split()[-1]


def _git(repository: Path, *arguments: str) -> bytes:
    if not repository.is_dir():
        raise SourceError(f"{repository} is no folder; give the path of a cloned git repository")
    try:
        done = subprocess.run(
            ["git", "-C", str(repository), *arguments], capture_output=True, check=False, env=_environment()
        )
    except FileNotFoundError as error:
        raise SourceError("the program `git` is not installed; install it to import a repository") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[0].removeprefix("fatal: ") if said else f"git exited with {done.returncode}"
        if "ambiguous argument 'HEAD'" in reason:
            raise SourceError(f"{repository} is a git repository without commits: nothing to import")
        raise SourceError(f"{repository} cannot be read as a git repository: {reason}")
    return done.stdout


def _environment() -> dict[str, str]:
    """Ours without git's own variables: GIT_DIR would lead away from the repository asked for."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


class _BlobReader:
    """`git cat-file --batch` kept open: the bytes of a blob by its hash."""

    def __init__(self, repository: Path) -> None:
        command = ["git", "-C", str(repository), "cat-file", "--batch"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment())

    def __enter__(self) -> "_BlobReader":
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def read(self, blob: str) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(blob.encode("ascii") + b"\n")
        self._process.stdin.flush()
        head = self._process.stdout.readline().split()
        if len(head) != 3:
            raise SourceError(f"blob {blob} is missing from the repository: fetch its history (git fetch --unshallow)")
        data = self._process.stdout.read(int(head[2]) + 1)
        return data[:-1]
