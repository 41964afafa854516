"""Single clauses: what each is taken for, and what not."""

import pytest

from tests.core.terms.cases import CASES
from tracker.core.terms import read


@pytest.mark.parametrize(("language", "clause", "says", "says_not"), CASES)
def test_clause(language: str, clause: str, says: tuple[str, ...], says_not: tuple[str, ...]) -> None:
    found = {finding.category.value for finding in read(clause, language)}
    assert set(says) <= found
    assert not set(says_not) & found
