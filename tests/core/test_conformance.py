"""RFC 9309 and Google's documented reading, section by section, through the public doors.

Each row says who asks for what of which file, the answer, and why. Where Google's matcher is installed (jwm.robotstxt,
Python < 3.13) it must give the same answer, save for the four deviations, where it must give the other.
"""

import pytest

from tests.core import conformance_bytes, conformance_google, conformance_rfc
from tests.core.conformance_case import Case, cases
from tests.core.google import Ask
from tracker.core.robots import MAX_BYTES, lines_of, parse
from tracker.core.ruleset import Degree
from tracker.core.verdict import Basis, Verdict, allowed, judge

TABLES = conformance_rfc.SECTIONS | conformance_google.SECTIONS | conformance_bytes.SECTIONS
CASES = cases(TABLES)
CUT_SHORT = cases({"RFC 9309, 2.5": conformance_bytes.CUT_SHORT})
DEVIATIONS = cases(conformance_google.DEVIATIONS)


def ids(rows: list[Case]) -> list[str]:
    return [f"{row.section}: {row.why}" for row in rows]


def check(case: Case) -> Verdict:
    robots = parse(case.file)
    assert allowed(robots, case.token, case.path) is case.is_open, case.why
    assert allowed(robots, case.token, case.path.encode()) is case.is_open, case.why
    found = judge(robots, case.token)
    if case.path != "/robots.txt":
        # What one path shows, the degree may not deny.
        assert found.degree is not (Degree.FULL if case.is_open else Degree.NONE), case.why
    return found


@pytest.mark.parametrize("case", CASES + CUT_SHORT + DEVIATIONS, ids=ids(CASES + CUT_SHORT + DEVIATIONS))
def test_answer(case: Case):
    check(case)


@pytest.mark.parametrize("case", CASES + CUT_SHORT, ids=ids(CASES + CUT_SHORT))
def test_google_agrees(google: Ask, case: Case):
    # The lines that are read, where the limit is what is asked about.
    file = case.file if len(case.file) <= MAX_BYTES else b"\n".join(lines_of(case.file))
    is_open, is_named = google(file, case.token, case.path.encode())
    assert is_open is case.is_open
    assert is_named is (judge(parse(case.file), case.token).basis is Basis.NAMED)


@pytest.mark.parametrize("case", DEVIATIONS, ids=ids(DEVIATIONS))
def test_google_deviates(google: Ask, case: Case):
    assert google(case.file, case.token, case.path.encode())[0] is not case.is_open


def test_the_tables_are_whole():
    assert len(CASES) >= 250
    assert len(conformance_google.DEVIATIONS) == 4
    assert all(case.why and case.section for case in CASES)
    asked = [(case.file, case.token, case.path) for case in CASES + CUT_SHORT + DEVIATIONS]
    assert len(set(asked)) == len(asked), "one home per fact"
