"""The file tools: what they return, and that they never leave the workspace."""

import asyncio
import os
import string
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openk2.agent.tools import ToolBox, workspace_tools
from openk2.agent.workspace import Workspace
from openk2.errors import AgentError, ToolError

Use = Callable[..., str]


class TestForms:
    """The exact texts K2-nano is trained on."""

    def test_list_files(self, use: Use, workspace: Path) -> None:
        (workspace / "zero.txt").write_text("")
        (workspace / "empty").mkdir()
        assert use("list_files") == "empty/\nnotes/\nzero.txt"
        assert use("list_files", path="notes") == "a.txt\nb.txt"
        assert use("list_files", path="empty") == "(empty)"

    def test_read_file(self, use: Use) -> None:
        assert use("read_file", path="notes/b.txt") == "nothing here\n"
        assert use("read_file", path="notes/none.txt") == "error: no such file: notes/none.txt"
        assert use("read_file", path="notes") == "error: is a directory: notes"

    def test_read_file_cuts_after_20000_characters(self, use: Use, workspace: Path) -> None:
        (workspace / "long.txt").write_text("é" * 20_007)
        assert use("read_file", path="long.txt") == "é" * 20_000 + "\n… 7 more characters"

    def test_search_files(self, use: Use) -> None:
        found = "2 matches in 1 files\nnotes/a.txt:1: Paris in spring\nnotes/a.txt:3: back to Paris"
        assert use("search_files", text="Paris") == found
        assert use("search_files", text="Paris", path="notes") == found
        assert use("search_files", text="Paris", path="notes/a.txt") == found
        assert use("search_files", text="paris") == "0 matches"
        assert use("search_files", text="Paris", path="none") == "error: no such file: none"

    def test_search_files_shows_fifty_lines_and_counts_all(self, use: Use, workspace: Path) -> None:
        (workspace / "many.txt").write_text("needle\n" * 60)
        lines = use("search_files", text="needle").splitlines()
        assert lines[0] == "60 matches in 1 files"
        assert lines[50] == "many.txt:50: needle"
        assert lines[51:] == ["… 10 more matches"]

    def test_search_files_takes_the_text_as_it_is(self, use: Use, workspace: Path) -> None:
        (workspace / "notes" / "c.txt").write_text("a.c\nabc\n")
        assert use("search_files", text="a.c", path="notes") == "1 matches in 1 files\nnotes/c.txt:1: a.c"

    def test_search_files_passes_over_binary_files_and_links(self, use: Use, workspace: Path) -> None:
        (workspace / "image.bin").write_bytes(b"Paris\0")
        (workspace / "again").symlink_to("notes")
        os.mkfifo(workspace / "pipe")
        assert use("search_files", text="Paris").startswith("2 matches in 1 files")

    def test_write_file(self, use: Use, workspace: Path) -> None:
        assert use("write_file", path="new/deep/x.txt", content="héllo") == "wrote 6 bytes to new/deep/x.txt"
        assert (workspace / "new/deep/x.txt").read_text() == "héllo"
        assert use("write_file", path="new/deep/x.txt", content="") == "wrote 0 bytes to new/deep/x.txt"
        assert use("write_file", path="new", content="x") == "error: is a directory: new"
        assert use("write_file", path="notes/a.txt/x", content="x") == "error: not a directory: notes/a.txt/x"

    def test_names_are_one_line_each(self, use: Use, workspace: Path) -> None:
        (workspace / "two\nlines").write_text("Paris\n")
        assert use("list_files") == "notes/\ntwo\\nlines"


class TestEscapes:
    @pytest.mark.parametrize(
        "path", ["../outside/secret.txt", "notes/../../outside/secret.txt", "/etc/passwd", "//etc"]
    )
    @pytest.mark.parametrize(
        ("name", "more"),
        [("read_file", {}), ("list_files", {}), ("search_files", {"text": "s"}), ("write_file", {"content": "x"})],
    )
    def test_paths_that_lead_outside_are_refused(self, use: Use, name: str, more: dict[str, str], path: str) -> None:
        assert use(name, path=path, **more) == f"error: path leaves the workspace: {path}"

    @pytest.mark.parametrize("target", ["/absolute", "../outside", "up/outside", "notes/../../outside"])
    def test_links_that_lead_outside_are_refused(self, use: Use, workspace: Path, secret: Path, target: str) -> None:
        (workspace / "up").symlink_to("..")
        (workspace / "l").symlink_to(secret.parent if target == "/absolute" else target)
        for path in ("l/secret.txt", "notes/../l/secret.txt"):
            assert use("read_file", path=path) == f"error: path leaves the workspace: {path}"
            assert use("write_file", path=path, content="x") == f"error: path leaves the workspace: {path}"
        assert use("list_files", path="l") == "error: path leaves the workspace: l"
        assert secret.read_text() == "the secret"

    def test_links_within_the_workspace_are_followed(self, use: Use, workspace: Path) -> None:
        (workspace / "l").symlink_to("notes/../notes")
        (workspace / "notes" / "self").symlink_to("../l/b.txt")
        assert use("read_file", path="l/self") == "nothing here\n"
        assert use("read_file", path="l/../notes/b.txt") == "nothing here\n"

    def test_links_in_a_circle_are_refused(self, use: Use, workspace: Path) -> None:
        (workspace / "x").symlink_to("y")
        (workspace / "y").symlink_to("x")
        assert use("read_file", path="x") == "error: too many symbolic links: x"

    def test_a_dangling_link_makes_nothing_outside(self, use: Use, workspace: Path, secret: Path) -> None:
        (workspace / "l").symlink_to(secret.with_name("made"))
        assert use("write_file", path="l", content="x").startswith("error: path leaves the workspace")
        assert not secret.with_name("made").exists()

    def test_an_archive_of_links_unpacks_to_links_that_are_refused(
        self, use: Use, workspace: Path, secret: Path
    ) -> None:
        with zipfile.ZipFile(workspace / "links.zip", "w") as archive:
            entry = zipfile.ZipInfo("link")
            entry.external_attr = 0o120777 << 16
            archive.writestr(entry, str(secret))
        use("shell", command="python3 -c \"import zipfile; zipfile.ZipFile('links.zip').extractall()\"; true")
        use("python", code="import os, zipfile; os.symlink(zipfile.ZipFile('links.zip').read('link'), b'unpacked')")
        assert use("read_file", path="unpacked") == "error: path leaves the workspace: unpacked"

    def test_special_files_are_refused_at_once(self, use: Use, workspace: Path) -> None:
        os.mkfifo(workspace / "pipe")
        (workspace / "null").symlink_to("/dev/null")
        assert use("read_file", path="pipe") == "error: not a regular file: pipe"
        assert use("write_file", path="pipe", content="x") == "error: not a regular file: pipe"
        assert use("read_file", path="null") == "error: path leaves the workspace: null"

    def test_a_link_swapped_in_while_walking_is_not_followed(
        self, workspace: Path, secret: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The moment between looking at a component and opening it."""
        place = Workspace(workspace)
        readlink = os.readlink

        def then_swap(name: str, *, dir_fd: int) -> str:
            try:
                return readlink(name, dir_fd=dir_fd)
            finally:
                if name == "notes":
                    (workspace / "notes").rename(workspace / "moved")
                    (workspace / "notes").symlink_to(secret.parent)

        monkeypatch.setattr(os, "readlink", then_swap)
        with pytest.raises(ToolError), place.file("notes/secret.txt"):
            pass

    @pytest.mark.parametrize("path", ["", "a\0b"])
    def test_paths_that_are_none_are_refused(self, use: Use, path: str) -> None:
        assert use("read_file", path=path).startswith(f"error: the path is {path!r}; accepted")

    def test_names_that_are_too_long_are_refused(self, use: Use) -> None:
        assert use("write_file", path="n" * 300, content="").startswith("error: name too long")

    def test_files_that_are_no_text_are_refused(self, use: Use, workspace: Path) -> None:
        (workspace / "image.bin").write_bytes(b"\x89PNG\0\0")
        assert use("read_file", path="image.bin").startswith("error: not a text file")

    def test_contents_that_are_too_large_are_refused(self, use: Use, workspace: Path) -> None:
        assert use("write_file", path="big", content="x" * ((8 << 20) + 1)).startswith("error: content has")
        assert not (workspace / "big").exists()

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        parts=st.lists(st.sampled_from(["..", ".", "", "notes", "l", "up", "deep", "a.txt", "secret.txt"]), max_size=8)
    )
    def test_no_path_reads_the_secret(self, workspace: Path, parts: list[str]) -> None:
        for name, target in (("l", "../outside"), ("up", "notes/.."), ("deep", "up/../l")):
            if not os.path.lexists(workspace / name):
                (workspace / name).symlink_to(target)
        try:
            with Workspace(workspace).file("/".join(parts)) as fd:
                assert b"secret" not in os.read(fd, 100)
        except ToolError:
            pass


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(string.ascii_letters + " äß漢-_", min_size=1, max_size=20),
    content=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200),
)
def test_what_is_written_is_read_back(workspace: Path, name: str, content: str) -> None:
    toolbox = ToolBox(workspace_tools(workspace))

    async def write_and_read() -> tuple[str, str]:
        wrote = await toolbox.run("write_file", {"path": f"d/{name}", "content": content})
        return wrote.text, (await toolbox.run("read_file", {"path": f"d/{name}"})).text

    assert asyncio.run(write_and_read()) == (f"wrote {len(content.encode())} bytes to d/{name}", content)


def test_a_workspace_that_is_no_directory_is_an_agent_error(workspace: Path) -> None:
    with pytest.raises(AgentError, match="not a directory"):
        workspace_tools(workspace / "notes" / "a.txt")
