"""Names of arguments, read from the sources of servers: nothing is imported or run, only parsed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple


class Names(NamedTuple):
    """What a server can be told."""

    parameters: frozenset[str] = frozenset()
    """Arguments that take a value."""

    switches: frozenset[str] = frozenset()
    """Arguments that are on or off."""

    one_way: frozenset[str] = frozenset()
    """Switches that have no negation."""

    def joined(self, other: Names) -> Names:
        """What one of the two can be told."""
        return Names(*(mine | theirs for mine, theirs in zip(self, other, strict=True)))


def of(found: Iterable[tuple[str, str]]) -> Names:
    """Names by what they are: a `parameter`, a `switch`, or one that is `one-way`.

    An argument that is declared twice is what it was declared as last.
    """
    kinds = dict(found)
    named = {kind: frozenset(name for name, one in kinds.items() if one == kind) for kind in set(kinds.values())}
    one_way = named.get("one-way", frozenset())
    return Names(named.get("parameter", frozenset()), named.get("switch", frozenset()) | one_way, one_way)


def argparse_names(path: Path) -> Names:
    """The arguments that a file adds to a parser by itself, whatever adds them. Short ones are left out."""
    return of(_added(_parsed(path)))


def vllm(root: Path) -> Names:
    """The arguments of `vllm serve`.

    A server's own are the fields of its `FrontendArgs`; an engine's are added one by one, each with what follows from
    the field of a configuration class. A field that may be a bool becomes a pair, `--name` and `--no-name`.
    """
    fields = _fields(_parsed(path) for path in sorted((root / "config").glob("*.py")))
    frontend = _only(root / "entrypoints", "class FrontendArgs")
    own = of(_frontend(_parsed(frontend)))
    return own.joined(argparse_names(frontend)).joined(of(_engine(_parsed(root / "engine" / "arg_utils.py"), fields)))


def vllm_engine(root: Path) -> frozenset[str]:
    """The fields of vLLM's engine arguments, with dashes: what Ray Serve LLM hands on."""
    fields = _fields([_parsed(root / "engine" / "arg_utils.py")])
    names = (name for one in ("EngineArgs", "AsyncEngineArgs") for name in fields[one])
    return frozenset(_dashed(name) for name in names if not name.startswith("_"))


def vllm_default(root: Path, configuration: str, field: str) -> ast.expr | None:
    """What a field of one of vLLM's configuration classes is where nothing is said: `Field(default=...)`, or a value."""
    for path in sorted((root / "config").glob("*.py")):
        for node in ast.walk(_parsed(path)):
            if isinstance(node, ast.ClassDef) and node.name == configuration:
                return next((one.value for one in _annotated(node) if _target(one) == field), None)
    raise LookupError(f"vLLM has no class {configuration}")


def sglang(root: Path) -> Names:
    """The arguments of `sglang.launch_server`.

    They are the annotated fields, `name: A[type, Arg(...)]`, of the classes in `arg_groups/fields`, and a few that are
    added by hand. A bool can only be turned on, unless its action says otherwise.
    """
    groups = sorted((root / "srt" / "arg_groups" / "fields").glob("*.py"))
    declared = of(one for path in groups for one in _declared(_parsed(path)))
    return declared.joined(argparse_names(root / "srt" / "server_args.py"))


def llama_cpp(path: Path) -> Names:
    """The arguments of `llama-server`, from `common/arg.cpp`; only the long ones, in all their spellings."""
    text = path.read_text(encoding="utf-8")
    return of(one for option in text.split("add_opt(common_arg(")[1:] if _served(option) for one in _spelt(option))


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _only(folder: Path, text: str) -> Path:
    """The file below a folder that has a text."""
    (path,) = [one for one in sorted(folder.rglob("*.py")) if text in one.read_text(encoding="utf-8")]
    return path


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _annotated(node: ast.ClassDef) -> Iterator[ast.AnnAssign]:
    return (one for one in node.body if isinstance(one, ast.AnnAssign))


def _target(node: ast.AnnAssign) -> str:
    return node.target.id if isinstance(node.target, ast.Name) else ""


def _fields(modules: Iterable[ast.Module]) -> dict[str, dict[str, ast.expr]]:
    """By class and field, the annotation."""
    return {
        node.name: {_target(one): one.annotation for one in _annotated(node)}
        for module in modules
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
    }


def _kind(annotation: ast.expr) -> str:
    """What a field becomes on vLLM's command line: see `_compute_kwargs` in its `engine/arg_utils.py`."""
    names = set(_alternatives(annotation))
    return "switch" if "bool" in names and names - {"None"} != {"bool", "str"} else "parameter"


def _alternatives(annotation: ast.expr) -> Iterator[str]:
    """The types of `A | B | None`, `Optional[A]` and `Annotated[A, ...]`; not those inside a list or a mapping."""
    if isinstance(annotation, ast.BinOp):
        yield from _alternatives(annotation.left)
        yield from _alternatives(annotation.right)
    elif isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in {"Optional", "Union", "Annotated"}:
        inner = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        for one in inner[:1] if ast.unparse(annotation.value) == "Annotated" else inner:
            yield from _alternatives(one)
    elif isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        yield from _alternatives(ast.parse(annotation.value, mode="eval").body)
    else:
        yield ast.unparse(annotation)


def _calls(module: ast.AST) -> Iterator[tuple[list[str], ast.Call]]:
    """Calls of `add_argument`, in the order of the file, with the long spellings."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and _called(node) == "add_argument"]
    for node in sorted(calls, key=lambda one: one.lineno):
        texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        yield [text[2:] for text in texts if text.startswith("--")], node


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _added(module: ast.AST) -> Iterator[tuple[str, str]]:
    for names, call in _calls(module):
        if not any(keyword.arg is None for keyword in call.keywords):
            yield from ((name, _action({one.arg: one.value for one in call.keywords if one.arg})) for name in names)


def _action(keywords: dict[str, ast.expr]) -> str:
    action = ast.unparse(keywords["action"]) if "action" in keywords else ""
    if "BooleanOptional" in action:
        return "switch"
    takes_value = "nargs" in keywords or not re.search("store_true|store_false|StoreTrue", action)
    return "parameter" if takes_value else "one-way"


def _frontend(module: ast.Module) -> Iterator[tuple[str, str]]:
    for name in ("BaseFrontendArgs", "FrontendArgs"):
        for field, annotation in _fields([module]).get(name, {}).items():
            yield _dashed(field), _kind(annotation)


def _engine(module: ast.Module, fields: dict[str, dict[str, ast.expr]]) -> Iterator[tuple[str, str]]:
    """Arguments with keywords of their own, and those with the keywords of a field: `**model_kwargs["dtype"]`."""
    yield from _added(module)
    classes = dict(_keywords(module))
    aliases = dict(_aliases(module))
    for names, call in _calls(module):
        for keyword in call.keywords:
            if keyword.arg is None:
                configuration, field = _spread(keyword.value, aliases)
                kind = _kind(fields[classes[configuration]][field])
                yield from ((name, kind) for name in names)


def _keywords(module: ast.AST) -> Iterator[tuple[str, str]]:
    """`model_kwargs = get_kwargs(ModelConfig)`: the variable, and the class."""
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _called(node.value) == "get_kwargs":
            yield ast.unparse(node.targets[0]), ast.unparse(node.value.args[0])


def _aliases(module: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """`moe_backend_kwargs = kernel_kwargs["moe_backend"]`: the variable, and what it stands for."""
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            yield ast.unparse(node.targets[0]), node.value


def _spread(value: ast.expr, aliases: dict[str, ast.expr]) -> tuple[str, str]:
    """The variable and the field of `kwargs["field"]`, also where some of it is replaced: `{**kwargs["field"], ...}`."""
    if isinstance(value, ast.Dict):
        value = next(one for key, one in zip(value.keys, value.values, strict=True) if key is None)
    if isinstance(value, ast.Name):
        value = aliases[value.id]
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Constant):
        return ast.unparse(value.value), str(value.slice.value)
    raise LookupError(f"line {value.lineno}: an argument is added in a way that is not known: {ast.unparse(value)}")


def _declared(module: ast.Module) -> Iterator[tuple[str, str]]:
    for named in _fields([module]).values():
        for field, annotation in named.items():
            if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "A":
                yield from _argument(field, annotation)


def _argument(field: str, annotation: ast.Subscript) -> Iterator[tuple[str, str]]:
    """The spellings of one of SGLang's fields, `A[type, Arg(...)]`."""
    elements = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
    calls = [one for one in elements[1:] if isinstance(one, ast.Call) and _called(one) == "Arg"]
    given = {one.arg: one.value for call in calls for one in call.keywords if one.arg}
    if "no_cli" in given:
        return
    names = [ast.literal_eval(given["cli_name"])] if "cli_name" in given else [f"--{_dashed(field)}"]
    names += ast.literal_eval(given["aliases"]) if "aliases" in given else []
    is_bool = set(_alternatives(elements[0])) - {"None"} == {"bool"}
    kind = _action(given) if "action" in given else "one-way" if is_bool else "parameter"
    yield from ((name[2:], kind) for name in names if name.startswith("--"))


def _served(option: str) -> bool:
    """Whether `llama-server` has an option: it is one of all programs', or names the server. Preset-only ones have no
    argument."""
    end = re.search(r"\n\s{4,8}\)(\.[^\n]*)?;?", option)
    modifiers = end[0] if end else ""
    examples = re.search(r"set_examples\(\{?([^})]*)", modifiers)
    shown = examples is None or re.search("COMMON|SERVER|mmproj_examples", examples[1]) is not None
    return shown and "SERVER" not in _excluded(modifiers) and "set_preset_only" not in modifiers


def _excluded(modifiers: str) -> str:
    found = re.search(r"set_excludes\(\{([^}]*)", modifiers)
    return found[1] if found else ""


def _spelt(option: str) -> Iterator[tuple[str, str]]:
    """The long spellings. The handler's parameters say what they take: `{"-c", "--ctx-size"}` a value, `{"--jinja"},
    {"--no-jinja"}` are a pair, `{"--metrics"}` can only be turned on."""
    code = re.sub(r"//.*$", "", option, flags=re.MULTILINE)
    lists = re.match(r"\s*\{([^}]*)\}\s*,\s*(?:\{([^}]*)\})?", code)
    handler = re.search(r"\]\(common_params &([^)]*)\)", code)
    if lists is None or handler is None:
        raise LookupError(f"an option is declared in a way that is not known: {option[:80]}")
    positive, negative = (_long(one or "") for one in lists.groups())
    kind = "parameter" if re.search(r"\b(string|int)\b", handler[1]) else "one-way"
    yield from ((name, "switch" if f"no-{name}" in negative else kind) for name in positive)
    yield from ((name, "one-way") for name in negative if name.removeprefix("no-") not in positive)


def _long(spellings: str) -> list[str]:
    return [name[2:] for name in re.findall(r'"([^"]+)"', spellings) if name.startswith("--")]
