"""How the application makes an answer: text from tokens, prompts from chats, and what it does when nobody listens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.serving

pytest.importorskip("ray.serve", reason="Ray Serve is not installed: `make test-serving`")
pytest.importorskip("transformers", reason="Transformers is not installed: `make test-serving`")

from compiler.planning.serving.apps.openai_transformers import (  # noqa: E402
    CHAT,
    Chat,
    Ended,
    Message,
    Model,
    Pieces,
    Refused,
)
from tests.serving.conftest import RUN  # noqa: E402

ASKED: dict[str, Any] = {"model": "chat", "messages": [{"role": "user", "content": "Four?"}]}


@pytest.fixture
def settings(tiny_mount: Path) -> dict[str, Any]:
    """Arguments for the tiny model."""
    return {"model_id": "chat", "model_source": str(tiny_mount / RUN / "data"), "threads": 1}


@pytest.fixture
def model(settings: dict[str, Any]) -> Model:
    """The application without Ray around it."""
    return Model(settings)


def bytes_of(tokens: Sequence[int]) -> str:
    """A tokenizer whose tokens are bytes."""
    return bytes(tokens).decode("utf-8", "replace")


def pieces(text: str, *stops: str) -> list[str]:
    """What is shown after each byte of a text, and at the end."""
    made = Pieces(bytes_of, stops)
    shown = []
    for byte in text.encode():
        shown.append(made.add(byte))
        if made.stopped:
            break
    return [*shown, made.rest()]


@pytest.mark.parametrize("text", ["plain", "Zürich", "温度 🌡️ 20°", ""])
def test_pieces_make_the_text_and_never_half_a_character(text: str) -> None:
    shown = pieces(text)
    assert "".join(shown) == text
    assert "\ufffd" not in "".join(shown)


def test_a_text_that_ends_within_a_character_shows_that() -> None:
    made = Pieces(bytes_of, ())
    shown = "".join(made.add(byte) for byte in "aü".encode()[:-1])
    assert (shown, made.rest()) == ("a", "\ufffd")


def test_a_space_between_prompt_and_answer_is_kept() -> None:
    words = {1: "the", 2: "end"}

    def decode(tokens: Sequence[int]) -> str:
        return " ".join(words[token] for token in tokens)

    assert Pieces(decode, (), [1]).add(2) == " end"
    assert Pieces(decode, ()).add(2) == "end"


@pytest.mark.parametrize(
    ("text", "stops", "shown"),
    [
        ("one END two", ["END"], "one "),
        ("one EN", ["END"], "one EN"),
        ("EEND", ["END"], "E"),
        ("a\n\nb", ["never", "\n\n"], "a"),
        ("üü", ["ü"], ""),
    ],
)
def test_a_stop_string_and_what_follows_is_never_shown(text: str, stops: list[str], shown: str) -> None:
    assert "".join(pieces(text, *stops)) == shown


def test_a_chat_without_a_template_becomes_lines(model: Model) -> None:
    model.tokenizer.chat_template = None
    tokens = model.tokens_of_chat([Message(role="system", content="Be brief."), Message(role="user", content="Two?")])
    assert model.tokenizer.decode(tokens) == "System: Be brief.\nUser: Two?\nAssistant:"


def test_a_chat_that_the_template_refuses_is_refused(model: Model) -> None:
    model.tokenizer.chat_template = "{{ raise_exception('no system role') }}"
    with pytest.raises(Refused, match="no system role"):
        model.tokens_of_chat([Message(role="system", content="Be brief.")])


def test_parts_of_text_are_one_message(model: Model) -> None:
    whole = Message.model_validate({"role": "user", "content": "Four?"})
    parts = Message.model_validate({"role": "user", "content": [{"type": "text", "text": t} for t in ("Fo", "ur?")]})
    assert model.tokens_of_chat([whole]) == model.tokens_of_chat([parts])


def test_an_answer_that_nobody_hears_is_given_up(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[Ended] = []
    generate: Callable[..., Ended] = model.generate
    monkeypatch.setattr(model, "generate", lambda *given: ended.append(generate(*given)))

    async def leave_after_the_first_piece() -> None:
        listening = model.pieces(Chat(**ASKED, temperature=0), model.tokens_of("Four", special=True), 500)
        await anext(listening)
        await listening.aclose()
        await asyncio.to_thread(model.worker.shutdown)

    asyncio.run(leave_after_the_first_piece())
    assert ended[0].tokens < 500


def test_an_answer_ends_at_the_model_own_end(model: Model) -> None:
    model.ends = list(range(395))
    chat = Chat(**ASKED)
    ended = model.generate(chat, model.tokens_of("Four", special=True), 20, lambda _: None, threading.Event())
    assert ended == Ended("stop", 1)


def test_a_model_without_an_end_answers_to_the_limit(model: Model) -> None:
    model.ends = []
    for temperature in (0, 1e-9, 1):
        chat = Chat(**ASKED, temperature=temperature)
        ended = model.generate(chat, model.tokens_of("Four", special=True), 9, lambda _: None, threading.Event())
        assert ended == Ended("length", 9)


def test_an_error_in_the_midst_of_a_stream_is_an_event(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> Ended:
        raise MemoryError("no room")

    monkeypatch.setattr(model, "generate", fails)

    async def events() -> list[str]:
        return [event async for event in model.events(CHAT, Chat(**ASKED), [1], 2, {})]

    _, problem, done = asyncio.run(events())
    assert "MemoryError: no room" in problem
    assert done == "data: [DONE]\n\n"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"model_source": "/gone"}, "there is no directory /gone"),
        ({"max_model_len": 4096}, "made for 512 tokens"),
        ({"dtype": "int4"}, "dtype"),
    ],
)
def test_settings_that_cannot_be_are_named(settings: dict[str, Any], wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Model(settings | wrong)
