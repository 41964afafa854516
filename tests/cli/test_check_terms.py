"""`tracker check --terms` as somebody types it: files, pages of a site, what is expected of them."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.web import Web, page, settings_for

pytest.importorskip("tracker.core.terms.reading")
pytest.importorskip("tracker.crawl.terms_visit")

TEXT = """\
Terms of Use
Last updated: March 3, 2026
These terms of use are an agreement between you and Courier Example Ltd. By using the site you agree to them.
You may not use any robot, spider, scraper or other automated means to access the site or collect its content.
You may not use our content to train any machine learning model or artificial intelligence system.
You may not copy, reproduce or distribute any part of the site without our prior written permission.
"""
HTML = "<!doctype html><html lang=en><title>Terms of Use</title><body><h1>Terms of Use</h1>{}</body></html>".format(
    "".join(f"<p>{line}</p>" for line in TEXT.splitlines()[1:])
)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A web on loopback to which all names lead."""
    with Web() as web:
        monkeypatch.setattr("tracker.cli.crawl_settings.fetch_settings", lambda settings: settings_for(web))
        yield web


@pytest.fixture
def text(tmp_path: Path) -> str:
    (tmp_path / "terms.txt").write_text(TEXT)
    return "terms.txt"


def html():
    return page(HTML.encode(), Content_Type="text/html; charset=utf-8")


def said(report: dict) -> dict[str, str]:
    return {one["category"]: one["stance"] for one in report["findings"]}


def test_a_text_is_read_with_places_that_are_those_of_the_file(run, text: str) -> None:
    result = run("check", "--terms", text, "--json")
    assert result.code == 0
    report = result.json
    assert said(report)["no_scraping"] == "prohibit"
    assert said(report)["no_ai_training"] == "prohibit"
    assert said(report)["permission_required"] == "needs_permission"
    for one in [*report["findings"], *report["doubtful"]]:
        assert TEXT[one["start"] : one["end"]] == one["quote"]
    assert (report["state"], report["language"], report["effective_date"]) == ("ok", "en", "2026-03-03")
    assert (report["dpi_class"], report["silent"], report["unclear"], report["url"]) == (1, False, False, None)
    assert report["text_sha256"] == hashlib.sha256(TEXT.encode()).hexdigest()


def test_people_see_the_sentence(run, text: str) -> None:
    out = run("check", "--terms", text).out
    assert "terms.txt: ok, language en, effective 2026-03-03" in out
    assert "class 1 of 5" in out.replace("\n", " ")
    assert "no_ai_training: prohibit" in out
    assert "train any machine learning model" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80


def test_html_and_its_text_say_the_same(run, text: str, tmp_path: Path) -> None:
    (tmp_path / "terms.html").write_text(HTML)
    both = run("check", "--terms", text, "terms.html", "--json").json
    assert said(both[0]) == said(both[1])


def test_standard_input(run, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(HTML.encode())))
    assert said(run("check", "--terms", "-", "--json").json)["no_scraping"] == "prohibit"


JAPANESE = """利用規約
この利用規約は、当社が提供するサービスの利用条件を定めるものです。利用者は本規約に同意した上でサービスを利用するものとします。
利用者は、当社の事前の承諾なく、ロボットその他の自動化された手段により本サービスの内容を収集してはなりません。
当社は、いつでも本規約を変更することができます。本規約は日本法に準拠し、東京地方裁判所を専属的合意管轄裁判所とします。
"""
ROBOTS_TXT = "User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n\nUser-agent: *\nAllow: /\n"
RECIPE = "Stir two eggs into the flour, add milk and a pinch of salt, and bake the cake for forty minutes.\n" * 20
CLAUSE = "You may not use our content to train any machine learning model."


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (JAPANESE, "unsupported_language"),
        (f"<html lang=ja><body><p>{JAPANESE}</p></body></html>", "unsupported_language"),
        (ROBOTS_TXT, "wrong_doc"),
        (RECIPE, "wrong_doc"),
        (CLAUSE, "wrong_doc"),
    ],
)
@pytest.mark.parametrize("from_stdin", [False, True])
def test_a_file_proves_to_be_terms_as_a_page_does(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, state: str, from_stdin: bool
) -> None:
    import io
    import sys

    (tmp_path / "file").write_text(body)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body.encode())))
    result = run("check", "--terms", "-" if from_stdin else "file", "--json")
    assert (result.code, result.json["state"], len(result.err.splitlines())) == (1, state, 1)
    assert ("add --as-terms" in result.err) == (state == "wrong_doc")


def test_a_clause_that_somebody_has_copied_is_read_if_that_is_said(run, tmp_path: Path) -> None:
    (tmp_path / "clause.txt").write_text(CLAUSE)
    report = run("check", "--terms", "--as-terms", "clause.txt", "--json").json
    assert (said(report)["no_ai_training"], report["state"], report["silent"]) == ("prohibit", "wrong_doc", False)
    out = " ".join(run("check", "--terms", "--as-terms", "clause.txt").out.split())
    assert "read as terms because you say so" in out
    (tmp_path / "empty").write_text(" ")
    assert run("check", "--terms", "--as-terms", "empty").code == 1


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("Be kind to others, and put the cups back.\n" * 3, "it is too short to prove that it is silent (126 of 1,000"),
        ("Be kind to others, and put the cups back.\n" * 40, "its words do not prove that it is silent"),
        ("Automated access is logged.\n", "it speaks of machines, but nothing it says of them is sure"),
        (JAPANESE * 9, "it is in a language without rules (ja)"),
    ],
)
def test_why_the_class_is_not_known_is_said(run, tmp_path: Path, body: str, why: str) -> None:
    (tmp_path / "file").write_text(body)
    report = run("check", "--terms", "--as-terms", "file", "--json").json
    assert (report["dpi_class"], report["silent"]) == (None, False)
    assert why in report["why_unknown"]
    assert f"class not known: {report['why_unknown']}" in " ".join(
        run("check", "--terms", "--as-terms", "file").out.split()
    )


def test_only_files_are_read_as_terms(run, site: Web, robots: str) -> None:
    result = run("check", "--terms", "--as-terms", "https://courier.example/terms")
    assert (result.code, "try `curl https://courier.example/terms | tracker" in result.err) == (2, True)
    assert site.requests == []
    assert "it goes with --terms" in run("check", "--as-terms", robots).err


@pytest.mark.parametrize(
    ("wish", "code", "says"),
    [
        ("no_ai_training=prohibit", 0, ""),
        ("no_ai_training=said", 0, ""),
        ("no_compete=unsaid", 0, ""),
        ("silent=unsaid", 0, ""),
        ("no_compete=said", 4, "terms.txt: no_compete is unsaid, expected said"),
        ("no_scraping=allow", 4, "terms.txt: no_scraping is prohibit, expected allow"),
        ("silent=said", 4, "terms.txt: silent is unsaid, expected said"),
        ("no_fun=said", 2, "--expect 'no_fun=said': write CATEGORY=STANCE"),
        ("no_scraping=maybe", 2, "write no_scraping= with one of said, unsaid, prohibit"),
        ("silent=prohibit", 2, "write silent= with one of said, unsaid"),
    ],
)
def test_wishes(run, text: str, wish: str, code: int, says: str) -> None:
    result = run("check", "--terms", text, "--expect", wish)
    assert result.code == code
    assert says in result.err
    assert len(result.err.splitlines()) == (1 if says else 0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["gone.html"], "cannot read gone.html: no such file; give a file"),
        (["courier.example"], "no such file"),
        (["ftp://courier.example/terms"], "only http and https"),
        (["https://courier.example:8080/terms"], "only http and https on their own ports"),
        (["http://[x"], "cannot ask http://[x"),
        (["terms.txt", "--agent", "GPTBot"], "--agent is of robots.txt files"),
        (["terms.txt", "--compare", "old.txt"], "--compare is of robots.txt files"),
        (["-", "-"], "standard input (-) can be read once"),
        (["terms.txt", "--classifier", "nothing"], "write MODULE:ATTRIBUTE"),
        (["terms.txt", "--classifier", "no_such_module:x"], "ModuleNotFoundError"),
        (["terms.txt", "--classifier", "json:dumps"], "--classifier json:dumps:"),
    ],
)
def test_mistakes_are_one_line(run, text: str, arguments: list[str], says: str) -> None:
    result = run("check", "--terms", *arguments)
    assert (result.code, result.out) == (2, "")
    assert says in result.err
    assert len(result.err.splitlines()) == 1


def test_a_classifier_needs_terms(run, robots: str) -> None:
    assert "it goes with --terms" in run("check", robots, "--classifier", "mine:Model").err


def test_a_classifier_of_ones_own(run, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    (tmp_path / "my_terms_model.py").write_text(
        "from tracker.core.terms import Category, Finding, Stance\n\n\n"
        "class Model:\n"
        "    version = 'mine-1'\n\n"
        "    def classify(self, text, language=None):\n"
        "        return [Finding(Category.NO_COMPETE, Stance.PROHIBIT, 0, 5, text[:5], 0.55, 'guess')]\n"
    )
    monkeypatch.setattr(sys, "path", list(sys.path))
    report = run("check", "--terms", text, "--classifier", "my_terms_model:Model", "--json").json
    assert (report["read_by"], report["findings"]) == ("mine-1", [])
    assert [(one["category"], one["quote"]) for one in report["doubtful"]] == [("no_compete", "Terms")]
    result = run("check", "--terms", text, "--classifier", "my_terms_model:Model", "--expect", "no_compete=unsaid")
    assert (result.code, "no_compete is doubtful" in result.err) == (4, True)


def test_a_page_of_a_site(run, site: Web) -> None:
    url = "https://courier.example/terms"
    site.on("courier.example", page(b"User-agent: *\nDisallow: /private\n"))
    site.on("courier.example", html(), "/terms")
    report = run("check", "--terms", url, "--json").json
    assert (report["url"], report["state"], said(report)["no_scraping"]) == (url, "ok", "prohibit")


def test_a_page_that_robots_txt_closes_to_us_is_not_asked_for(run, site: Web) -> None:
    site.on("courier.example", page(b"User-agent: DrywellBot\nDisallow: /terms\n"))
    site.on("courier.example", html(), "/terms")
    result = run("check", "--terms", "https://courier.example/terms", "--json")
    assert result.code == 1
    assert (result.json["state"], "robots.txt does not let us" in result.err) == ("disallowed", True)
    assert {request.path for request in site.requests} == {"/robots.txt"}


@pytest.mark.parametrize(
    ("robots_txt", "state"), [("404 Not Found", "not_found"), ("503 Service Unavailable", "disallowed")]
)
def test_a_page_that_is_not_there_or_may_not_be_asked_for(run, site: Web, robots_txt: str, state: str) -> None:
    site.on("courier.example", page(b"", robots_txt))
    site.on("courier.example", page(b"", "404 Not Found"), "/terms")
    result = run("check", "--terms", "https://courier.example/terms", "--json")
    assert (result.code, len(result.err.splitlines())) == (1, 1)
    assert result.json["state"] == state


def test_an_address_that_is_not_public_is_called_so(run, site: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    guarded = replace(settings_for(site), allow_private=())
    monkeypatch.setattr("tracker.cli.crawl_settings.fetch_settings", lambda settings: guarded)
    result = run("check", "--terms", "http://press.example/terms", "--json")
    assert (result.code, result.json["cause"], site.requests) == (1, "robots_unknown", [])
    assert "its robots.txt could not be read, and without it we do not ask" in result.err
    assert "robots.txt of press.example: a private address)" in result.err


def test_hostile_files_are_one_line_or_a_report(run, tmp_path: Path) -> None:
    bodies = {
        "nested.html": b"<div>" * 200_000 + b"You may not scrape this site.",
        "broken.html": b"<p>\xff\xfe\x80 You may not scrape this site.",
        "empty.html": b"",
        "noise.txt": bytes(range(256)) * 100,
        "binary.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 10,
    }
    for name, body in bodies.items():
        (tmp_path / name).write_bytes(body)
        result = run("check", "--terms", name)
        assert result.code in (0, 1)
        assert len(result.err.splitlines()) == (result.code == 1)
        assert result.code == 1 or name not in ("empty.html", "noise.txt", "binary.pdf")
