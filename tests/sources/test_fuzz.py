"""Bytes that nobody meant: readers of archives give records or one line, and nothing else."""

import io
import time
from collections import Counter

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sources.warcs import OPEN, PART, SHUT, Warc, chunked
from tracker.core.outcomes import BODY_CAP, Outcome
from tracker.errors import SourceError
from tracker.sources.cdx import cdx_records, robots_rows
from tracker.sources.payload import HttpAnswer, http_answer, judge
from tracker.sources.warc_records import read_stream

CODINGS = ["gzip", "deflate", "br", "zstd", "x-gzip, br", "identity", "utf-8", ""]


def sample(packed: bool) -> bytes:
    warc = Warc(packed=packed).response("a.example", "2024-01-01", OPEN)
    warc.response("b.example", "2024-01-02", chunked(SHUT), headers=[("Transfer-Encoding", "chunked")])
    digest = warc.digests["a.example 2024-01-01"]
    return warc.revisit("a.example", "2024-02-01", digest).response("c.example", "2024-01-03", PART).data


SAMPLES = {packed: sample(packed) for packed in (True, False)}
EDITS = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 40), st.binary(max_size=8)), min_size=1, max_size=4)


@settings(max_examples=300, deadline=2000)
@given(st.booleans(), EDITS)
def test_a_warc_with_bytes_changed(packed: bool, edits: list[tuple[int, int, bytes]]) -> None:
    data = SAMPLES[packed]
    for at, length, new in edits:
        at %= len(data) + 1
        data = data[:at] + new + data[at + length :]
    said = ""
    skipped: Counter[str] = Counter()
    try:
        for record in read_stream(io.BytesIO(data), "w", "w", lambda reason: skipped.update([reason])):
            if record.answer is not None and not 300 <= record.answer.status < 400:
                judge(record.answer)
    except SourceError as error:
        said = str(error)
    assert "\n" not in said


@settings(max_examples=300, deadline=1000)
@given(
    st.sampled_from([200, 206, 403, 404, 429, 503]),
    st.sampled_from(CODINGS),
    st.booleans(),
    st.booleans(),
    st.one_of(
        st.binary(max_size=300), st.sampled_from([b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"1\r\nU", b"ffffffffff\r\n"])
    ),
)
def test_any_bytes_under_any_coding(status: int, coding: str, framed: bool, cut: bool, data: bytes) -> None:
    headers = {"content-encoding": coding} | ({"transfer-encoding": "chunked"} if framed else {})
    judged = judge(HttpAnswer(status, headers, chunked(data) if framed else data, cut))
    assert (judged.body is not None) == (judged.seen.outcome is Outcome.OK)
    assert judged.body is None or len(judged.body) <= BODY_CAP


@given(st.binary(max_size=200))
@example(b"HTTP/1.1 200\r\n\r\nx")
@example(b"HTTP/1.1 200 OK\nA: b\n\nx")
@example(b"HTTP/2 200 \r\n:x\r\nContent-Length: 9999999999999999999999\r\n\r\n")
@example("HTTP/1.1 200 OK\r\nContent-Length: ²\r\n\r\n".encode("latin-1"))
def test_any_block(block: bytes) -> None:
    answer = http_answer(block)
    assert answer is None or 0 <= answer.status <= 999


@settings(max_examples=200)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.one_of(st.none(), st.integers(), st.text(max_size=5), st.sampled_from(["url", "timestamp", "status"])),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=9), inner, max_size=3)
            ),
        ).map(lambda value: repr(value).replace("'", '"').encode()),
    )
)
def test_any_list_of_captures(data: bytes) -> None:
    said = ""
    try:
        rows = list(robots_rows(cdx_records(data, "archive.example"), "a.example", lambda _reason: None))
    except SourceError as error:
        rows, said = [], str(error)
    assert rows == []
    assert "\n" not in said


def test_headers_without_end_cost_no_time() -> None:
    begun = time.process_time()
    http_answer(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200_000)
    http_answer(b"HTTP/1.1 200 OK\r\n" + b"\r" * 1_000_000)
    judge(HttpAnswer(200, {"transfer-encoding": "chunked"}, b"1\r\nx\r\n" * 300_000))
    judge(HttpAnswer(200, {"transfer-encoding": "chunked"}, b" " * 2_000_000))
    assert time.process_time() - begun < 3
