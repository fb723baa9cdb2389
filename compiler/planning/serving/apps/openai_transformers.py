"""Serve a language model on processors with Transformers, in OpenAI's protocol.

The same text for every service: what differs stands in `args`, which `Settings` describes. A replica answers one
request at a time, in the order they came; `max_ongoing_requests` bounds how many wait. What is asked for and cannot be
done is refused, never left out silently.

Needs Transformers 4.56 or newer, and what `ray[serve]` brings. Nothing here may load torch before a replica starts:
`build` also runs on the head.

Source: https://platform.openai.com/docs/api-reference (chat, completions, models, errors).
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ray import serve
from starlette.exceptions import HTTPException

BODY_BYTES = 2 << 20
COMPLETION_TOKENS = 16
"""What a completion is bounded to where it does not say: OpenAI's default. A chat goes on to the end of the context."""

CONTEXT_TOKENS = 6
"""Tokens before an answer that are decoded with its first: enough for a space, or a character of several tokens."""

GREEDY_BELOW = 1e-3
"""Temperatures that would only overflow half precision: the likeliest token is taken."""

NEUTRAL: Mapping[str, Any] = (
    {"n": 1, "best_of": 1, "echo": False, "logprobs": False, "top_logprobs": 0, "suffix": "", "logit_bias": {}}
    | {"presence_penalty": 0, "frequency_penalty": 0, "response_format": {"type": "text"}}
    | {"tools": [], "functions": []}
)
"""Fields that this server knows with one value only, which changes nothing. Without a value they say nothing."""

NOTED = ("metadata", "parallel_tool_calls", "service_tier", "store", "tool_choice", "user")
"""Fields that are no wish about the answer."""


class Settings(BaseModel):
    """`args` of the application."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    model_id: str = Field(min_length=1)
    """What clients call the model."""

    model_source: str
    """Its directory: weights, configuration and tokenizer."""

    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "float32"
    max_model_len: int | None = Field(default=None, ge=1)
    """Tokens of prompt and answer; left out, what the model's configuration says."""

    threads: int | None = Field(default=None, ge=1)
    """Threads that compute; left out, what torch takes."""

    trust_remote_code: bool = False
    """Whether code that lies beside the weights is run."""


class StreamOptions(BaseModel):
    """What a stream tells beside its text."""

    include_usage: bool = False


class Asked(BaseModel):
    """What both kinds of requests have. Other fields are refused, as OpenAI does."""

    model_config = ConfigDict(extra="forbid")

    model: str
    max_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    stop: str | list[str] | None = None
    seed: int | None = Field(default=None, ge=-(1 << 63), lt=1 << 63)
    stream: bool = False
    stream_options: StreamOptions | None = None

    @property
    def stops(self) -> list[str]:
        """Strings that end an answer."""
        given = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return [one for one in given if one]


class Completion(Asked):
    """Goes on with a text."""

    prompt: str | list[str]


class Part(BaseModel):
    """A part of a message: text, the only kind that a language model takes."""

    type: Literal["text"]
    text: str


class Message(BaseModel):
    """A message of a chat."""

    role: str
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(part.text for part in self.content) if isinstance(self.content, list) else self.content or ""


class Chat(Asked):
    """Answers the last message."""

    messages: list[Message] = Field(min_length=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)


AnyAsked = TypeVar("AnyAsked", bound=Asked)


class Refused(Exception):  # noqa: N818 - it is an answer
    """A request that is answered with an error."""

    def __init__(self, message: str, status: int = 400, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.param, self.code = status, param, code


class Ended(NamedTuple):
    """How an answer ended."""

    reason: Literal["stop", "length"]
    tokens: int


class Format(NamedTuple):
    """How one kind of answer is written: whole, and in pieces."""

    prefix: str
    whole: str
    piece: str
    chat: bool

    def choice(self, text: str, reason: str | None, *, streamed: bool) -> dict[str, Any]:
        """The one choice of an answer, or of a piece of it."""
        if not self.chat:
            body: dict[str, Any] = {"text": text}
        elif streamed:
            body = {"delta": {"content": text} if text else {}}
        else:
            body = {"message": {"role": "assistant", "content": text}}
        return {"index": 0, **body, "logprobs": None, "finish_reason": reason}


CHAT = Format("chatcmpl-", "chat.completion", "chat.completion.chunk", chat=True)
COMPLETION = Format("cmpl-", "text_completion", "text_completion", chat=False)

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@app.exception_handler(Refused)
async def refuse(_: Request, problem: Refused) -> JSONResponse:
    """An error in OpenAI's shape."""
    return JSONResponse(error_body(str(problem), problem.status, problem.param, problem.code), problem.status)


@app.exception_handler(HTTPException)
async def refuse_route(request: Request, problem: HTTPException) -> JSONResponse:
    """Paths and methods that there are not."""
    message = f"{problem.detail}: {request.method} {request.url.path}"
    return JSONResponse(error_body(message, problem.status_code), problem.status_code)


def error_body(message: str, status: int, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """What an error says."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


async def read(request: Request, kind: type[AnyAsked]) -> AnyAsked:
    """The body of a request.

    Raises: Refused, where it is too large, not of this kind, or asks for what this server cannot do.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise Refused(f"The request is larger than {BODY_BYTES} bytes.", 413)
    try:
        fields = json.loads(body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Refused("The body is not a JSON object.")
    for field in NEUTRAL.keys() & fields.keys():
        if fields[field] not in (None, NEUTRAL[field]):
            raise Refused(f"`{field}` is not supported by this server.", param=field)
    try:
        return kind.model_validate({k: v for k, v in fields.items() if k not in NEUTRAL and k not in NOTED})
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refused(f"{where}: {first['msg']}", param=where) from None


class Pieces:
    """Text from tokens as they come, up to the first of some strings.

    A character can be of several tokens, and a string that ends the text of several pieces: both are held back.
    """

    def __init__(
        self, decode: Callable[[Sequence[int]], str], stops: Sequence[str], prompt: Sequence[int] = ()
    ) -> None:
        self.decode, self.stops = decode, stops
        self.context = list(prompt[-CONTEXT_TOKENS:])
        self.fresh: list[int] = []
        self.held = ""
        self.stopped = False

    def add(self, token: int) -> str:
        """What can be shown now."""
        self.fresh.append(token)
        text = self._text_of_fresh()
        if not text or text.endswith("\ufffd"):
            return ""
        self.context, self.fresh = self.fresh, []
        return self._up_to_stop(text)

    def rest(self) -> str:
        """What was held back."""
        if self.stopped:
            return ""
        text = self._up_to_stop(self._text_of_fresh())
        return text if self.stopped else text + self.held

    def _text_of_fresh(self) -> str:
        """Tokenizers write a token by what stands before it, so some of that is decoded with it."""
        before = self.decode(self.context)
        return self.decode([*self.context, *self.fresh])[len(before) :]

    def _up_to_stop(self, text: str) -> str:
        text = self.held + text
        found = [at for at in (text.find(stop) for stop in self.stops) if at >= 0]
        if found:
            self.stopped, self.held = True, ""
            return text[: min(found)]
        starts = (n for stop in self.stops for n in range(1, len(stop)) if text.endswith(stop[:n]))
        shown = len(text) - max(starts, default=0)
        self.held = text[shown:]
        return text[:shown]


class Model:
    """A model in memory, and the routes that ask it."""

    def __init__(self, args: Mapping[str, Any]) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        settings = Settings.model_validate(args)
        if not Path(settings.model_source).is_dir():
            raise ValueError(f"there is no directory {settings.model_source}")
        how = {"local_files_only": True, "trust_remote_code": settings.trust_remote_code}
        self.name = settings.model_id
        self.tokenizer = AutoTokenizer.from_pretrained(settings.model_source, **how)
        self.model = AutoModelForCausalLM.from_pretrained(settings.model_source, dtype=settings.dtype, **how).eval()
        self.context = context_of(self.model.config.get_text_config(), settings.max_model_len)
        ends = self.model.generation_config.eos_token_id
        ends = list(ends) if isinstance(ends, list | tuple) else [ends]
        self.ends = sorted({one for one in (*ends, self.tokenizer.eos_token_id) if one is not None})
        threads = settings.threads or torch.get_num_threads()
        self.worker = ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(threads,))
        self.created = int(time.time())

    @app.get("/health")
    async def health(self) -> Response:
        """Whether the model is loaded, also while it answers somebody."""
        return Response()

    @app.get("/v1/models")
    async def models(self) -> dict[str, Any]:
        """The one model."""
        one = {"id": self.name, "object": "model", "created": self.created, "owned_by": "hydra"}
        return {"object": "list", "data": [one | {"max_model_len": self.context}]}

    @app.post("/v1/chat/completions")
    async def chat(self, request: Request) -> Response:
        """Answer a chat."""
        asked = await read(request, Chat)
        prompt = await asyncio.to_thread(self.tokens_of_chat, asked.messages)
        return await self.answer(CHAT, asked, prompt, asked.max_completion_tokens or asked.max_tokens)

    @app.post("/v1/completions")
    async def complete(self, request: Request) -> Response:
        """Go on with a text."""
        asked = await read(request, Completion)
        texts = [asked.prompt] if isinstance(asked.prompt, str) else asked.prompt
        if len(texts) != 1:
            raise Refused("This server takes one prompt a request.", param="prompt")
        prompt = await asyncio.to_thread(self.tokens_of, texts[0], special=True)
        return await self.answer(COMPLETION, asked, prompt, asked.max_tokens or COMPLETION_TOKENS)

    def tokens_of_chat(self, messages: Sequence[Message]) -> list[int]:
        """The prompt of a chat, by the tokenizer's template, or as plain lines where it has none."""
        from jinja2 import TemplateError

        if not self.tokenizer.chat_template:
            lines = [f"{one.role.capitalize()}: {one.text}\n" for one in messages]
            return self.tokens_of("".join([*lines, "Assistant:"]), special=True)
        chat = [{"role": one.role, "content": one.text} for one in messages]
        try:
            text = self.tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
        except TemplateError as problem:
            raise Refused(f"The model's chat template: {problem}", param="messages") from None
        return self.tokens_of(text, special=False)

    def tokens_of(self, text: str, *, special: bool) -> list[int]:
        """Tokens of a text; `special` with those that the tokenizer begins every text with."""
        return list(self.tokenizer(text, add_special_tokens=special)["input_ids"])

    async def answer(self, form: Format, asked: Asked, prompt: list[int], limit: int | None) -> Response:
        """An answer, whole or as a stream.

        Raises: Refused, where the model has another name, or the context is too short.
        """
        if asked.model != self.name:
            raise Refused(f"The model `{asked.model}` does not exist.", 404, "model", "model_not_found")
        if not prompt:
            raise Refused("The prompt is empty.")
        wanted = limit or 1
        if len(prompt) + wanted > self.context:
            message = (
                f"The context has {self.context} tokens; the prompt has {len(prompt)}, and {wanted} are asked for."
            )
            raise Refused(message, code="context_length_exceeded")
        most = limit or self.context - len(prompt)
        head = {"id": form.prefix + uuid.uuid4().hex, "created": int(time.time()), "model": self.name}
        if asked.stream:
            events = self.events(form, asked, prompt, most, head | {"object": form.piece})
            return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
        text, ended = "", Ended("stop", 0)
        async for piece in self.pieces(asked, prompt, most):
            if isinstance(piece, Ended):
                ended = piece
            else:
                text += piece
        choices = [form.choice(text, ended.reason, streamed=False)]
        return JSONResponse(head | {"object": form.whole, "choices": choices, "usage": usage(prompt, ended)})

    async def events(
        self, form: Format, asked: Asked, prompt: list[int], most: int, head: Mapping[str, Any]
    ) -> AsyncIterator[str]:
        """The events of a stream."""
        if form.chat:
            first = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}
            yield event({**head, "choices": [first]})
        try:
            async with aclosing(self.pieces(asked, prompt, most)) as pieces:
                async for piece in pieces:
                    text, reason = ("", piece.reason) if isinstance(piece, Ended) else (piece, None)
                    yield event({**head, "choices": [form.choice(text, reason, streamed=True)]})
                    if isinstance(piece, Ended) and asked.stream_options and asked.stream_options.include_usage:
                        yield event({**head, "choices": [], "usage": usage(prompt, piece)})
        except Exception as problem:  # the answer has begun: its status cannot tell any more
            yield event(error_body(f"{type(problem).__name__}: {problem}", 500))
        yield "data: [DONE]\n\n"

    async def pieces(self, asked: Asked, prompt: list[int], most: int) -> AsyncGenerator[str | Ended, None]:
        """An answer as it is made, and at last how it ended. It is given up when nobody listens any more."""
        loop = asyncio.get_running_loop()
        made: asyncio.Queue[str | None] = asyncio.Queue()
        unheard = threading.Event()

        def tell(text: str) -> None:
            loop.call_soon_threadsafe(made.put_nowait, text)

        answer = loop.run_in_executor(self.worker, self.generate, asked, prompt, most, tell, unheard)
        answer.add_done_callback(lambda _: made.put_nowait(None))
        try:
            while (piece := await made.get()) is not None:
                yield piece
            yield await answer
        finally:
            unheard.set()
            answer.cancel()

    def generate(
        self, asked: Asked, prompt: list[int], most: int, tell: Callable[[str], None], unheard: threading.Event
    ) -> Ended:
        """Make an answer; in a thread of its own, where nothing else computes."""
        import torch

        pieces = Pieces(partial(self.tokenizer.decode, skip_special_tokens=True), asked.stops, prompt)
        count, last = 0, -1

        def hear(tokens: Any, scores: Any, **_: Any) -> Any:
            nonlocal count, last
            del scores
            count, last = tokens.shape[1] - len(prompt), int(tokens[0, -1])
            if text := pieces.add(last):
                tell(text)
            over = pieces.stopped or unheard.is_set()
            return torch.full((1,), over, dtype=torch.bool)

        if asked.seed is None:
            torch.seed()
        else:
            torch.manual_seed(asked.seed)
        inputs = torch.tensor([prompt])
        self.model.generate(
            inputs,
            attention_mask=torch.ones_like(inputs),
            stopping_criteria=[hear],
            max_new_tokens=most,
            **self.sampling(asked),
        )
        if text := pieces.rest():
            tell(text)
        return Ended("stop" if pieces.stopped or last in self.ends else "length", count)

    def sampling(self, asked: Asked) -> dict[str, Any]:
        """How the next token is chosen: as asked, else as the model's own configuration has it."""
        own = self.model.generation_config.to_diff_dict()
        ends = {"eos_token_id": self.ends or None, "pad_token_id": (self.ends or [0])[0]}
        common = {"num_beams": 1, "max_length": None, **ends}
        temperature = float(own.get("temperature", 1.0)) if asked.temperature is None else asked.temperature
        if temperature < GREEDY_BELOW:
            return {**common, "do_sample": False, "temperature": None, "top_p": None, "top_k": None}
        top_p = own.get("top_p", 1.0) if asked.top_p is None else asked.top_p
        chosen = {"temperature": temperature, "top_p": top_p, "top_k": own.get("top_k", 0)}
        return {**common, "do_sample": True, **chosen}


def context_of(config: Any, asked: int | None) -> int:
    """Tokens of prompt and answer.

    Raises: ValueError, where the model was made for fewer.
    """
    most = getattr(config, "max_position_embeddings", None)
    if asked and most and asked > most:
        raise ValueError(f"max_model_len is {asked}, and the model was made for {most} tokens")
    return int(asked or most or 2048)


def usage(prompt: Sequence[int], ended: Ended) -> dict[str, int]:
    """What an answer took."""
    read, made = len(prompt), ended.tokens
    return {"prompt_tokens": read, "completion_tokens": made, "total_tokens": read + made}


def event(body: Mapping[str, Any]) -> str:
    """One server-sent event."""
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


Ingress: Any = serve.deployment(name="Model", max_ongoing_requests=16)(serve.ingress(app)(Model))


def build(args: dict[str, Any]) -> Any:
    """The application. Settings that are wrong stop it here, before any replica starts."""
    Settings.model_validate(args)
    return Ingress.bind(args)
