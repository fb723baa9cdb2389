"""A tiny model that has learned a few answers by heart, so that what a service says can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.training.tiny import save_model

STEPS = 80
RATE = 1e-2
IGNORED = -100
"""The label of what no loss is counted of."""

Messages = Sequence[Mapping[str, str]]


def save_taught(directory: Path, known: Sequence[tuple[Messages, str]]) -> None:
    """Write a model that knows those answers, with a tokenizer made from them."""
    save_model(directory, [text for messages, answer in known for text in (*(m["content"] for m in messages), answer)])
    tokenizer = AutoTokenizer.from_pretrained(directory)
    model = AutoModelForCausalLM.from_pretrained(directory)
    chats = [[*messages, {"role": "assistant", "content": answer}] for messages, answer in known]
    texts = [tokenizer.apply_chat_template(chat, tokenize=False) for chat in chats]
    batch = tokenizer(texts, padding=True, padding_side="right", return_tensors="pt")
    labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, IGNORED)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE)
    with _one_thread():
        for _ in range(STEPS):
            model(**batch, labels=labels).loss.backward()
            optimizer.step()
            optimizer.zero_grad()
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(directory)


def greedy(directory: Path, messages: Messages, tokens: int) -> str:
    """What Transformers itself answers."""
    tokenizer = AutoTokenizer.from_pretrained(directory)
    model = AutoModelForCausalLM.from_pretrained(directory)
    chat = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt")
    mask = torch.ones_like(chat)
    with _one_thread():
        made = model.generate(
            chat, attention_mask=mask, max_new_tokens=tokens, do_sample=False, pad_token_id=tokenizer.pad_token_id
        )
    return str(tokenizer.decode(made[0][chat.shape[1] :], skip_special_tokens=True))


@contextmanager
def _one_thread() -> Iterator[None]:
    """What is this small takes longer with several, by far where cores are shared."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
