"""Every format gives its text with marks; every file that is not what it seems ends in one clear line."""

from __future__ import annotations

import asyncio
import io
import socket
import subprocess
import zipfile
from pathlib import Path

import pytest
from sample_files import archive, docx, paragraph, pdf, pptx, relations, shape, xlsx

from openk2.server.errors import ApiError
from openk2.server.files import extractor
from openk2.server.files.extraction.found import Found, Limits
from openk2.server.files.extractor import Extractor


def read(folder: Path, name: str, content: bytes, limits: Limits | None = None) -> Found:
    file = folder / "content"
    file.write_bytes(content)
    return asyncio.run(Extractor(limits).read(file, name))


def refusal(folder: Path, name: str, content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(ApiError) as caught:
        read(folder, name, content, limits)
    assert caught.value.status == 400
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.txt", b"one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("a.md", "# 标题\n".encode(), "# 标题\n"),
        ("a.csv", "a,b\n".encode("utf-16"), "a,b\n"),
        ("a.json", b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'),
        ("a.py", b"def f():\n\treturn 1\n", "def f():\n\treturn 1\n"),
        ("LICENCE", b"free", "free"),
        ("gb.txt", "中文内容，很好".encode("gb18030"), "中文内容，很好"),
        ("latin.txt", "café résumé".encode("cp1252"), "café résumé"),
        ("empty.txt", b"", ""),
    ],
)
def test_text_is_read_in_the_encoding_it_is_in(tmp_path: Path, name: str, content: bytes, text: str) -> None:
    found = read(tmp_path, name, content)
    assert found.text == text
    assert found.pages is None


def test_a_web_page_becomes_what_a_reader_sees(tmp_path: Path) -> None:
    page = (
        "<html><head><title>T &amp; x</title><style>p {}</style><script>bad('<p>')</script></head><body>"
        "<h2>Head</h2><p>One\n   two <b>three</b></p><ul><li>a<li>b</ul>"
        "<table><tr><td>1</td><td>2</td></tr></table><pre>  x\n  y</pre></body>"
    )
    found = read(tmp_path, "a.html", page.encode())
    assert found.text == "## Head\nOne two three\n\n- a\n- b\n\n1 | 2\n\n  x\n  y"
    assert found.title == "T & x"
    declared = "<meta charset='gb2312'><p>中文</p>".encode("gb2312")
    assert read(tmp_path, "b.htm", declared).text == "中文"


def test_a_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    found = read(tmp_path, "a.pdf", pdf(["First page", "", "Third"], title="My title"))
    assert found.text == "[page 1]\nFirst page\n\n[page 2]\n\n\n[page 3]\nThird"
    assert (found.pages, found.title, found.media_type) == (3, "My title", "application/pdf")


def test_a_document_keeps_headings_tables_notes_and_page_ends(tmp_path: Path) -> None:
    cell = "<w:tc>{}</w:tc>".format
    table = f"<w:tbl><w:tr>{cell(paragraph('a'))}{cell(paragraph('b') + paragraph('c'))}</w:tr></w:tbl>"
    drawn = "<mc:AlternateContent xmlns:mc='m'><mc:Choice>{0}</mc:Choice><mc:Fallback>{0}</mc:Fallback>"
    body = (
        paragraph("Report", "Heading1")
        + "<w:p><w:r><w:t>One</w:t><w:tab/><w:t>two</w:t><w:br/><w:t>three</w:t></w:r></w:p>"
        + table
        + '<w:p><w:r><w:br w:type="page"/></w:r></w:p><w:p><w:r><w:lastRenderedPageBreak/><w:t>Second</w:t></w:r></w:p>'
        + drawn.format(paragraph("boxed"))
        + "</mc:AlternateContent><w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
    )
    notes = paragraph("a note").join(("<w:footnotes xmlns:w='w'>", "</w:footnotes>"))
    found = read(tmp_path, "a.docx", docx(body, footnotes=notes))
    assert found.text == (
        "[page 1]\n# Report\nOne\ttwo\nthree\na | b c\n\n[page 2]\n\nSecond\nboxed\n\n\n[footnotes]\na note"
    )
    assert found.pages == 2


def test_a_workbook_becomes_one_csv_per_sheet_with_dates_as_dates(tmp_path: Path) -> None:
    formats = ("0", "14", "164", "165")
    styles = (
        '<numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
        '<numFmt numFmtId="165" formatCode="0 &quot;d&quot;"/></numFmts>'
        + "".join(f'<xf numFmtId="{format}"/>' for format in formats).join(("<cellXfs>", "</cellXfs>"))
    )
    rows = (
        '<row><c r="A1" t="s"><v>1</v></c><c r="B1" s="1"><v>45418</v></c><c r="C1" s="2"><v>45418.25</v></c></row>'
        '<row><c r="A2" t="inlineStr"><is><t>say "hi", Bob</t></is></c><c r="D2" t="b"><v>1</v></c></row>'
        '<row><c r="A3" s="3"><v>7</v></c><c r="B3"><f>A3*2</f></c><c r="C3"><f>A3*3</f><v>21</v></c></row>'
        "<row/>"
    )
    found = read(tmp_path, "a.xlsx", xlsx({"Sales": rows, "Empty": ""}, shared=["no", "名称"], styles=styles))
    assert found.text == (
        '[sheet 1: Sales]\n名称,2024-05-06,2024-05-06 06:00:00\n"say ""hi"", Bob",,,TRUE\n7,=A3*2,21\n\n'
        "[sheet 2: Empty]"
    )
    assert found.pages == 2
    mac = xlsx({"S": '<row><c s="1"><v>0.5</v></c><c s="1"><v>1</v></c></row>'}, styles=styles, epoch_1904=True)
    assert read(tmp_path, "b.xlsx", mac).text == "[sheet 1: S]\n12:00:00,1904-01-02"


def test_slides_come_in_order_with_tables_and_notes(tmp_path: Path) -> None:
    table = (
        "<p:graphicFrame><a:tbl><a:tr><a:tc><a:p><a:t>x</a:t></a:p></a:tc><a:tc/></a:tr>"
        "<a:tr><a:tc/><a:tc><a:p><a:t>y</a:t></a:p></a:tc></a:tr></a:tbl></p:graphicFrame>"
    )
    content = pptx([shape("Title", "point"), shape("Two") + table], {1: shape("say this") + shape("1", kind="sldNum")})
    found = read(tmp_path, "a.pptx", content)
    assert found.text == "[slide 1]\nTitle\npoint\n[notes]\nsay this\n\n[slide 2]\nTwo\nx | \n | y"
    assert found.pages == 2


def test_a_wrong_name_is_refused_with_the_right_one(tmp_path: Path) -> None:
    assert "a name that ends in .pdf" in refusal(tmp_path, "a.txt", pdf(["x"]))
    assert "a name that ends in .docx" in refusal(tmp_path, "a.xlsx", docx(paragraph("x")))
    assert "content is no pdf file" in refusal(tmp_path, "a.pdf", b"just text")
    assert "an archive" in refusal(tmp_path, "a.zip", archive({"a": "b"}))
    assert "without the parts of a docx file" in refusal(tmp_path, "a.docx", archive({"a": "b"}))
    assert "byte 8 is zero" in refusal(tmp_path, "photo.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    assert "control characters" in refusal(tmp_path, "a.bin", bytes([1, 2, 3, 65] * 20))
    assert "old Office format" in refusal(tmp_path, "a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)


def test_protected_files_are_refused(tmp_path: Path) -> None:
    locked = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O (oooooooooooooooooooooooooooooooo) "
    locked += "/U (uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu) >> /ID [(a) (a)] "
    assert "protected by a password" in refusal(tmp_path, "a.pdf", pdf(["secret"], extra=locked))
    packed = bytearray(docx(paragraph("x")))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(mark) + place] |= 1
    assert "protected by a password" in refusal(tmp_path, "a.docx", bytes(packed))


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    whole = docx(paragraph("x" * 1000))
    assert "damaged" in refusal(tmp_path, "a.docx", whole[: len(whole) // 2])
    assert "damaged" in refusal(tmp_path, "a.docx", archive({"word/document.xml": "<w:document"}))
    assert "no part xl/workbook" not in refusal(tmp_path, "a.xlsx", archive({"xl/workbook.xml": "<workbook><sheet"}))
    flipped = bytearray(docx(paragraph("y" * 50)))
    flipped[60] ^= 0xFF
    assert "damaged" in refusal(tmp_path, "a.docx", bytes(flipped))
    assert "damaged" in refusal(tmp_path, "a.pdf", pdf(["x"])[:200])
    assert "no text, only pictures" in refusal(tmp_path, "a.pdf", pdf(["", ""]))
    assert "no text" in refusal(tmp_path, "a.docx", docx(""))


def test_a_zip_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    many = archive({"word/document.xml": docx(""), **{f"x{i}": bytes(i) + b"0" * (1 << 20) for i in range(8)}})
    assert "times its size" in refusal(tmp_path, "a.docx", archive({"word/document.xml": b"0" * (8 << 20)}))
    assert "unpacks to more than" in refusal(
        tmp_path, "a.docx", many, Limits(unpacked_bytes=4 << 20, unpacked_ratio=2000)
    )


def test_a_zip_bomb_that_lies_about_its_size_is_stopped_while_it_unpacks(tmp_path: Path) -> None:
    content = docx(paragraph("0" * (2 << 20)))
    size = zipfile.ZipFile(io.BytesIO(content)).infolist()[0].file_size
    lying = content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert "damaged" in refusal(tmp_path, "a.docx", lying)


def test_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "lol">{entities}]><document><p><t>&e8;</t></p></document>'
    assert "document type" in refusal(tmp_path, "a.docx", archive({"word/document.xml": bomb}))
    outside = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><document><p><t>&x;</t></p></document>'
    assert "document type" in refusal(tmp_path, "a.docx", archive({"word/document.xml": outside}))
    shared = archive({"xl/workbook.xml": "<workbook/>", "xl/sharedStrings.xml": bomb, "xl/_rels/x": relations()})
    assert "document type" in refusal(tmp_path, "a.xlsx", shared)


def test_a_pdf_of_ten_thousand_pages_is_refused_also_when_it_claims_fewer(tmp_path: Path) -> None:
    assert "10,000 pages" in refusal(tmp_path, "a.pdf", pdf(["x"] * 10_000))
    assert "2,001 pages" in refusal(tmp_path, "a.pdf", pdf(["x"] * 2001, count=3))


def test_too_many_sheets_or_slides_and_too_long_a_text_are_refused(tmp_path: Path) -> None:
    limits = Limits(pages=2, characters=100)
    assert "3 sheets" in refusal(tmp_path, "a.xlsx", xlsx({"A": "", "B": "", "C": ""}), limits)
    assert "3 slides" in refusal(tmp_path, "a.pptx", pptx(["", "", ""]), limits)
    assert "longer than 100 characters" in refusal(tmp_path, "a.txt", b"x" * 101, limits)
    assert "longer than 100 characters" in refusal(tmp_path, "a.docx", docx(paragraph("x" * 101)), limits)
    assert "larger than 400 bytes" in refusal(tmp_path, "a.txt", b"x" * 500, limits)
    far = '<row><c r="XFE1"><v>1</v></c></row>'
    assert "columns" in refusal(tmp_path, "a.xlsx", xlsx({"A": far}))


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    slow = pdf(["x " * 2000] * 1900)  # of 2,000 pages that are allowed; 700 are read within a second by some machines
    assert "processor time" in refusal(tmp_path, "a.pdf", slow, Limits(cpu_seconds=1))
    assert "longer than 0.05 seconds" in refusal(tmp_path, "a.pdf", slow, Limits(seconds=0.05))


def test_a_file_that_takes_too_much_memory_is_given_up(tmp_path: Path) -> None:
    limits = Limits(memory_bytes=200 << 20, characters=200_000_000, unpacked_ratio=2000)
    assert "memory" in refusal(tmp_path, "a.docx", docx(paragraph("x" * (100 << 20))), limits)


def test_the_reading_process_has_no_environment_and_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it can do is asked of the process itself, in place of reading a file."""
    monkeypatch.setenv("OPENK2_SECRET", "for the server alone")
    probe = """
import sys, os, json, socket
sys.path.insert(0, sys.argv[1].rpartition("/")[0])
from openk2.server.files.extraction.confine import confine
from openk2.server.files.extraction.found import Limits
confine(Limits(**json.loads(sys.argv[3])))
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[2])), 1).close()
    reached = "reached"
except OSError:
    reached = "cut off"
text = json.dumps({"environment": sorted(os.environ), "network": reached, "here": os.listdir(".")})
print(json.dumps({"text": text, "media_type": "", "pages": None, "title": ""}))
"""
    head, _, _ = extractor._START.partition("from openk2.server.files.extraction.worker")
    monkeypatch.setattr(extractor, "_START", head + probe)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        said = read(tmp_path, str(listening.getsockname()[1]), b"").text
    assert "OPENK2_SECRET" not in said
    assert '"here": []' in said
    if Path("/proc/sys/user/max_net_namespaces").exists() and _may_unshare():
        assert "cut off" in said


def _may_unshare() -> bool:
    return subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True, check=False).returncode == 0
