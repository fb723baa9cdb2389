"""The repo's own library over the built-in one: which entry counts, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.diagnostics import Diagnostic, InFile
from compiler.library.library import Library, open_library

OWN = "kind: Model\nname: own\nsummary: Ours\nsource: us\nfacts: {parameters: 7.6B, layers: 28}\n"


def repo(root: Path, files: dict[str, str]) -> Library:
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return open_library(root, ["library"])


def marks(found: list[Diagnostic] | tuple[Diagnostic, ...]) -> list[tuple[str, int, int]]:
    return [(one.code.id, one.at.span().line, one.at.span().column) for one in found]


def test_an_own_entry_is_found_beside_the_built_in_ones(tmp_path: Path) -> None:
    library = repo(tmp_path, {"library/models/own.yaml": OWN})
    entry = library.find("model", "own").value
    assert entry is not None
    assert entry.facts is not None
    assert entry.facts.parameters == 7_600_000_000
    assert entry.origin.span().file == "library/models/own.yaml"
    assert {"own", "phi-4"} <= set(library.names("model"))


def test_an_own_entry_replaces_the_built_in_one_whole(tmp_path: Path) -> None:
    library = repo(tmp_path, {"library/models/phi-4.yaml": OWN.replace("name: own", "name: phi-4")})
    entry = library.find("model", "phi-4").value
    assert entry is not None
    assert entry.huggingface is None


def test_with_extends_it_takes_over_what_it_leaves_out(tmp_path: Path) -> None:
    text = "kind: Model\nname: phi-4\nextends: phi-4\nmodelscope: null\nfacts: {context: 8192}\n"
    entry = repo(tmp_path, {"library/models/phi-4.yaml": text}).find("model", "phi-4").value
    assert entry is not None
    assert entry.facts is not None
    assert (entry.facts.context, entry.facts.layers, entry.modelscope) == (8192, 40, None)


def test_a_later_directory_hides_an_earlier_one(tmp_path: Path) -> None:
    repo(tmp_path, {"a/models/own.yaml": OWN, "b/models/own.yaml": OWN.replace("Ours", "Theirs")})
    entry = open_library(tmp_path, ["a", "b"]).find("model", "own").value
    assert entry is not None
    assert entry.summary == "Theirs"


def test_no_directory_is_no_entry(tmp_path: Path) -> None:
    assert open_library(tmp_path, ["library"]).check() == (0, [])


def test_an_unknown_name_gives_candidates_where_there_is_a_place(tmp_path: Path) -> None:
    library = open_library(tmp_path, [])
    assert library.find("model", "qwen2.5-7b-instuct") == (None, ())
    (found,) = library.find("model", "qwen2.5-7b-instuct", InFile("x.yaml")).found
    assert found.code.id == "HYD704"
    assert found.candidates[0] == "qwen2.5-7b-instruct"


@pytest.mark.parametrize("name", ["../models/phi-4", "/etc/passwd", "", ".", "phi-4.yaml\n", "Phi-4", "a/b"])
def test_a_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    assert open_library(tmp_path, ["library"]).find("model", name).value is None


def test_a_link_out_of_the_repo_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(OWN, encoding="utf-8")
    library = repo(tmp_path / "repo", {"library/models/other.yaml": OWN})
    (tmp_path / "repo/library/models/own.yaml").symlink_to(outside)
    assert library.find("model", "own").value is None
    assert library.find("model", "own").found
    assert library.find_by_repository("huggingface", "acme/own") is None


MISTAKES = {
    "another kind than the directory": ({"models/own.yaml": OWN.replace("Model", "Loader")}, [("HYD702", 1, 7)]),
    "no kind": ({"models/own.yaml": "name: own\n"}, [("HYD702", 1, 1)]),
    "another name than the file": ({"models/mine.yaml": OWN}, [("HYD703", 2, 7)]),
    "a misspelt field": ({"models/own.yaml": OWN + "licnce: MIT\n"}, [("HYD201", 6, 1)]),
    "a misspelt fact": ({"models/own.yaml": OWN.replace("layers", "layer")}, [("HYD201", 5, 27)]),
    "a missing field": ({"models/own.yaml": "kind: Model\nname: own\nsource: us\n"}, [("HYD202", 1, 1)]),
    "extends nothing": ({"models/own.yaml": "kind: Model\nname: own\nextends: ph-4\n"}, [("HYD705", 3, 10)]),
    "extends itself": ({"models/own.yaml": "kind: Model\nname: own\nextends: own\n"}, [("HYD705", 3, 10)]),
    "a circle": (
        {
            "models/a.yaml": "kind: Model\nname: a\nextends: b\n",
            "models/b.yaml": "kind: Model\nname: b\nextends: a\n",
        },
        [("HYD706", 3, 10), ("HYD706", 3, 10)],
    ),
    "an unknown directory": ({"modles/own.yaml": OWN}, [("HYD701", 1, 1)]),
    "another suffix": ({"models/own.yml": OWN}, [("HYD709", 1, 1)]),
    "a file outside a kind": ({"own.yaml": OWN}, [("HYD709", 1, 1)]),
    "a directory too deep": ({"models/ours/own.yaml": OWN}, [("HYD709", 1, 1)]),
    "two documents": ({"models/own.yaml": OWN + "---\n" + OWN}, [("HYD710", 1, 1)]),
    "no document": ({"models/own.yaml": "# later\n"}, [("HYD710", 1, 1)]),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_shown_at_its_place(tmp_path: Path, case: str) -> None:
    files, expected = MISTAKES[case]
    library = repo(tmp_path, {f"library/{path}": text for path, text in files.items()})
    assert marks(list(library.check().found)) == expected


def test_an_unknown_directory_gives_candidates(tmp_path: Path) -> None:
    (found,) = repo(tmp_path, {"library/modles/own.yaml": OWN}).check().found
    assert found.at.span().file == "library/modles"
    assert found.candidates == ("models",)


def test_what_is_inherited_is_reported_in_the_file_that_has_it(tmp_path: Path) -> None:
    library = repo(
        tmp_path,
        {
            "library/models/base.yaml": OWN.replace("own", "base") + "gated: perhaps\n",
            "library/models/own.yaml": "kind: Model\nname: own\nextends: base\n",
        },
    )
    assert [one.at.span()[:3] for one in library.find("model", "base").found] == [("library/models/base.yaml", 6, 8)]
    assert library.find("model", "own").value is None


def test_a_readme_is_left_alone(tmp_path: Path) -> None:
    files = {"library/README.md": "", "library/models/README.md": "", "library/models/own.yaml": OWN}
    assert repo(tmp_path, files).check() == (1, [])


def test_only_the_kind_asked_for_is_checked(tmp_path: Path) -> None:
    library = repo(tmp_path, {"library/models/own.yaml": OWN, "library/loaders/bad.yaml": "kind: Loader\n"})
    assert library.check("model") == (1, [])
    assert library.check("loader").found


def test_a_file_is_read_once(tmp_path: Path) -> None:
    library = repo(tmp_path, {"library/models/own.yaml": OWN})
    first = library.find("model", "own")
    (tmp_path / "library/models/own.yaml").unlink()
    assert library.find("model", "own") is first


def test_a_mistake_of_an_entry_is_not_told_again_of_those_that_extend_it(tmp_path: Path) -> None:
    first = "kind: Runtime\nname: first\nextends: vllm\nversion: abc\n"
    second = "kind: Runtime\nname: second\nextends: first\nport: many\n"
    library = repo(tmp_path, {"library/runtimes/first.yaml": first, "library/runtimes/second.yaml": second})
    found = library.check().found
    assert [(one.at.span().file, one.at.span().line) for one in found] == [
        ("library/runtimes/first.yaml", 4),
        ("library/runtimes/second.yaml", 4),
    ]


def test_fields_are_named_as_entries_write_them(tmp_path: Path) -> None:
    """Also by models that refer to themselves, which get their aliases late."""
    entry = "kind: Runtime\nname: mine\nextends: vllm\ncommand: {arguments: [{if: quantization, value: a}]}\n"
    library = repo(tmp_path, {"library/runtimes/mine.yaml": entry})
    assert "The fields are `else`, `for`, `if`, `in`, `then`." in [one.do for one in library.check().found]
