"""openk2's `encode` beside plain tiktoken with the same ranks and pattern, on mixed text made on this machine.

    python benchmarks/tokenizer_speed.py                          a table, with K2-nano's vocabulary
    python benchmarks/tokenizer_speed.py --tokenizer DIRECTORY    another one, say a release's
    python benchmarks/tokenizer_speed.py --megabytes 2 --json     one JSON object

The text is a quarter each of English (this Python's documentation), code (its standard library), Chinese and tables of
numbers. It is encoded whole and as documents of a few kilobytes. Both sides run alternately; the ratio is the median
over the pairs of their processor time to ours, so 1 is as fast, more is faster, and a busy machine matters little. Both
must give the same ids, except that a whole text is cut every 400,000 characters as the release does.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sysconfig
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from pydoc_data.topics import topics

import tiktoken

from openk2.chat.tokenizer import Tokenizer, load_tokenizer, split_pattern

DOCUMENT = 4_000
WORDS = [
    *(
        "我们",
        "你们",
        "今天",
        "昨天",
        "天气",
        "很好",
        "城市",
        "学校",
        "老师",
        "学生",
        "工作",
        "时间",
        "问题",
        "方法",
        "世界",
    ),
    *(
        "中国",
        "经济",
        "发展",
        "技术",
        "研究",
        "模型",
        "数据",
        "语言",
        "文字",
        "历史",
        "文化",
        "河流",
        "山脉",
        "春天",
        "火车",
    ),
    *(
        "电脑",
        "程序",
        "计算",
        "结果",
        "因为",
        "所以",
        "但是",
        "如果",
        "可以",
        "需要",
        "没有",
        "已经",
        "正在",
        "开始",
        "之后",
    ),
    *"的了在是和也都不就与",
]


def english(size: int, draw: random.Random) -> str:
    """Prose of the language reference."""
    return _fill(draw.sample(sorted(topics.values()), len(topics)), size)


def code(size: int, draw: random.Random) -> str:
    """Modules of the standard library."""
    files = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    return _fill([file.read_text("utf-8", errors="replace") for file in draw.sample(files, len(files))], size)


def chinese(size: int, draw: random.Random) -> str:
    """Sentences of common words."""
    sentences = ("".join(draw.choices(WORDS, k=draw.randint(6, 20))) + draw.choice("，。。；？") for _ in range(3_000))
    return _fill([sentence + draw.choice(("", "", "", "\n")) for sentence in sentences], size)


def numbers(size: int, draw: random.Random) -> str:
    """Rows of dates, counts and decimals."""
    rows = (
        f"{draw.randint(1900, 2100)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}\t{draw.randint(0, 10**6)}\t"
        f"{draw.uniform(-1, 1):.6f}\t{draw.gauss(0, 1e4):,.2f}\n"
        for _ in range(20_000)
    )
    return _fill(list(rows), size)


def mixed_text(size: int) -> list[str]:
    """Documents of about `DOCUMENT` bytes, `size` bytes in all, the four kinds taking turns."""
    draw = random.Random(0)
    kinds = [kind(size // 4, draw) for kind in (english, code, chinese, numbers)]
    documents = []
    for text in kinds:
        step = max(1, DOCUMENT * len(text) // len(text.encode()))
        documents.append([text[start : start + step] for start in range(0, len(text), step)])
    return [document for group in zip(*documents, strict=False) for document in group]


def compare(ours: Callable[[], object], plain: Callable[[], object], repeats: int) -> tuple[float, float, float]:
    """Median processor seconds of ours, of plain, and the median ratio of plain to ours, run alternately."""
    seconds: list[tuple[float, float]] = []
    for repeat in range(repeats + 1):
        pair = {}
        for name, run in (("ours", ours), ("plain", plain))[:: 1 if repeat % 2 else -1]:
            began = time.thread_time()
            run()
            pair[name] = time.thread_time() - began
        if repeat:
            seconds.append((pair["ours"], pair["plain"]))
    return (
        statistics.median(our for our, _ in seconds),
        statistics.median(their for _, their in seconds),
        statistics.median(their / our for our, their in seconds),
    )


def measure(tokenizer: Tokenizer, size: int, repeats: int) -> dict[str, object]:
    """Both forms of the text, with the ids checked before anything is timed."""
    plain = tiktoken.Encoding(
        "plain",
        pat_str=split_pattern(tokenizer.digits),
        mergeable_ranks=dict(tokenizer.ranks),
        special_tokens=tokenizer.special,
    )
    documents = mixed_text(size)
    whole = "".join(documents)
    for document in documents:
        if tokenizer.encode(document) != plain.encode_ordinary(document):
            raise SystemExit(f"the ids differ for {document[:60]!r}")
    if tokenizer.encode(whole[:400_000]) != plain.encode_ordinary(whole[:400_000]):
        raise SystemExit("the ids of the first 400,000 characters differ")
    report: dict[str, object] = {"vocabulary": tokenizer.vocab_size, "bytes": len(whole.encode()), "repeats": repeats}
    forms: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "whole": (lambda: tokenizer.encode(whole), lambda: plain.encode_ordinary(whole)),
        "documents": (
            lambda: [tokenizer.encode(document) for document in documents],
            lambda: [plain.encode_ordinary(document) for document in documents],
        ),
    }
    for form, (ours, theirs) in forms.items():
        our_seconds, their_seconds, ratio = compare(ours, theirs, repeats)
        report[form] = {
            "ratio": ratio,
            "megabytes_per_second": len(whole.encode()) / our_seconds / 1e6,
            "plain_megabytes_per_second": len(whole.encode()) / their_seconds / 1e6,
        }
    return report


def _fill(texts: list[str], size: int) -> str:
    """The texts one after the other, again from the first where they are too few, cut at `size` bytes."""
    pieces: list[str] = []
    length = 0
    for text in cycle(texts):
        pieces.append(text)
        length += len(text.encode())
        if length >= size:
            return "".join(pieces).encode()[:size].decode(errors="ignore")
    raise SystemExit("there is no text to encode")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tokenizer", default="k2-nano", help="name or directory of a model; default k2-nano")
    parser.add_argument("--megabytes", type=float, default=10, help="size of the text; default 10")
    parser.add_argument("--repeats", type=int, default=7, help="timed pairs; default 7")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    report = measure(load_tokenizer(arguments.tokenizer), int(arguments.megabytes * 1e6), arguments.repeats)
    if arguments.json:
        print(json.dumps(report))
        return
    print(f"vocabulary {report['vocabulary']:,}, {report['bytes']:,} bytes, {report['repeats']} pairs")
    for form in ("whole", "documents"):
        figures = report[form]
        assert isinstance(figures, dict)
        print(
            f"{form:10} openk2 {figures['megabytes_per_second']:6.2f} MB/s   "
            f"tiktoken {figures['plain_megabytes_per_second']:6.2f} MB/s   ratio {figures['ratio']:.3f}"
        )


if __name__ == "__main__":
    main()
