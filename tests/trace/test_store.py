"""Traces on disk: what was appended is read back, whatever moment the writer died at."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openk2.errors import TraceError
from openk2.trace.records import End, Header, Record, Step, ToolResult, Verdict
from openk2.trace.store import TraceWriter, read_trace

TEXT = st.text(max_size=20)
FINITE = st.floats(-100, 0)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    mask = draw(st.lists(st.booleans(), max_size=8))
    ids = draw(st.lists(st.integers(0, 163_839), min_size=len(mask), max_size=len(mask)))
    logprobs = draw(st.lists(FINITE, min_size=sum(mask), max_size=sum(mask))) if draw(st.booleans()) else []
    message = {"role": "assistant", "content": draw(TEXT)}
    return Step(message, tuple(ids), tuple(mask), tuple(logprobs), draw(st.none() | st.integers(0, 99)))


RECORDS = st.lists(
    st.one_of(
        steps(),
        st.builds(ToolResult, TEXT, TEXT, st.booleans(), TEXT, st.floats(0, 10)),
        st.builds(Verdict, st.floats(0, 1), st.tuples(TEXT)),
        st.builds(End, TEXT, st.integers(0, 9)),
    ),
    max_size=6,
)
HEADER = Header(created="2026-11-25T09:00:00+00:00", model="k2-nano", tools=({"type": "function"},), seed=3)


def write(path: Path, records: list[Record]) -> None:
    with TraceWriter(path) as writer:
        for record in records:
            writer.append(record)


@given(RECORDS)
def test_what_is_appended_is_read_back(tmp_path_factory: pytest.TempPathFactory, records: list[Record]) -> None:
    path = tmp_path_factory.mktemp("trace") / "run" / "trace.jsonl"
    write(path, [HEADER, *records])
    assert read_trace(path) == [HEADER, *records]


@given(RECORDS, st.integers(0, 10**6), st.binary(max_size=3))
def test_a_writer_that_died_anywhere_leaves_the_records_before_and_is_continued_by_the_next(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record], cut: int, junk: bytes
) -> None:
    path = tmp_path_factory.mktemp("trace") / "trace.jsonl"
    write(path, [HEADER, *records])
    whole = path.read_bytes()
    torn = whole[: cut % (len(whole) + 1)] + junk.replace(b"\n", b"")
    path.write_bytes(torn)
    survived = [HEADER, *records][: torn.count(b"\n")]
    assert read_trace(path) == survived
    write(path, [Verdict(1.0)] if survived else [HEADER, Verdict(1.0)])
    assert read_trace(path) == [*(survived or [HEADER]), Verdict(1.0)]


def test_each_record_is_on_disk_before_append_returns(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    writer = TraceWriter(path)
    writer.append(HEADER)
    writer.append(Verdict(0.5))
    assert read_trace(path) == [HEADER, Verdict(0.5)]
    writer.close()
    with pytest.raises(TraceError, match="cannot be written"):
        writer.append(Verdict(1.0))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "line 2: not a JSON object"),
        ("\udcff", "line 2: not a JSON object"),
        ("", "line 2: not a JSON object"),
        ("[1]", "line 2: a trace record is a JSON object, not list"),
        ('{"type":"stop"}', "line 2: record type is 'stop'; accepted: header, step"),
        ('{"type":"verdict"}', "line 2: verdict record, field score: field required"),
        ('{"type":"verdict","score":"good"}', "line 2: verdict record, field score: input should be a valid number"),
        ('{"type":"verdict","score":1,"x":1}', "line 2: verdict record has unknown field 'x'; accepted: reasons"),
        ('{"type":"step","message":{},"token_ids":[1],"mask":[]}', "line 2: step.mask has 0 entries for 1"),
        ('{"type":"step","message":{},"token_ids":["a"],"mask":[true]}', "line 2: step record, field token_ids.0"),
        ('{"type":"header"}', "line 2: Header record; accepted: a Header first, and only first"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    path = tmp_path / "trace.jsonl"
    write(path, [HEADER])
    path.write_bytes(path.read_bytes() + line.encode(errors="surrogateescape") + b"\n")
    with pytest.raises(TraceError) as caught:
        read_trace(path)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(TraceError, match="line 2"):
        TraceWriter(path)


def test_a_trace_begins_with_a_header_of_this_version(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    with TraceWriter(path) as writer, pytest.raises(TraceError, match="Verdict record; accepted: a Header first"):
        writer.append(Verdict(1.0))
    write(path, [HEADER])
    with TraceWriter(path) as writer, pytest.raises(TraceError, match="Header record; accepted: a Header first"):
        writer.append(HEADER)
    path.write_text('{"type":"header","version":2}\n')
    with pytest.raises(TraceError, match="line 1: version is 2; accepted: 1"):
        read_trace(path)


def test_what_json_cannot_hold_is_refused_and_leaves_the_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    with TraceWriter(path) as writer:
        writer.append(HEADER)
        for record in (Verdict(float("nan")), Step({"content": object()})):
            with pytest.raises(TraceError, match="cannot be written as JSON"):
                writer.append(record)
    assert read_trace(path) == [HEADER]


def test_text_is_readable_in_the_file_and_half_a_surrogate_pair_survives(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    records: list[Record] = [HEADER, ToolResult("c", "f", True, "你好"), ToolResult("c", "f", True, "\udcff")]
    write(path, records)
    assert read_trace(path) == records
    assert "你好" in path.read_text(encoding="utf-8")


def test_a_place_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TraceError, match=r"missing\.jsonl: cannot be read: No such file"):
        read_trace(tmp_path / "missing.jsonl")
    with pytest.raises(TraceError, match="cannot be written"):
        TraceWriter(tmp_path / "file" / "trace.jsonl")
