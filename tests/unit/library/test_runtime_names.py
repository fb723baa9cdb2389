"""How names of arguments are read from the sources of servers, on small sources of the same shapes."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from tools import runtime_arguments, runtime_names
from tools.runtime_arguments import MARK, SOURCES, Source, required
from tools.runtime_names import Names

VLLM = {
    "config/cache.py": """
        class CacheConfig:
            gpu_memory_utilization: float = Field(default=0.92, gt=0)
            prefix: bool | None = None
            token: bool | str | None = None
            skip: Annotated[bool, "help"] = False
            groups: dict[str, bool] | None = None
        """,
    "engine/arg_utils.py": """
        class EngineArgs:
            gpu_memory_utilization: float = 0.92
            _rank: int = 0

            @staticmethod
            def add_cli_args(parser):
                cache_kwargs = get_kwargs(CacheConfig)
                group = parser.add_argument_group(title="CacheConfig")
                group.add_argument("--gpu-memory-utilization", **cache_kwargs["gpu_memory_utilization"])
                group.add_argument("--enable-prefix", "-p", **{**cache_kwargs["prefix"], "default": None})
                group.add_argument("--hf-token", **cache_kwargs["token"])
                skip_kwargs = cache_kwargs["skip"]
                group.add_argument("--skip", **skip_kwargs)
                group.add_argument("--groups", **cache_kwargs["groups"])
                group.add_argument("--rank", type=int)
                group.add_argument("--quiet", action="store_true")

        class AsyncEngineArgs(EngineArgs):
            log: bool = False
        """,
    "entrypoints/cli_args.py": """
        class BaseFrontendArgs:
            chat_template: str | None = None

        class FrontendArgs(BaseFrontendArgs):
            disable_docs: bool = False

        def make_arg_parser(parser):
            parser.add_argument("model_tag", nargs="?")
            parser.add_argument("--headless", action="store_true")
            parser.add_argument("--verbose", action=argparse.BooleanOptionalAction)
        """,
}
SGLANG = {
    "srt/arg_groups/fields/model.py": """
        class Model:
            model_path: A[str, Arg(help="Weights.", aliases=["--model"])]
            tp_size: A[int, Arg(help="Cards.", aliases=["--tensor-parallel-size"])] = 1
            gemm: A[Optional[str], Arg(cli_name="--gemm-backend")] = None
            trust: A[bool, "Whether."] = False
            strict: A[Optional[bool], Arg(help="Whether.", action=argparse.BooleanOptionalAction)] = None
            hidden: A[bool, Arg(no_cli=True)] = False
            plain: int = 0
        """,
    "srt/server_args.py": """
        def add_cli_args(parser):
            parser.add_argument("--config", type=str)
            parser.add_argument("--disable-graph", action=DeprecatedStoreTrueAction)
            parser.add_argument("--kernel", action=DeprecatedStoreConstAction, nargs=None)
        """,
}
LLAMA_CPP = """
    add_opt(common_arg(
        {"-c", "--ctx-size"}, "N",
        string_format("size (default: %d)", params.n_ctx),
        [](common_params & params, int value) {
            params.n_ctx = value;
        }
    ).set_env("LLAMA_ARG_CTX_SIZE"));
    add_opt(common_arg(
        {"-kvu", "--kv-unified"},
        {"-no-kvu", "--no-kv-unified"},
        "one cache",
        [](common_params & params, bool value) {
            params.kv_unified = value;
        }
    ).set_examples({LLAMA_EXAMPLE_SERVER, LLAMA_EXAMPLE_BENCH}));
    add_opt(common_arg(
        // a note with "--quotes"
        {"--mmproj-auto"},
        {"--no-mmproj", "--no-mmproj-auto"},
        "projector",
        [](common_params & params, bool value) {
            params.no_mmproj = !value;
        }
    ).set_examples(mmproj_examples));
    add_opt(common_arg(
        {"--metrics"},
        "metrics",
        [](common_params & params) {
            params.metrics = true;
        }
    ).set_examples({LLAMA_EXAMPLE_SERVER}));
    add_opt(common_arg(
        {"--spec-type"}, string_join(types, ","),
        "kind",
        [](common_params & params, const std::string & value) {
            params.kind = value;
        }
    ));
    add_opt(common_arg(
        {"--chunks"}, "N",
        "chunks",
        [](common_params & params, int value) {
            params.n_chunks = value;
        }
    ).set_examples({LLAMA_EXAMPLE_PERPLEXITY}));
    add_opt(common_arg(
        {"--load-on-startup"}, "NAME",
        "preset",
        [](common_params &, const std::string &) { }
    ).set_preset_only());
"""


def sources(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return root


def test_vllms_arguments_follow_the_types_of_their_fields(tmp_path: Path) -> None:
    assert runtime_names.vllm(sources(tmp_path, VLLM)) == Names(
        parameters=frozenset({"gpu-memory-utilization", "hf-token", "groups", "rank", "chat-template"}),
        switches=frozenset({"enable-prefix", "skip", "quiet", "disable-docs", "headless", "verbose"}),
        one_way=frozenset({"quiet", "headless"}),
    )


def test_vllms_engine_takes_its_public_fields(tmp_path: Path) -> None:
    assert runtime_names.vllm_engine(sources(tmp_path, VLLM)) == {"gpu-memory-utilization", "log"}


def test_a_default_of_vllm_is_read_as_it_is_written(tmp_path: Path) -> None:
    root = sources(tmp_path, VLLM)
    default = runtime_names.vllm_default(root, "CacheConfig", "gpu_memory_utilization")
    assert default is not None
    assert ast.unparse(default) == "Field(default=0.92, gt=0)"
    with pytest.raises(LookupError, match="NoConfig"):
        runtime_names.vllm_default(root, "NoConfig", "anything")


def test_an_argument_that_is_added_in_an_unknown_way_is_told(tmp_path: Path) -> None:
    unknown = VLLM["engine/arg_utils.py"].replace('**cache_kwargs["groups"]', "**made_up()")
    with pytest.raises(LookupError, match="made_up"):
        runtime_names.vllm(sources(tmp_path, {**VLLM, "engine/arg_utils.py": unknown}))


def test_sglangs_arguments_are_annotations(tmp_path: Path) -> None:
    assert runtime_names.sglang(sources(tmp_path, SGLANG)) == Names(
        parameters=frozenset(
            {"model-path", "model", "tp-size", "tensor-parallel-size", "gemm-backend", "config", "kernel"}
        ),
        switches=frozenset({"trust", "strict", "disable-graph"}),
        one_way=frozenset({"trust", "disable-graph"}),
    )


def test_llama_cpps_arguments_are_those_of_the_server(tmp_path: Path) -> None:
    path = tmp_path / "arg.cpp"
    path.write_text(LLAMA_CPP, encoding="utf-8")
    assert runtime_names.llama_cpp(path) == Names(
        parameters=frozenset({"ctx-size", "spec-type"}),
        switches=frozenset({"kv-unified", "mmproj-auto", "no-mmproj", "metrics"}),
        one_way=frozenset({"no-mmproj", "metrics"}),
    )


def test_what_is_written_by_hand_in_an_entry_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime_arguments, "ENTRIES", tmp_path)
    (tmp_path / "own.yaml").write_text(
        f"kind: Runtime\nray:\n  form: llm\n{MARK}elsewhere.\nold: [a]\n", encoding="utf-8"
    )
    many = frozenset(f"argument-number-{number}" for number in range(30))
    source = Source(
        ("own==1",), lambda _: Names(many, frozenset({"b", "a"}), frozenset({"b"})), lambda _: frozenset("c")
    )
    text = runtime_arguments.written("own", source, {})
    assert text.startswith(f"kind: Runtime\nray:\n  form: llm\n{MARK}own==1.\n  parameters: [c]\nparameters: [")
    assert text.endswith("]\nswitches: [a, b]\noneWay: [b]\n")
    assert max(map(len, text.splitlines())) <= runtime_arguments.WIDTH
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    assert runtime_arguments.written("own", source, {}) == text


def test_an_entry_that_is_not_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime_arguments, "ENTRIES", tmp_path)
    (tmp_path / "own.yaml").write_text("kind: Runtime\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"own\.yaml has no line"):
        runtime_arguments.written("own", Source((), lambda _: Names()), {})


def test_what_a_package_requires_is_read_from_its_metadata(tmp_path: Path) -> None:
    (tmp_path / "one-1.dist-info").mkdir()
    lines = 'Requires-Dist: vllm[audio]==0.22.0; extra == "llm"\nRequires-Dist: vllm-flash>=2\nRequires-Dist: numpy\n'
    (tmp_path / "one-1.dist-info" / "METADATA").write_text(lines, encoding="utf-8")
    assert required(tmp_path, "vllm") == {"==0.22.0"}


@pytest.mark.parametrize("entry", SOURCES)
def test_an_entry_says_which_packages_its_names_are_from(entry: str) -> None:
    text = (runtime_arguments.ENTRIES / f"{entry}.yaml").read_text(encoding="utf-8")
    assert f"{MARK}{' and '.join(SOURCES[entry].requirements)}.\n" in text
