"""The words of terms links and the overrides load, and each kind of bad row is refused with file, line and mend."""

from pathlib import Path

import pytest

from tracker import reference
from tracker.errors import ReferenceDataError
from tracker.reference.terms_links import terms_words
from tracker.reference.terms_overrides import check_overrides, override_for, terms_overrides
from tracker.settings import load

WORDS = (
    '[[words]]\nlanguage = "xx"\nname = "Made up"\nterms = ["reguloj"]\nsource = "made up"\nchecked = "2026-11-25"\n'
)
OVERRIDE = (
    '[[override]]\nsite = "site.example"\nurl = "https://site.example/t"\nsource = "me"\nchecked = "2026-11-25"\n'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


def test_the_shipped_words() -> None:
    words = {one.language: one for one in terms_words()}
    assert len(words) >= 35
    assert all(one.terms and one.source and one.checked for one in words.values())
    assert len(words["en"].paths) == 6


def test_a_language_more(file: Path) -> None:
    file.write_text(WORDS)
    assert [one.name for one in terms_words(file)] == ["Made up"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"xx"', '"english"', "2: language: 'english' is no language code"),
        ('["reguloj"]', '"reguloj"', "4: terms: 'reguloj' is no list"),
        ('["reguloj"]', '["reg*uloj"]', "4: terms: 'reg*uloj': a star stands at the end of a word alone"),
        ('["reguloj"]', '["reguloj"]\nnarrow = ["reguloj"]', "5: narrow: 'reguloj' stands in terms already"),
        ('["reguloj"]', '["reguloj"]\npaths = ["terms"]', "5: paths: 'terms' is no path"),
        ("terms =", "words =", "4: words: unknown field"),
        ("checked", "[[words]]\nchecked", "1: checked: is missing"),
    ],
)
def test_bad_words(file: Path, old: str, new: str, said: str) -> None:
    file.write_text(WORDS.replace(old, new))
    with pytest.raises(ReferenceDataError) as caught:
        terms_words(file)
    assert f"{file}:{said}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_language_has_one_table(file: Path) -> None:
    file.write_text(WORDS + WORDS)
    with pytest.raises(ReferenceDataError, match=r"mine.toml:8: language: xx has a table already"):
        terms_words(file)


def test_the_shipped_overrides() -> None:
    overrides = reference.terms_overrides()
    assert [*overrides] == sorted(overrides)
    assert all(one.source and one.checked and one.url.startswith("https://") for one in overrides.values())
    assert override_for(overrides, "www.youtube.com") is overrides["youtube.com"]
    assert override_for(overrides, "music.youtube.com") is None


def test_a_users_word_replaces_ours(file: Path) -> None:
    file.write_text(
        OVERRIDE
        + OVERRIDE.replace('url = "https://site.example/t"', "none = true")
        .replace("site.", "www.youtube.")
        .replace(".example", ".com")
    )
    overrides = terms_overrides(file)
    assert overrides["site.example"].url == "https://site.example/t"
    assert overrides["youtube.com"].none
    assert check_overrides(file) == ()


def test_all_that_is_wrong_with_overrides(file: Path) -> None:
    rows = [
        OVERRIDE,
        OVERRIDE.replace("site.example", "www.site.example", 1),
        OVERRIDE.replace('"https://site.example/t"', '"site.example/t"'),
        OVERRIDE.replace("url =", "none = true\nurl ="),
        OVERRIDE.replace('url = "https://site.example/t"\n', ""),
        OVERRIDE.replace("site.example", "http://site.example/", 1),
        OVERRIDE.replace("checked", "chekced"),
    ]
    file.write_text("".join(rows))
    said = [error.removeprefix(f"{file}:") for error in check_overrides(file)]
    assert [error.partition(": ")[0] for error in said] == ["7", "13", "19", "22", "27", "35", "31"]
    assert said[0] == "7: site: www.site.example stands on line 1 already, delete one"
    assert "give either the url of the terms or none = true" in said[2]
    with pytest.raises(ReferenceDataError, match="line 1 already"):
        terms_overrides(file)
    file.write_text("[[override]")
    assert "not valid TOML" in check_overrides(file)[0]


def test_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load().terms_overrides_file is None
    Path("terms_overrides.toml").write_text(OVERRIDE)
    assert load().terms_overrides_file == Path("terms_overrides.toml")
    monkeypatch.setenv("TRACKER_TERMS_OVERRIDES", "theirs.toml")
    assert load().terms_overrides_file == Path("theirs.toml")
