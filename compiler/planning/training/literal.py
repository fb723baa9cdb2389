"""A DeepSpeed configuration that a spec gives in full: checked for what DeepSpeed itself lets pass, then read.

DeepSpeed ignores unknown keys at the top level, takes offload at a stage that has none, an NVMe device without a path,
types that only look right, and fails on some of it hours later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, cast

from compiler.diagnostics import closest
from compiler.planning.training import problems
from compiler.planning.training.deepspeed import Run, config_of
from compiler.planning.training.keys import CONFIGURATION, COUNT, REPLACED, SIZE, Block, Kind
from compiler.planning.training.values import Ask, Fault, Precision, Strategy
from compiler.planning.training.zero import LARGEST_BUCKET, Zero, zero_of

Path = tuple[str, ...]
TOP: Final = ("deepspeed",)
STRATEGIES: Final[tuple[Strategy, ...]] = ("none", "zero1", "zero2", "zero3")
BY_TRAINER: Final = ("optimizer", "scheduler")
"""Blocks that say nothing if all their parameters are `auto`: the trainer has its own of the same values."""


class Given(NamedTuple):
    """What a literal configuration comes to."""

    config: Mapping[str, Any]
    zero: Zero
    micro_batch: int | None
    accumulation: int | None
    precision: Precision | None


def read_literal(
    ask: Ask, config: Mapping[str, Any], world: int | None, hidden: int
) -> tuple[Given | None, list[Fault]]:
    """A configuration, or what is wrong with it. `world`: processes, None where they cannot be placed."""
    given = {str(key): value for key, value in config.items()}
    for name in BY_TRAINER:
        if _all_auto(given.get(name)):
            del given[name]
    faults = [*_keys(given, CONFIGURATION, TOP, resolvable(given, hidden))]
    # What is left is checked all the same: all that is wrong is told at once.
    for fault in faults:
        given = _without(given, fault.about[len(TOP) :])
    given = cast("dict[str, Any]", _whole(given, CONFIGURATION))
    faults += [*_precisions(given), *_offload(given), *_partition(given, world), *_agreement(ask, given)]
    if world is not None:
        faults += _triple(ask, given, world)
    if faults:
        return None, faults
    read = Given(
        given, _zero(given, hidden), _number(given, "train_micro_batch_size_per_gpu"),
        _number(given, "gradient_accumulation_steps"), _precision(given),
    )  # fmt: skip
    return read, faults


def _without(given: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """A configuration without the value at a path."""
    if not path:
        return dict(given)
    key, *below = path
    kept = {name: value for name, value in given.items() if name != key}
    inner = given.get(key)
    if below and isinstance(inner, Mapping):
        kept[key] = _without(inner, tuple(below))
    return kept


def resolvable(given: Mapping[str, Any], hidden: int) -> Mapping[str, Any]:
    """A configuration of the same stage: where it has a value, `auto` can be replaced."""
    block = given.get("zero_optimization")
    stage = block.get("stage", 0) if isinstance(block, Mapping) else 0
    strategy = STRATEGIES[stage] if type(stage) is int and 0 <= stage <= 3 else "zero3"
    full = config_of(zero_of(strategy, hidden), Run(1, 1, 1, 1.0, "fp16", "adamw_torch", hidden))
    return {**full, "bf16": {"enabled": True}}


def _keys(given: Mapping[str, Any], block: Block, path: Path, full: Mapping[str, Any]) -> Iterator[Fault]:
    """Unknown keys and values of the wrong kind, in a block and below it."""
    for key, value in given.items():
        below = (*path, str(key))
        kind = block.get(key)
        if str(key).startswith("_"):
            continue
        if key in REPLACED:
            yield problems.replaced_key(below, key, REPLACED[key])
        elif kind is None:
            where = "a configuration" if path == TOP else f"`{path[-1]}`"
            yield problems.unknown_key(below, str(key), where, closest(str(key), block))
        elif isinstance(value, str) and value == "auto":
            if full.get(key) is None or isinstance(full.get(key), Mapping):
                yield problems.auto_left(below)
        elif isinstance(kind, Kind):
            yield from _value(value, kind, below)
        elif not isinstance(value, Mapping):
            yield problems.bad_value(below, "a mapping")
        else:
            beside = full.get(key)
            yield from _keys(value, kind, below, beside if isinstance(beside, Mapping) else {})


def _value(value: Any, kind: Kind, path: Path) -> Iterator[Fault]:
    if not kind.holds(value):
        yield problems.bad_value(path, kind.wanted, _meant(value, kind))
    else:
        yield from _autos(value, path)


def _autos(value: Any, path: Path) -> Iterator[Fault]:
    """Every `auto` and everything that JSON does not have, in what is not checked by its keys."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _autos(one, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _autos(one, path)
    elif isinstance(value, str) and value == "auto" and path[-1] != "keep_in_fp32_modules":
        yield problems.auto_left(path)
    elif isinstance(value, float) and value - value != 0:
        yield problems.bad_value(path, "a finite number")


def _meant(value: Any, kind: Kind) -> tuple[str, ...]:
    words = kind.wanted.removeprefix("one of ").replace("`", "").split(", ") if kind.wanted.startswith("one of") else []
    return closest(str(value), words)


def _all_auto(block: Any) -> bool:
    """Whether an optimizer or scheduler leaves every parameter to the trainer."""
    if not isinstance(block, Mapping) or not isinstance(block.get("params"), Mapping) or not block["params"]:
        return False
    return all(isinstance(value, str) and value == "auto" for value in block["params"].values())


def _whole(value: Any, kind: Any) -> Any:
    """Whole numbers in the notation `5e8` as such."""
    if isinstance(value, Mapping):
        below = kind if isinstance(kind, Mapping) else {}
        return {str(key): _whole(one, below.get(key)) for key, one in value.items()}
    return int(value) if isinstance(value, float) and kind in (COUNT, SIZE) else value


def _precisions(given: Mapping[str, Any]) -> Iterator[Fault]:
    if _enabled(given, "bf16") is True and _enabled(given, "fp16") is True:
        yield problems.contradiction(
            (*TOP, "fp16", "enabled"), "bf16 and fp16 are both enabled.", "Enable one of them, or leave both out."
        )


def _offload(given: Mapping[str, Any]) -> Iterator[Fault]:
    """Offload that its stage does not have, and disks without a path."""
    block = given.get("zero_optimization", {})
    stage = block.get("stage", 0)
    for name, least, stages in (("offload_param", 3, "stage 3"), ("offload_optimizer", 1, "stages 1 to 3")):
        path = (*TOP, "zero_optimization", name)
        device = _device(block, name)
        if device == "none":
            continue
        if stage < least:
            yield problems.bad_offload(
                path, f"`{name}` is for {stages}, and the stage is {stage}.", f"Take stage {least}, or remove `{name}`."
            )
        elif device == "nvme" and stage != 3:
            yield problems.bad_offload(
                path, f"Offloading to NVMe is for stage 3, and the stage is {stage}.", "Take stage 3, or `device: cpu`."
            )
        elif device == "nvme" and not block[name].get("nvme_path"):
            yield problems.bad_offload(
                path, f"`{name}` is to lie on NVMe, and no path is given.", "Add `nvme_path`, or take `device: cpu`."
            )
        elif stage != 3 and block[name].get("ratio", 1) != 1:
            yield problems.bad_offload(
                (*path, "ratio"), f"A part of the optimizer can be offloaded with stage 3, and the stage is {stage}.",
                "Take stage 3, or remove `ratio`.",
            )  # fmt: skip


def _partition(given: Mapping[str, Any], world: int | None) -> Iterator[Fault]:
    size = given.get("zero_optimization", {}).get("zero_hpz_partition_size", 1)
    if world is not None and world % size:
        yield problems.bad_value(
            (*TOP, "zero_optimization", "zero_hpz_partition_size"), f"a divisor of the {world} accelerators"
        )


def _agreement(ask: Ask, given: Mapping[str, Any]) -> Iterator[Fault]:
    """What the hyperparameters say too: Transformers refuses to train where the two differ."""
    clipping = _number(given, "gradient_clipping")
    if clipping is not None and clipping != ask.max_grad_norm:
        yield problems.contradiction(
            (*TOP, "gradient_clipping"),
            f"Gradients are clipped to {clipping} here, and to {ask.max_grad_norm} by `maxGradNorm`.",
            "Say it in the hyperparameters, and leave it out here.",
        )
    precision = _precision(given)
    if precision and ask.precision and precision != ask.precision:
        yield problems.contradiction(
            (*TOP, precision) if precision in given else TOP,
            f"The configuration computes in {precision}, and the hyperparameters say {ask.precision}.",
            "Say it in the hyperparameters, and leave it out here.",
        )


def _triple(ask: Ask, given: Mapping[str, Any], world: int) -> Iterator[Fault]:
    """Batch sizes that are not the hyperparameters', or do not multiply to them."""
    whole, micro, steps = (
        _number(given, key)
        for key in ("train_batch_size", "train_micro_batch_size_per_gpu", "gradient_accumulation_steps")
    )
    wanted = ask.global_batch
    if whole is not None and whole != wanted:
        yield problems.wrong_triple(
            (*TOP, "train_batch_size"),
            f"`train_batch_size` is {whole}, and the global batch size of the hyperparameters is {wanted}.",
            "Say it in the hyperparameters, and leave it out here.",
        )
        return
    if micro is not None and ask.micro_batch is not None and micro != ask.micro_batch:
        yield problems.wrong_triple(
            (*TOP, "train_micro_batch_size_per_gpu"),
            f"The micro batch is {micro} here, and {ask.micro_batch} in the hyperparameters.",
            "Say it in one of the two places.",
        )
        return
    micro = micro or ask.micro_batch
    parts = [one for one in (micro, steps) if one is not None]
    product = world
    for one in parts:
        product *= one
    fits = product == wanted if len(parts) == 2 else wanted % product == 0
    if parts and not fits:
        key = "gradient_accumulation_steps" if steps is not None else "train_micro_batch_size_per_gpu"
        yield problems.wrong_triple(
            (*TOP, key), f"{' x '.join(map(str, (*parts, world)))} = {product} does not reach a global batch of {wanted}.",
            "Leave `gradient_accumulation_steps` and the micro batch out: they are decided.",
        )  # fmt: skip


def _zero(given: Mapping[str, Any], hidden: int) -> Zero:
    """The strategy that a configuration describes."""
    block = given.get("zero_optimization", {})
    stage = block.get("stage", 0)
    optimizer, parameters = (_device(block, name) for name in ("offload_optimizer", "offload_param"))
    away = optimizer != "none" or parameters != "none"
    base = zero_of(STRATEGIES[stage], hidden)
    gathering = "stage3_prefetch_bucket_size" if stage == 3 else "allgather_bucket_size"
    return base._replace(
        strategy="zero3-offload" if stage == 3 and away else base.strategy,
        deepspeed=True,
        offload_optimizer=optimizer != "none",
        offload_parameters=parameters != "none",
        on_disk=away and "cpu" not in {optimizer, parameters},
        reduce_bucket=_size(block, "reduce_bucket_size", base.reduce_bucket or LARGEST_BUCKET),
        gather_bucket=_size(block, gathering, base.gather_bucket),
        live=_size(block, "stage3_max_live_parameters", base.live),
        group=_size(block, "sub_group_size", base.group),
    )


def _precision(given: Mapping[str, Any]) -> Precision | None:
    """The format that a configuration fixes: one that is enabled, or 32 bit where one is switched off and no other is there."""
    states = {name: _enabled(given, name) for name in ("bf16", "fp16")}
    for name, state in states.items():
        if state is True:
            return cast("Precision", name)
    return "fp32" if False in states.values() and "auto" not in states.values() else None


def _enabled(given: Mapping[str, Any], name: str) -> bool | str | None:
    """What a block says of its format: a block without a word means to enable it or not, as DeepSpeed does: not."""
    if name not in given:
        return None
    found: bool | str = given[name].get("enabled", False)
    return found


def _device(block: Mapping[str, Any], name: str) -> str:
    return str(block.get(name, {}).get("device", "none"))


def _number(given: Mapping[str, Any], key: str) -> Any:
    value = given.get(key)
    return None if isinstance(value, str) else value


def _size(block: Mapping[str, Any], key: str, default: int) -> int:
    value = block.get(key, default)
    return default if isinstance(value, str) else int(value)
