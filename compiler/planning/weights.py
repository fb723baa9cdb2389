"""How many bytes a model's weights take on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compiler.library.behaviour import MissingFact

if TYPE_CHECKING:
    from compiler.library.facts import Dtype, ModelFacts
from compiler.planning.parameters import Parameters, count, prediction_parameters

BLOCK = 128 * 128
"""Weights that the encodings below are stated for: the block of fp8, a multiple of every other group."""


class Encoding(NamedTuple):
    """How a type of weights is stored."""

    block_bits: int
    """Bits of `BLOCK` quantised weights, their scales and zero points included."""

    quantised: tuple[str, ...]
    """Parts of the model that are quantised."""

    other_bits: int = 16
    """Bits of one weight of the other parts."""


_PARTS = Parameters._fields[:-1]
_LINEAR = ("attention", "feed_forward", "experts", "shared")
GGUF = {"f16": 1600, "q8_0": 850, "q6_k": 656, "q5_k_m": 570, "q4_k_m": 489, "q3_k_m": 400, "q2_k": 316}
"""Bits of a weight in a file of llama.cpp's, embeddings included, in hundredths. Source: llama.cpp, tools/quantize/README.md,
measured there on Llama-3.1-8B; q3_k_m from tools/quantize/quantize.cpp. Below 2B parameters the kinds with a `k` take more:
the embedding is a larger part, and rows that are no multiple of 256 are stored in wider types."""

ENCODINGS: dict[str, Encoding] = {
    "float32": Encoding(32 * BLOCK, _PARTS),
    "float16": Encoding(16 * BLOCK, _PARTS),
    "bfloat16": Encoding(16 * BLOCK, _PARTS),
    "float8_e4m3fn": Encoding(8 * BLOCK + 32, _LINEAR),
    "mxfp4": Encoding(4 * BLOCK + BLOCK // 32 * 8, ("experts",)),
    "awq-int4": Encoding(4 * BLOCK + BLOCK // 128 * (16 + 4), _LINEAR),
    "gptq-int4": Encoding(4 * BLOCK + BLOCK // 128 * (16 + 4), _LINEAR),
    **{f"gguf-{kind}": Encoding(hundredths * BLOCK // 100, _PARTS) for kind, hundredths in GGUF.items()},
}
"""By type: fp8 has a 32-bit scale a block, mxfp4 an 8-bit scale every 32 weights, the 4-bit integers a 16-bit scale and
a 4-bit zero point every 128. Sources: DeepSeek-V3, arXiv:2412.19437, section 3.3; OCP Microscaling Formats 1.0; Lin et
al. 2023 (AWQ), arXiv:2306.00978."""


def weights_bytes(facts: ModelFacts, dtype: Dtype) -> int:
    """Bytes of a model's weight files.

    Embeddings, head, norms, routers and vision tower of a quantised model are counted with 16 bits; so are, by little,
    too few bits for the biases and inner norms that lie in a quantised part. Multi-token-prediction layers are
    included. Left out: the files' headers, buffers, and a stored copy of a tied head (both below 1 % of large models),
    and other formats of the same weights in a repository (Llama's `original/`, PyTorch's `.bin`). Where the facts
    state no architecture, every parameter is taken as quantised.

    Raises: MissingFact, where not even `parameters` is stated.
    """
    encoding = ENCODINGS[dtype]
    try:
        parts = count(facts)
    except MissingFact:
        return _bytes(facts.need("parameters"), encoding)
    quantised: int = sum(getattr(parts, part) for part in encoding.quantised)
    plain = (parts.total - quantised) * encoding.other_bits
    return _bytes(quantised, encoding) + -(-plain // 8) + _prediction_bytes(facts, encoding)


def _prediction_bytes(facts: ModelFacts, encoding: Encoding) -> int:
    """Multi-token-prediction layers: quantised like the others, but for their embedding and head."""
    total = prediction_parameters(facts)
    if not total:
        return 0
    plain = 2 * facts.prediction_layers * facts.need("vocab") * facts.need("hidden")
    if "embeddings" in encoding.quantised:
        return _bytes(total, encoding)
    return _bytes(total - plain, encoding) + plain * encoding.other_bits // 8


def _bytes(weights: int, encoding: Encoding) -> int:
    return -(-weights * encoding.block_bits // (8 * BLOCK))
