"""Byte-level cases: what a text editor does not show. RFC 9309, 2.2 (UTF-8, line ends), 2.5 (limits); robots.cc.

The names of the limits stand here as plain numbers, so that a changed constant cannot change its own test.
"""

from tests.core.conformance_case import OPEN, SHUT, Row

STAR = b"User-agent: *\n"
BOM = b"\xef\xbb\xbf"
CUT = 512_000
LINE = 16_663


def cut_after(octets: int, tail: bytes = b"", end: bytes = b"\n") -> bytes:
    """A file in which the rule `Disallow: /cut` ends so many octets before (or, negative, after) the 500 KiB.

    `end` ends the line above the rule, `tail` follows the rule.
    """
    rule = b"Disallow: /cut"
    comments = CUT - octets - len(STAR) - len(rule)
    lines = b"#" * 98 + b"\n"
    filler = lines * (comments // 99)
    return STAR + filler + b"#" * max(0, comments - len(filler) - 1) + end * (comments > len(filler)) + rule + tail


def long_line(octets: int, start: bytes = b"Disallow: /") -> bytes:
    """A line of so many octets, its value ending in `z`, and a rule below it."""
    return STAR + start + b"a" * (octets - len(start) - 1) + b"z\nDisallow: /below\n"


def asked(octets: int, start: bytes = b"Disallow: /") -> str:
    """The path that a pattern filling the line to so many octets matches, and the pattern cut by one does not."""
    return "GPTBot /" + "a" * (octets - len(start) - 1) + "z"


def after(lead: bytes) -> bytes:
    return lead + STAR + b"Disallow: /x\n"


MARKS: list[Row] = [
    (after(BOM), "GPTBot /x", SHUT, "a whole byte order mark is skipped"),
    (after(BOM[:2]), "GPTBot /x", SHUT, "two octets of one"),
    (after(BOM[:1]), "GPTBot /x", SHUT, "one octet of one"),
    (after(b"\xef\xef"), "GPTBot /x", OPEN, "one octet of one twice: the second makes the field unknown"),
    (after(b"\xbb\xbf"), "GPTBot /x", OPEN, "the end of one is none"),
    (after(BOM + BOM), "GPTBot /x", OPEN, "a second mark is text"),
    (after(b" " + BOM), "GPTBot /x", OPEN, "a mark after a space is text"),
    (after(b"\n" + BOM), "GPTBot /x", OPEN, "so is one in the second line"),
    (BOM + b"\n" + after(b""), "GPTBot /x", SHUT, "a mark in a line of its own"),
    (BOM + b"# hello\n" + after(b""), "GPTBot /x", SHUT, "before a comment"),
    (STAR + BOM + b"Disallow: /x\n", "GPTBot /x", OPEN, "before a rule it hides the rule"),
    (BOM, "GPTBot /x", OPEN, "a file of nothing else"),
]

LINE_ENDS: list[Row] = [
    (b"User-agent: *\r\nDisallow: /x\r\n", "GPTBot /x", SHUT, "CRLF"),
    (b"User-agent: *\rDisallow: /x\r", "GPTBot /x", SHUT, "CR"),
    (b"User-agent: *\rDisallow: /x", "GPTBot /x", SHUT, "CR, none at the end"),
    (b"User-agent: *\n\rDisallow: /x\n\r", "GPTBot /x", SHUT, "LF, CR: an empty line between"),
    (b"User-agent: *\r\r\nDisallow: /x", "GPTBot /x", SHUT, "CR, CRLF"),
    (b"User-agent: a\rUser-agent: *\nDisallow: /x\r\nDisallow: /y", "GPTBot /y", SHUT, "all three in one file"),
    (b"\r\n\r\r\n\nUser-agent: *\nDisallow: /x", "GPTBot /x", SHUT, "empty lines of all kinds in front"),
    (b"User-agent: *\nDisallow: /x\x0bDisallow: /y", "GPTBot /y", OPEN, "a vertical tab ends no line"),
    (b"User-agent: *\nDisallow: /x\x0cDisallow: /y", "GPTBot /y", OPEN, "nor does a form feed"),
    (b"User-agent: *\nDisallow: /x\xc2\x85Disallow: /y", "GPTBot /y", OPEN, "nor U+0085"),
    (b"User-agent: *\nDisallow: /x\xe2\x80\xa8Disallow: /y", "GPTBot /y", OPEN, "nor U+2028"),
    (b"User-agent: *\nDisallow: /x\xe2\x80\xa9Disallow: /y", "GPTBot /y", OPEN, "nor U+2029"),
    (b"User-agent: *\nDisallow: /x\x1cDisallow: /y", "GPTBot /y", OPEN, "nor a file separator"),
    (b"User-agent: *\nDisallow: /x\x1dDisallow: /y", "GPTBot /y", OPEN, "nor a group separator"),
    (b"User-agent: *\nDisallow: /x\x85Disallow: /y", "GPTBot /y", OPEN, "nor a lone 0x85"),
    (b"User-agent: *\nDisallow: /x\xe2\x80\xa8y", "GPTBot /x%E2%80%A8y", SHUT, "U+2028 is part of the pattern"),
    (b"User-agent: *\nDisallow: /x\xc2\x85", "GPTBot /x%C2%85", SHUT, "U+0085 too, and no white space"),
    (b"User-agent: *\nDisallow: /x\xc2\x85", "GPTBot /x", OPEN, "so that the pattern is longer"),
    (b"User-agent: *\nDisallow: /x\x0b", "GPTBot /x", SHUT, "a vertical tab at the end is white space"),
    (b"User-agent: *\n\x0cDisallow:\x0c/x", "GPTBot /x", SHUT, "a form feed around name and value"),
    (b"User-agent: *\nDisallow: /x\x0by", "GPTBot /x", OPEN, "within the value it is text"),
    (b"User-agent:\xc2\xa0*\nDisallow: /x", "GPTBot /x", OPEN, "a no-break space is no white space"),
    (b"User-agent:\xe3\x80\x80*\nDisallow: /x", "GPTBot /x", OPEN, "nor is an ideographic one"),
    (b"User-agent: *\nDisallow\x0b/x", "GPTBot /x", OPEN, "instead of a colon only blanks and tabs"),
    (b"User-agent: *\\nDisallow: /x", "GPTBot /x", OPEN, "a backslash and an n are no line end"),
]

NUL: list[Row] = [
    (b"User-agent: *\nDisallow: /x\0y", "GPTBot /x", SHUT, "a line ends at NUL"),
    (b"User-agent: *\nDisallow: /x\0y", "GPTBot /xz", SHUT, "what follows is gone"),
    (b"User-agent: *\nDisallow: /x\0\nDisallow: /y", "GPTBot /y", SHUT, "the next line is not"),
    (b"User-agent: *\n\0Disallow: /x", "GPTBot /x", OPEN, "a line that begins with NUL is empty"),
    (b"User-agent: *\nDisallow\0: /x", "GPTBot /x", OPEN, "before the colon it leaves one word"),
    (b"User-agent: *\nDisallow:\0 /x", "GPTBot /x", OPEN, "after it no value"),
    (b"User-agent: GPTBot\0s\nDisallow: /x", "GPTBot /x", SHUT, "a name ends there"),
    (b"\0User-agent: *\nDisallow: /x", "GPTBot /x", OPEN, "in front of the file it hides the user agent"),
    (b"User-agent: *\nDisallow: /x#\0\nDisallow: /y", "GPTBot /y", SHUT, "in a comment it is a comment"),
]

OTHER_ENCODINGS: list[Row] = [
    (after(b"").decode().encode("utf-16"), "GPTBot /x", OPEN, "UTF-16 with its mark is no robots.txt"),
    (after(b"").decode().encode("utf-16-le"), "GPTBot /x", OPEN, "nor without one"),
    (after(b"").decode().encode("utf-16-be"), "GPTBot /x", OPEN, "nor with the octets swapped"),
    (after(b"").decode().encode("utf-32"), "GPTBot /x", OPEN, "nor UTF-32"),
    (after(b"").decode().encode("cp037"), "GPTBot /x", OPEN, "nor EBCDIC"),
    (STAR + b"Disallow: /caf\xe9", "GPTBot /caf%E9", SHUT, "Latin-1 in a pattern is escaped as it stands"),
    (STAR + b"Disallow: /caf\xe9", "GPTBot /caf%C3%A9", OPEN, "and not taken for UTF-8"),
    (STAR + b"Disallow: /\xff\xfe", "GPTBot /%FF%FE", SHUT, "octets that no UTF-8 has"),
    (STAR + b"Disallow: /\xc0\xaf", "GPTBot //", OPEN, "an overlong slash is no slash"),
    (STAR + b"Disallow: /\xed\xa0\x80", "GPTBot /%ED%A0%80", SHUT, "a surrogate"),
    (STAR + b"# \xe9\xff\nDisallow: /x", "GPTBot /x", SHUT, "invalid octets in a comment"),
    (STAR + b"\xe9: \xff\nDisallow: /x", "GPTBot /x", SHUT, "in an unknown line"),
    (b"User-agent: \xff\nDisallow: /x", "GPTBot /x", OPEN, "in a name"),
    (b"User-agent: GPTBot\xff\nDisallow: /x", "GPTBot /x", SHUT, "after a name"),
    (STAR + b"Disallow: /\x7f\x01", "GPTBot /\x7f\x01", SHUT, "control octets are compared as they are"),
    (STAR + b"Disallow: /" + "é".encode() + b"\xe9", "GPTBot /%C3%A9%E9", SHUT, "two encodings in one line"),
]

LIMITS: list[Row] = [
    (cut_after(1_024), "GPTBot /cut", SHUT, "a rule at 499 KiB counts"),
    (cut_after(1), "GPTBot /cut", SHUT, "one that ends an octet before the 500 KiB"),
    (cut_after(0), "GPTBot /cut", SHUT, "one that ends with them"),
    (long_line(LINE - 1), asked(LINE - 1), SHUT, "a line an octet under the limit"),
    (long_line(LINE), asked(LINE), SHUT, "a line as long as the limit"),
    (long_line(LINE + 1), asked(LINE + 1)[:-1], SHUT, "a line an octet over it loses its last"),
    (long_line(LINE + 1), asked(LINE), OPEN, "which was none of the others"),
    (long_line(LINE * 2), "GPTBot /below", SHUT, "the line below it is read"),
    (long_line(LINE * 2), "GPTBot /zDisallow: /below", OPEN, "and what was cut is no line"),
    (
        long_line(LINE, b" " * 100 + b"Disallow: /"),
        asked(LINE, b" " * 100 + b"Disallow: /"),
        SHUT,
        "white space counts",
    ),
    (STAR + b"#" * 20_000 + b"\nDisallow: /x", "GPTBot /x", SHUT, "a long comment"),
    (STAR + b"Disallow: /x" + b" " * 20_000 + b"y", "GPTBot /x", SHUT, "a value cut off far behind"),
    (STAR + b" " * 20_000 + b"Disallow: /x", "GPTBot /x", OPEN, "a rule that begins beyond the limit"),
    (STAR + b"Disallow: /x\n" * 30_000, "GPTBot /x", SHUT, "many lines"),
    (b"User-agent: x\n" * 20_000 + b"User-agent: GPTBot\nDisallow: /x", "GPTBot /x", SHUT, "many names"),
    (
        STAR + b"Disallow: /" + "é".encode() * 8_326,
        "GPTBot /" + "%C3%A9" * 8_326,
        SHUT,
        "escapes make a pattern longer than its line",
    ),
    (STAR + b"Disallow: /x" + b"\xe9" * 17_000, "GPTBot /x" + "%E9" * 16_651, SHUT, "the cut comes before the escapes"),
]
# Beyond 500 KiB Google reads on, so these are asked of our engine only, and of Google on the lines that are left.
CUT_SHORT: list[Row] = [
    (cut_after(-1_024), "GPTBot /cut", OPEN, "a rule at 501 KiB does not count"),
    (cut_after(-14), "GPTBot /cut", OPEN, "one that begins with the 500 KiB"),
    (cut_after(-1), "GPTBot /cu", OPEN, "nor does any of one that straddles them by an octet"),
    (cut_after(-3), "GPTBot /", OPEN, "by three, where half of it would close the site"),
    (cut_after(-8), "GPTBot /", OPEN, "by eight, in the field name"),
    (cut_after(-1, end=b"\r"), "GPTBot /cu", OPEN, "with CR for line ends"),
    (BOM + cut_after(2), "GPTBot /cu", OPEN, "the mark counts: three octets more, and one is cut"),
    (cut_after(0, b"\nDisallow: /x"), "GPTBot /cut", SHUT, "one whose line end is the first octet beyond"),
    (cut_after(3, b" # why"), "GPTBot /cut", SHUT, "one of which only the comment is cut"),
    (cut_after(2, b"\0 and so on"), "GPTBot /cut", SHUT, "or what stands behind a NUL"),
    (
        STAR + b"#\n" * ((CUT - 17_000) // 2) + b"Disallow: /" + b"z" * 20_000,
        "GPTBot /" + "z" * 20_000,
        SHUT,
        "a line of which nothing is cut that would be read",
    ),
]

SECTIONS = {
    "RFC 9309, 2.2: byte order mark": MARKS,
    "RFC 9309, 2.2: EOL": LINE_ENDS,
    "robots.cc: NUL": NUL,
    "RFC 9309, 2.2: UTF-8": OTHER_ENCODINGS,
    "RFC 9309, 2.5": LIMITS,
}
