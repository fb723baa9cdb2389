"""Files become text, or a finding that says why not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from compiler.diagnostics import Diagnostic
from compiler.source.reading import LARGEST_FILE, documents, read_file


def text_of(root: Path, relative: str = "f.yaml") -> str:
    staged = read_file(root, relative)
    assert staged.value is not None, staged.found
    assert not staged.found
    assert staged.value.path == relative
    return staged.value.text


def problem_of(root: Path, relative: str = "f.yaml") -> Diagnostic:
    staged = read_file(root, relative)
    assert staged.value is None
    (problem,) = staged.found
    return problem


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"a: b\n", "a: b\n"),
        (b"a: b\r\nc: d\r\n", "a: b\r\nc: d\r\n"),
        ("a: é😀\n".encode(), "a: é😀\n"),
        (b"\xef\xbb\xbfa: b\n", "a: b\n"),
    ],
)
def test_bytes_become_text(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "f.yaml").write_bytes(data)
    assert text_of(tmp_path) == text


def test_columns_count_from_behind_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_bytes(b"\xef\xbb\xbfa: yes\r\nb: no\r\n")
    staged = read_file(tmp_path, "f.yaml")
    assert staged.value is not None
    assert [one.at.span()[1:] for one in documents(staged.value).found] == [(1, 4, 1, 7), (2, 4, 2, 6)]


@pytest.mark.parametrize(
    ("data", "words", "place"),
    [
        (b"a: b\nc: \xe9t\xe9\n", "Byte 0xE9 in line 2 (byte 9 of the file) is not UTF-8.", (2, 4)),
        ("a: é\nü: ".encode() + b"\xff", "Byte 0xFF in line 2 (byte 11 of the file) is not UTF-8.", (2, 4)),
        (b"\xef\xbb\xbfa\xff", "Byte 0xFF in line 1 (byte 5 of the file) is not UTF-8.", (1, 2)),
        (b"a: \xed\xa0\x80", "Byte 0xED in line 1 (byte 4 of the file) is not UTF-8.", (1, 4)),
    ],
)
def test_other_encodings_are_refused_where_they_show(
    tmp_path: Path, data: bytes, words: str, place: tuple[int, int]
) -> None:
    (tmp_path / "f.yaml").write_bytes(data)
    problem = problem_of(tmp_path)
    assert (problem.code.id, problem.wrong, problem.at.span()[1:3]) == ("HYD013", words, place)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_has_a_hint_of_its_own(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "f.yaml").write_bytes("\ufeffname: é\n".encode(encoding))
    problem = problem_of(tmp_path)
    assert problem.code.id == "HYD013"
    assert "UTF-16" in problem.wrong
    assert "PowerShell" in problem.do


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["name: e\n", "name: é\n", "name: \u0600\n"])
def test_utf16_without_a_mark_is_one_mistake(tmp_path: Path, encoding: str, text: str) -> None:
    (tmp_path / "f.yaml").write_bytes(text.encode(encoding))
    problem = problem_of(tmp_path)
    assert (problem.code.id, problem.wrong) == ("HYD013", "The file is UTF-16 or UTF-32, by its zero bytes.")


@pytest.mark.parametrize("data", [b"", b"\0", b"a\0", b"a\0b", b"\0\0\0\0", b"ab\0\0", b"a\0bc"])
def test_a_zero_byte_alone_does_not_make_utf16(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "f.yaml").write_bytes(data)
    assert text_of(tmp_path) == data.decode()


def test_a_missing_file(tmp_path: Path) -> None:
    assert problem_of(tmp_path).wrong == "`f.yaml` is not there."


def test_a_directory(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").mkdir()
    assert problem_of(tmp_path).wrong == "`f.yaml` is a directory."


def test_a_file_on_the_way(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("")
    assert problem_of(tmp_path, "f.yaml/g").code.id == "HYD010"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("a: b")
    (tmp_path / "f.yaml").chmod(0)
    assert problem_of(tmp_path).wrong == "`f.yaml` may not be read by this user."


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f.yaml")
    assert problem_of(tmp_path).wrong == "`f.yaml` is not a regular file."


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 5000])
def test_a_name_that_no_file_has(tmp_path: Path, name: str) -> None:
    assert problem_of(tmp_path, name).code.id == "HYD010"


def test_a_large_file(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_bytes(b"#" * LARGEST_FILE)
    assert len(text_of(tmp_path)) == LARGEST_FILE
    (tmp_path / "f.yaml").write_bytes(b"#" * (LARGEST_FILE + 1))
    problem = problem_of(tmp_path)
    assert (problem.code.id, problem.wrong) == ("HYD012", "The file has 4,194,305 bytes, and at most 4 MiB are read.")


class TestTheRootIsNotLeft:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        (tmp_path / "secret").write_text("token")
        root = tmp_path / "repo"
        (root / "teams" / "a").mkdir(parents=True)
        (root / "teams" / "a" / "f.yaml").write_text("a: b")
        return root

    @pytest.mark.parametrize(
        "relative", ["../secret", "teams/../../secret", "teams/a/../../../secret", "..", "/etc/hosts"]
    )
    def test_by_a_path(self, root: Path, relative: str) -> None:
        assert problem_of(root, relative).code.id == "HYD011"

    def test_by_a_link_to_a_file(self, root: Path) -> None:
        (root / "f.yaml").symlink_to("../secret")
        problem = problem_of(root)
        assert (problem.code.id, problem.wrong) == ("HYD011", "`f.yaml` leads out of the repo.")

    def test_by_a_link_to_a_directory(self, root: Path) -> None:
        (root / "up").symlink_to("..")
        assert problem_of(root, "up/secret").code.id == "HYD011"

    def test_by_a_sibling_with_a_longer_name(self, root: Path) -> None:
        (root.parent / "repo-2").mkdir()
        (root.parent / "repo-2" / "f.yaml").write_text("a: b")
        assert problem_of(root, "../repo-2/f.yaml").code.id == "HYD011"

    def test_a_link_inside_is_followed(self, root: Path) -> None:
        (root / "f.yaml").symlink_to("teams/a/f.yaml")
        (root / "link").symlink_to("teams/a")
        assert text_of(root) == text_of(root, "link/f.yaml") == text_of(root, "teams/../teams/a/f.yaml") == "a: b"

    def test_a_root_behind_a_link_is_a_root(self, root: Path) -> None:
        (root.parent / "link").symlink_to(root)
        (root / "f.yaml").symlink_to("teams/a/f.yaml")
        assert text_of(root.parent / "link") == "a: b"

    def test_links_in_a_circle(self, root: Path) -> None:
        (root / "f.yaml").symlink_to("g.yaml")
        (root / "g.yaml").symlink_to("f.yaml")
        assert problem_of(root).code.id == "HYD010"

    def test_a_dangling_link(self, root: Path) -> None:
        (root / "f.yaml").symlink_to("nowhere")
        assert problem_of(root).wrong == "`f.yaml` is not there."
