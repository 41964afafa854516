"""What a careful reader would remark on a robots.txt: each flag in words, at its line, with the mend.

Remarks are for the publisher of a file. None of them changes a verdict: the verdict is what the file says, a remark
is where its author may have meant something else, or where crawlers may differ.
"""

from collections.abc import Mapping

from tracker.core.remarks import of_file, of_groups, of_lines, of_names, of_paths, of_signals, of_star
from tracker.core.remarks.flags import FLAGS, LIMIT, Remark, of_flag, quoted
from tracker.core.remarks.page import Page
from tracker.core.remarks.spelling import Spelling
from tracker.core.robots import RobotsFile

__all__ = ["FLAGS", "LIMIT", "Remark", "Spelling", "of_flag", "quoted", "remarks"]

_FINDERS = {
    **of_file.FINDERS,
    **of_lines.FINDERS,
    **of_paths.FINDERS,
    **of_names.FINDERS,
    **of_groups.FINDERS,
    **of_star.FINDERS,
    **of_signals.FINDERS,
}


def remarks(data: bytes, robots: RobotsFile, known: Mapping[str, str] | None = None) -> list[Remark]:
    """All remarks on a file, the gravest flags first, then by line; at most `LIMIT` of a flag and one that counts
    the rest.

    `robots` is what `parse` made of `data`. `known` are the tokens of a registry, lower-case to as they are spelled
    (`tracker.core.verdicts.known_tokens`); without it names are not held against a registry.
    """
    page = Page(data, robots, known or {})
    return [remark for flag in FLAGS if flag in _FINDERS for remark in _FINDERS[flag](page)]
