"""A model that is small enough to train in seconds, of a family that trainers know, with random weights."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

VOCABULARY = 395
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CHAT = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def save_model(directory: Path, text: list[str]) -> None:
    """Write a Qwen2 of 99,584 parameters, as the repo's facts have it, with a tokenizer made from a text."""
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=VOCABULARY,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=True,
    )
    Qwen2ForCausalLM(config).save_pretrained(directory)
    _tokenizer(text).save_pretrained(directory)


def differs(model: Path, other: Path) -> bool:
    """Whether the weights of two models differ; `model` has at least those of `other`, in the same shapes."""
    one, two = (load_file(directory / "model.safetensors") for directory in (model, other))
    assert {name: one[name].shape for name in two} == {name: weight.shape for name, weight in two.items()}
    return any(not one[name].equal(weight) for name, weight in two.items())


def answer(model: Path, question: str) -> str:
    """What a model says, loaded from its directory alone."""
    tokenizer = AutoTokenizer.from_pretrained(model)
    chat = [{"role": "user", "content": question}]
    inputs = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt")
    tokens = AutoModelForCausalLM.from_pretrained(model).generate(inputs, min_new_tokens=8, max_new_tokens=8)
    return str(tokenizer.decode(tokens[0][inputs.shape[1] :]))


def _tokenizer(text: list[str]) -> PreTrainedTokenizerFast:
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(text, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=CHAT
    )
