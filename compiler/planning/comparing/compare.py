"""Ask several services the same questions, and write answers and latencies side by side.

The same text for every comparison: what differs stands in the JSON file that the command line names. It writes
`answers.json` and `index.html`, then `ready.json`. If a service answered nothing at all it ends with 1 and without
the marker; what there is then lies in `answers.partial.json` and `index.partial.html`, until a later run is whole.
A key goes to its own service alone, and into nothing that is written.
"""

from __future__ import annotations

import difflib
import fcntl
import html
import http.client
import json
import math
import os
import re
import signal
import socket
import sys
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

CHARACTERS = 200_000  # of an answer
BYTES = 32 << 20  # of a response, with all that is around the answer
CONNECT_SECONDS = 10
REFUSES_FORM = (400, 405, 406, 415, 422, 501)
FORMS: tuple[Json, ...] = ({"stream": True, "stream_options": {"include_usage": True}}, {"stream": True}, {})
WORDS, PAIRS = 1500, 20_000  # of answers that are compared word by word, and of words that both have: a matter of time
KEYS: list[str] = []
LOCKS: list[Any] = []


class ProblemError(Exception):
    """Why there is no answer; whether another form or another time may help, and how many seconds later."""

    def __init__(self, text: str, *, reform: bool = False, again: bool = False, after: float = 0) -> None:
        super().__init__(told(text, 500))
        self.reform, self.again, self.after = reform, again, after


class Html(str):
    """Text that is markup already; all other text is escaped where it becomes part of a page."""

    __slots__ = ()


@dataclass
class Service:
    """Who is asked. `form` is the first of FORMS that it did not refuse."""

    name: str
    url: str
    model: str
    key: str
    form: int = 0

    def connection(self, seconds: float) -> http.client.HTTPConnection:
        """A connection to its host, straight: no proxy sees the key."""
        parts = urllib.parse.urlsplit(self.url)
        make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return make(parts.hostname or "", parts.port, timeout=seconds)

    def path(self, name: str) -> str:
        """The path of one of its functions."""
        return f"{urllib.parse.urlsplit(self.url).path.rstrip('/')}/{name}"


def main(file: str) -> int:
    """Wait, ask, write; the exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: os._exit(128 + number))  # threads wait for answers, no one for them
    plan = json.loads(Path(file).read_text("utf-8"))
    output = Path(plan["output"])
    output.mkdir(parents=True, exist_ok=True)
    if not stands(output / "ready.json"):
        take_lock(output / "lock")
    if stands(output / "ready.json"):
        say(f"{output / 'ready.json'} stands, nothing to ask")
        return 0
    try:
        questions = read_questions(Path(plan["questions"]))
        services = [Service(one["name"], one["url"], one["model"], key_of(one)) for one in plan["services"]]
    except (OSError, ValueError) as problem:
        say(f"nothing was asked: {problem}")
        return 1
    with ThreadPoolExecutor(len(services)) as pool:
        columns = list(pool.map(lambda service: ask_all(service, questions, plan), services))
    report = report_of(plan, services, questions, columns)
    return publish(output, plan, report)


def publish(output: Path, plan: Json, report: Json) -> int:
    """Write the results, and the marker last."""
    silent = [one["name"] for one in report["services"] if not one["answered"]]
    kind = ".partial" if silent else ""
    write(output / f"answers{kind}.json", json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    write(output / f"index{kind}.html", page(report))
    if silent:
        say(f"no answer at all from {', '.join(silent)}: what there is lies in {output / 'index.partial.html'}")
        return 1
    for left in ("answers.partial.json", "index.partial.html"):
        (output / left).unlink(missing_ok=True)
    write(output / "ready.json", json.dumps({"run": plan["run"], "of": plan["of"]}, indent=2) + "\n")
    say(f"{output / 'ready.json'} written")
    return 0


# ---- what is asked


def read_questions(path: Path) -> list[Json]:
    """The questions, each with an id and messages.

    Raises: ValueError, where a line is none, or there is none at all.
    """
    questions: list[Json] = []
    for number, line in enumerate(path.read_text("utf-8-sig").split("\n"), 1):
        if line.strip():
            try:
                questions.append(question_of(json.loads(line), len(questions) + 1))
            except (KeyError, TypeError, ValueError, RecursionError):
                raise ValueError(f"line {number} of {path} is no question: give it a `prompt` or `messages`") from None
    if not questions:
        raise ValueError(f"{path} has no questions")
    return questions


def question_of(value: Any, number: int) -> Json:
    """One question in the shape of the report."""
    given: Any = {"prompt": value} if isinstance(value, str) else value
    messages: Any = given["messages"] if "messages" in given else [{"role": "user", "content": given["prompt"]}]
    if given.get("system") is not None:
        messages = [{"role": "system", "content": given["system"]}, *messages]
    if not messages or not all(isinstance(one[name], str) for one in messages for name in ("role", "content")):
        raise ValueError
    question = {"id": str(given.get("id", number)), "messages": messages}
    return question if given.get("reference") is None else {**question, "reference": str(given["reference"])}


def key_of(given: Json) -> str:
    """The key of a service, which from here on is cut out of whatever a server says.

    Raises: ValueError, where it is missing, or no header can carry it.
    """
    if not given.get("key"):
        return ""
    key = os.environ.get(given["key"], "").strip()
    if not key or not (key.isascii() and key.isprintable()):
        raise ValueError(
            f"the key of {given['name']}, {given['key']}, is missing, or has characters that no header has"
        )
    forms = {key, json.dumps(key)[1:-1], key.replace("/", r"\/"), urllib.parse.quote(key, ""), html.escape(key)}
    KEYS[:] = sorted({*KEYS, *forms}, key=len, reverse=True)
    return key


# ---- asking


def ask_all(service: Service, questions: list[Json], plan: Json) -> tuple[list[Json], float]:
    """A service's answers in the order of the questions, and the seconds that they took together."""
    try:
        wait_for(service, plan["wait_seconds"])
    except ProblemError as problem:
        say(f"{service.name}: {problem}")
        return [{"service": service.name, "error": str(problem)} for _ in questions], 0.0
    say(f"{service.name} is ready, asking {len(questions)} questions")
    begun, answers = time.monotonic(), []
    with ThreadPoolExecutor(plan["parallel"]) as pool:
        for answer in pool.map(lambda question: ask(service, question, plan), questions):
            answers.append(answer)
            if len(answers) % max(1, len(questions) // 10) == 0:
                say(f"{service.name}: {len(answers)} of {len(questions)}")
    return answers, time.monotonic() - begun


def wait_for(service: Service, seconds: float) -> None:
    """Wait until a service lists its models. Raises: ProblemError, if it does not, or refuses the key."""
    deadline, pause, said = time.monotonic() + seconds, 0.25, ""
    while True:
        status, reason = listing(service)
        if status == 200:
            return
        if status in (401, 403):
            raise ProblemError(f"it refuses the key ({status})" if service.key else f"it asks for a key ({status})")
        if time.monotonic() > deadline:
            raise ProblemError(f"not ready within {seconds:g} s: {reason}")
        if reason != said:
            say(f"waiting for {service.name} at {service.url}/models: {reason}")
        said, pause = reason, min(2 * pause, 8)
        time.sleep(pause)


def listing(service: Service) -> tuple[int, str]:
    """The status of a service's list of models, 0 without one, and what it means."""
    try:
        with exchange(service, "models", None, CONNECT_SECONDS) as response:
            return response.status, f"it answers {response.status}"
    except ProblemError as problem:
        return 0, str(problem)


def ask(service: Service, question: Json, plan: Json) -> Json:
    """One answer, or why there is none."""
    attempts, form = 1, service.form
    while True:
        try:
            answer = request(service, question["messages"], FORMS[form], plan)
        except ProblemError as problem:
            if problem.reform and FORMS[form]:
                form += 1
                continue
            if not problem.again or attempts >= plan.get("attempts", 5):
                say(f"{service.name} has no answer to {question['id']}: {problem}")
                return {"service": service.name, "error": str(problem), "attempts": attempts}
            time.sleep(problem.after or plan.get("backoff_seconds", 1) * 2 ** (attempts - 1))
            attempts += 1
            continue
        service.form = max(service.form, form)
        held = holds(answer["text"], question.get("reference", ""))
        return {"service": service.name, **answer, "attempts": attempts} | (
            {} if held is None else {"holds_reference": held}
        )


def request(service: Service, messages: list[Json], form: Json, plan: Json) -> Json:
    """Ask once. Latencies are in seconds from before the connection. Raises: ProblemError."""
    begun = time.monotonic()
    body = {**plan["parameters"], "model": service.model, "messages": messages, **form}
    with exchange(service, "chat/completions", body, plan["timeout_seconds"]) as response:
        if response.status != 200:
            raise refusal(response)
        streams = response.getheader("Content-Type", "").lower().startswith("text/event-stream")
        answer, usage, first = streamed(response) if streams else whole(response)
    seconds, tokens = time.monotonic() - begun, count(usage, "completion_tokens")
    return {
        **answer,
        "latency_seconds": round(seconds, 4),
        "first_token_seconds": None if first is None else round(first - begun, 4),
        "prompt_tokens": count(usage, "prompt_tokens"),
        "completion_tokens": tokens,
        "tokens_per_second": None if tokens is None else round(tokens / max(seconds, 1e-4), 2),
    }


@contextmanager
def exchange(service: Service, name: str, body: Json | None, seconds: float) -> Iterator[http.client.HTTPResponse]:
    """A request and its response, with that many seconds for all of it, however slowly it drips.

    Redirects are not followed: the key is for this host. Raises: ProblemError.
    """
    headers = {"Accept": "application/json, text/event-stream", "Connection": "close"}
    if service.key:
        headers["Authorization"] = f"Bearer {service.key}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    connection = service.connection(min(seconds, CONNECT_SECONDS))
    try:
        connection.connect()
    except (OSError, ValueError) as problem:
        raise ProblemError(f"no connection ({problem})", again=True) from None
    late = threading.Event()
    timer = threading.Timer(seconds, expire, (connection.sock, late))
    timer.daemon = True
    timer.start()
    try:
        connection.sock.settimeout(seconds)
        connection.request(
            "GET" if body is None else "POST", service.path(name), json.dumps(body) if body else None, headers
        )
        with connection.getresponse() as response:
            yield response
        if late.is_set():
            raise TimeoutError
    except (OSError, http.client.HTTPException, ValueError, ProblemError) as problem:
        if late.is_set() or isinstance(problem, TimeoutError):
            raise ProblemError(f"no whole answer within {seconds:g} s") from None
        if isinstance(problem, ProblemError):
            raise
        raise ProblemError(f"the connection broke ({type(problem).__name__}: {problem})", again=True) from None
    finally:
        timer.cancel()
        connection.close()


def expire(connected: socket.socket, late: threading.Event) -> None:
    """End a connection under whoever reads from it."""
    late.set()
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


def refusal(response: http.client.HTTPResponse) -> ProblemError:
    """What a status other than 200 means."""
    status = response.status
    if 300 <= status < 400:
        return ProblemError(f"a redirect ({status}), which is not followed")
    after = response.getheader("Retry-After", "")
    return ProblemError(
        f"{status}: {message_of(response.read(1 << 16))}",
        reform=status in REFUSES_FORM,
        again=status == 429 or (status >= 500 and status != 501),
        after=min(int(after), 60) if re.fullmatch("[0-9]{1,9}", after) else 0,
    )


def message_of(body: bytes) -> str:
    """What an error says, by OpenAI's shape or as it is."""
    with suppress(ProblemError):
        value: Any = parsed(body)
        while isinstance(value, dict):
            value = value.get("error", value.get("message", value.get("detail")))
        if isinstance(value, str):
            return value
    return body.decode("utf-8", "replace")


def whole(response: http.client.HTTPResponse) -> tuple[Json, Any, None]:
    """An answer in one piece, and its usage."""
    body = response.read(BYTES + 1)
    if len(body) > BYTES:
        raise ProblemError(f"the response is longer than {BYTES} bytes")
    value = parsed(body)
    message = first_choice(value).get("message")
    if not isinstance(message, dict):
        raise ProblemError(f"a response without an answer: {message_of(body)}", again="error" in value)
    thought = message.get("reasoning_content") or message.get("reasoning")
    return (
        answer_of(message.get("content"), thought, first_choice(value).get("finish_reason")),
        value.get("usage"),
        None,
    )


def streamed(response: http.client.HTTPResponse) -> tuple[Json, Any, float | None]:
    """An answer in pieces, its usage, and when the first piece came."""
    said: list[str] = []
    thought: list[str] = []
    finish, usage, first = None, None, None
    for data in payloads(response):
        if data == b"[DONE]":
            break
        event = parsed(data)
        if "error" in event:
            raise ProblemError(f"the stream reports: {message_of(data)}", again=True)
        usage = event.get("usage") or usage
        choice = first_choice(event)
        finish = choice.get("finish_reason") or finish
        said += pieces(choice.get("delta"), "content")
        thought += pieces(choice.get("delta"), "reasoning_content", "reasoning")
        if first is None and (said or thought):
            first = time.monotonic()
    else:
        if finish is None:
            raise ProblemError("the stream ended before the answer did", again=True)
    return answer_of("".join(said), "".join(thought), finish), usage, first


def pieces(delta: Any, *names: str) -> list[str]:
    """What a piece of the stream adds under one of these names."""
    values = [delta.get(name) for name in names] if isinstance(delta, dict) else []
    return [one for one in values if isinstance(one, str) and one][:1]


def payloads(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """The data of server-sent events, one line each."""
    left = BYTES
    while left > 0 and (line := response.readline(left)):  # a chunked response may give a little more than asked for
        left -= len(line)
        field, _, data = line.partition(b":")
        if field == b"data":
            yield data.strip()
    if left <= 0:
        raise ProblemError(f"the response is longer than {BYTES} bytes")


def parsed(body: bytes) -> Json:
    """A JSON object. Raises: ProblemError."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ProblemError(f"this is no JSON object: {body[: 1 << 16].decode('utf-8', 'replace')}")
    return value


def first_choice(value: Json) -> Json:
    """The one choice of an answer; an empty one, where it is missing."""
    choices = value.get("choices")
    return choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}


def answer_of(text: Any, thought: Any, finish: Any) -> Json:
    """What a service said, in the shape of the report."""
    answer: Json = {"text": told(text, CHARACTERS), "finish": told(finish, 100) or None}
    if isinstance(text, str) and len(text) > CHARACTERS:
        answer["finish"] = f"cut after {CHARACTERS} characters"
    return answer | ({"reasoning": told(thought, CHARACTERS)} if thought else {})


def count(usage: Any, name: str) -> int | None:
    """A number of tokens, where the service gives one."""
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if type(value) is int and 0 <= value < 1 << 40 else None


def told(said: Any, most: int) -> str:
    """What a server said, without keys, and not longer than that. Where it is cut, no half of a key is left."""
    text = said if isinstance(said, str) else ""
    cut = len(text) > most
    for key in KEYS:
        text = text.replace(key, "***")
    for key in KEYS if cut else ():
        begun = next((length for length in range(len(key) - 1, 0, -1) if text.endswith(key[:length])), 0)
        text = text[: len(text) - begun]
    return text[:most]


# ---- the report


def report_of(
    plan: Json, services: list[Service], questions: list[Json], columns: list[tuple[list[Json], float]]
) -> Json:
    """All that is known, in the order of questions and services."""
    answers = [column for column, _ in columns]
    seconds = [spent for _, spent in columns]
    summaries = [summary_of(*row) for row in zip(services, answers, seconds, strict=True)]
    return {
        "of": plan["of"],
        "run": plan["run"],
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "parameters": plan["parameters"],
        "parallel": plan["parallel"],
        "totals": {"questions": len(questions)}
        | {name: sum(one[name] for one in summaries) for name in ("answered", "failed")},
        "services": summaries,
        "questions": [{**one, "answers": list(row)} for one, *row in zip(questions, *answers, strict=True)],
    }


def summary_of(service: Service, answers: list[Json], seconds: float) -> Json:
    """One service in numbers: percentiles by nearest rank; tokens a second are those of one answer, in the mean."""
    good = [one for one in answers if "error" not in one]
    counted = [one for one in good if one["completion_tokens"] is not None]
    tokens, spent = (sum(one[name] for one in counted) for name in ("completion_tokens", "latency_seconds"))
    firsts = [one["first_token_seconds"] for one in good if one["first_token_seconds"] is not None]
    references = [one["holds_reference"] for one in good if "holds_reference" in one]
    return {
        "name": service.name,
        "model": service.model,
        "url": service.url,
        "questions": len(answers),
        "answered": len(good),
        "failed": len(answers) - len(good),
        "seconds": round(seconds, 3),
        "latency_seconds": percentiles([one["latency_seconds"] for one in good]),
        "first_token_seconds": percentiles(firsts),
        "completion_tokens": tokens if counted else None,
        "tokens_per_second": round(tokens / spent, 2) if spent else None,
        "with_reference": sum(references) if references else None,
        "errors": dict(Counter(one["error"] for one in answers if "error" in one)),
    }


def percentiles(values: list[float]) -> Json:
    """Nearest rank: each is a value that was measured."""
    ranked = sorted(values)
    return {f"p{p}": ranked[math.ceil(p / 100 * len(ranked)) - 1] if ranked else None for p in (50, 90, 99)}


def holds(answer: str, reference: str) -> bool | None:
    """Whether the reference's words stand in the answer, one after the other; None without a reference."""
    words = [" ".join(re.findall(r"\w+", text.casefold())) for text in (answer, reference)]
    return f" {words[1]} " in f" {words[0]} " if words[1] else None


# ---- the page

STYLE = """
:root { color-scheme: light dark; --paper: #f6f7f9; --card: #fff; --ink: #1c2430; --soft: #5c6776; --line: #d9dee5;
  --mark: #fff0b8; --bad: #b3261e; --good: #1b7a43; --c0: #2f6fde; --c1: #c2570c; --c2: #0f8a7e; --c3: #8b46c9;
  --c4: #b0327a; --c5: #5f7a12; }
@media (prefers-color-scheme: dark) { :root { --paper: #12161c; --card: #1b2129; --ink: #e6eaf0; --soft: #9aa6b5;
  --line: #323b47; --mark: #5a4a10; --bad: #ff8a80; --good: #6fd49a; --c0: #7aa8ff; --c1: #ffa15c; --c2: #4fd0c2;
  --c3: #c69bff; --c4: #ff8cc6; --c5: #b9d65c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere; }
body > * { max-width: 100rem; margin: 0 auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 1.5rem 0 .25rem; }
h2 { font-size: 1rem; margin: 0; display: flex; flex-wrap: wrap; gap: .4rem; align-items: baseline; }
h3 { font-size: .95rem; margin: 0 0 .35rem; color: var(--c); display: flex; flex-wrap: wrap; gap: .4rem; align-items: baseline; }
p { margin: .25rem 0; }
.soft, footer { color: var(--soft); font-size: .85rem; font-weight: normal; }
.failed { color: var(--bad); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .4rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td { white-space: nowrap; }
thead th { overflow-wrap: normal; }
tr > :first-child { text-align: left; }
thead th { color: var(--soft); font-size: .8rem; font-weight: 600; vertical-align: bottom; }
tbody tr:last-child > * { border-bottom: 0; }
tbody th { color: var(--c); width: 24%; }
.best { color: var(--good); font-weight: 600; }
nav { display: flex; flex-wrap: wrap; gap: .35rem; }
nav a { min-width: 2.2rem; text-align: center; padding: .1rem .4rem; border: 1px solid var(--line); border-radius: .4rem;
  color: inherit; text-decoration: none; background: var(--card); font-size: .85rem; }
nav a.differs { border-color: var(--ink); font-weight: 600; }
nav a.failed { border-color: var(--bad); color: var(--bad); font-weight: 600; }
.chip { border: 1px solid var(--line); border-radius: 1rem; padding: 0 .5rem; font-size: .78rem; font-weight: normal; color: var(--soft); }
.chip.failed { border-color: var(--bad); color: var(--bad); }
.chip.good { border-color: var(--good); color: var(--good); }
.text { white-space: pre-wrap; unicode-bidi: plaintext; margin: 0; }
.asked { margin: .6rem 0; }
.answers { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); }
.answer { border: 1px solid var(--line); border-top: 3px solid var(--c); border-radius: .4rem; padding: .7rem .8rem;
  display: flex; flex-direction: column; min-width: 0; }
.answer > footer { margin-top: auto; padding-top: .6rem; }
.bar { height: 4px; border-radius: 2px; background: var(--c); opacity: .75; margin-bottom: .35rem; }
.reference { border-left: 3px solid var(--good); padding-left: .7rem; margin: .6rem 0; }
summary { cursor: pointer; color: var(--soft); font-size: .85rem; }
mark { background: var(--mark); color: inherit; border-radius: .2rem; }
@media screen and (max-width: 62rem) {
  thead { display: none; }
  table, tbody, tr, tbody th, td { display: block; text-align: left; }
  tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  tr:last-child { border-bottom: 0; }
  tbody th, td { border: 0; padding: .1rem 0; width: auto; }
  td { display: flex; justify-content: space-between; gap: 1rem; }
  td::before { content: attr(data-label); color: var(--soft); }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; }
  nav { display: none; }
  body { font-size: 10pt; }
  th, td, thead th, th .soft { font-size: 8pt; white-space: normal; }
  th, td { padding: .3rem .25rem; }
  .answers { grid-template-columns: repeat(auto-fit, minmax(min(100%, 10rem), 1fr)); }
  tr, h2, h3 { break-inside: avoid; break-after: avoid; }
}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
NONE = Html("&ndash;")
COLUMNS = (
    ("answered", "answered", "{}", "high"),
    ("with the reference", "with_reference", "{}", "high"),
    ("latency p50", "latency_seconds.p50", "{:.2f} s", "low"),
    ("latency p90", "latency_seconds.p90", "{:.2f} s", "low"),
    ("latency p99", "latency_seconds.p99", "{:.2f} s", "low"),
    ("first token p50", "first_token_seconds.p50", "{:.2f} s", "low"),
    ("first token p90", "first_token_seconds.p90", "{:.2f} s", "low"),
    ("tokens/s", "tokens_per_second", "{:.1f}", "high"),
    ("tokens", "completion_tokens", "{}", ""),
)
FIGURES = (
    ("latency_seconds", "{:.2f} s"),
    ("first_token_seconds", "first token {:.2f} s"),
    ("completion_tokens", "{} tokens"),
    ("tokens_per_second", "{:.1f} tokens/s"),
)


def page(report: Json) -> str:
    """The report for people: one file that loads nothing and runs nothing."""
    name = report["of"].rpartition("/")[2]
    asked = report["questions"]
    told_parameters = ", ".join(f"{key} {json.dumps(value)}" for key, value in report["parameters"].items())
    states = [state_of(one["answers"]) for one in asked]
    tally = Counter(state for state, _ in states)
    head = tag(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html(
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><meta name="referrer" content="no-referrer">'
        ),
        tag("title", f"Comparison {name}"),
        tag("style", Html(STYLE)),
    )
    header = tag(
        "header",
        tag("h1", f"Comparison {name}"),
        tag("p", f"{report['of']}, run {report['run']}, finished {report['finished']}", class_="soft"),
        tag("p", f"{told_parameters}; {report['parallel']} at a time for each service", class_="soft"),
    )
    known = sum("reference" in one for one in asked)
    overview = tag(
        "p",
        f"{len(asked)} questions: {tally['same']} answered alike, {tally['differs']} differently, ",
        tag("span", f"{tally['failed']} not by all", class_="failed" if tally["failed"] else ""),
        f"; {known} with a reference." if known else ".",
    )
    links = [tag("a", str(n), href=f"#q{n}", class_=state, title=word) for n, (state, word) in enumerate(states, 1)]
    cards = [card(number, one, *state) for number, (one, state) in enumerate(zip(asked, states, strict=True), 1)]
    main = tag(
        "main",
        tag("div", table(report["services"]), *failures(report["services"]), class_="card"),
        overview,
        tag("nav", *links),
        *cards,
    )
    note = "Time to first token and latency are those of the attempt that succeeded. Marked is what the first answer lacks."
    body = tag("body", header, main, tag("footer", tag("p", note)))
    return f'<!DOCTYPE html>\n<html lang="en">\n{head}\n{body}\n</html>\n'


def tag(name: str, *inside: str, **attributes: str) -> Html:
    """An element. Whatever is not markup already is escaped."""
    told = "".join(f' {key.rstrip("_").replace("_", "-")}="{html.escape(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{told}>{''.join(map(escaped, inside))}</{name}>")


def escaped(text: str) -> Html:
    """Text as markup that shows it."""
    return text if isinstance(text, Html) else Html(html.escape(text))


def table(services: list[Json]) -> Html:
    """The services in numbers, the best of each column marked."""
    shown = [column for column in COLUMNS if any(figure(one, column) is not None for one in services)]
    rows = []
    for index, service in enumerate(services):
        title = (service["name"], " ", tag("span", service["model"], class_="soft"))
        cells = [tag("td", cell(service, services, column), data_label=column[0]) for column in shown]
        rows.append(tag("tr", tag("th", *title, scope="row"), *cells, style=f"--c: var(--c{index % 6})"))
    heads = [tag("th", label, scope="col") for label in ("service", *(one[0] for one in shown))]
    return tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows))


def failures(services: list[Json]) -> list[Html]:
    """The most frequent errors of each service."""
    return [
        tag("p", tag("b", service["name"]), f": {text} ({times} of {service['questions']})", class_="failed")
        for service in services
        for text, times in sorted(service["errors"].items(), key=lambda one: -one[1])[:3]
    ]


def cell(service: Json, services: list[Json], column: tuple[str, str, str, str]) -> Html:
    """One figure, with the best of its column standing out."""
    value, others = figure(service, column), {figure(one, column) for one in services} - {None}
    if value is None:
        return NONE
    best = {"high": max, "low": min}.get(column[3])
    leads = best is not None and len(others) > 1 and value == best(others)
    return tag("span", column[2].format(value), class_="best" if leads else "")


def figure(service: Json, column: tuple[str, str, str, str]) -> Any:
    """A value of the summary; None where it was not measured."""
    value: Any = service
    for name in column[1].split("."):
        value = value[name]
    return value


def state_of(answers: list[Json]) -> tuple[str, str]:
    """Whether the answers to a question are alike: a class of the page, and words for it."""
    if any("error" in one for one in answers):
        return "failed", "not answered by all"
    return ("same", "alike") if len({one["text"].strip() for one in answers}) == 1 else ("differs", "different")


def card(number: int, question: Json, state: str, word: str) -> Html:
    """One question with its answers."""
    answers = question["answers"]
    asked = [
        tag("div", tag("div", one["role"], class_="soft"), folded(one["content"]), class_="asked")
        for one in question["messages"]
    ]
    if "reference" in question:
        text = tag("p", question["reference"], class_="text", dir="auto")
        asked.append(tag("div", tag("div", "reference", class_="soft"), text, class_="reference"))
    first = next((one for one in answers if "error" not in one), None)
    slowest = max((one["latency_seconds"] for one in answers if "error" not in one), default=0)
    shown = [answer_card(index, one, first, slowest) for index, one in enumerate(answers)]
    name = [] if question["id"] == str(number) else [tag("span", question["id"], class_="soft")]
    title = tag("h2", f"Question {number}", *name, tag("span", word, class_=f"chip {state}"))
    return tag("article", title, *asked, tag("div", *shown, class_="answers"), class_="card", id=f"q{number}")


def folded(text: str) -> Html:
    """A text, behind its beginning if it is long."""
    whole_text = tag("p", text, class_="text", dir="auto")
    return whole_text if len(text) < 1200 else tag("details", tag("summary", text[:200] + " ..."), whole_text)


def answer_card(index: int, answer: Json, first: Json | None, slowest: float) -> Html:
    """One answer, with its latency under it."""
    colour, name = f"--c: var(--c{index % 6})", answer["service"]
    if "error" in answer or first is None:
        title = tag("h3", name, tag("span", "no answer", class_="chip failed"))
        return tag("section", title, tag("p", answer["error"], class_="text failed"), class_="answer", style=colour)
    text, alike = (escaped(answer["text"]), "") if answer is first else compared(first["text"], answer["text"])
    inside = [tag("p", text or tag("span", "(empty)", class_="soft"), class_="text", dir="auto")]
    if "reasoning" in answer:
        thought = tag("p", answer["reasoning"], class_="text", dir="auto")
        inside.insert(0, tag("details", tag("summary", "reasoning"), thought))
    chips = [tag("span", f"{alike} {first['service']}", class_="chip")] if alike else []
    if answer.get("holds_reference"):
        chips.append(tag("span", "with the reference", class_="chip good"))
    bar = tag("div", class_="bar", style=f"width: {100 * answer['latency_seconds'] / max(slowest, 1e-9):.1f}%")
    footer = tag("footer", bar, ", ".join(figures_of(answer)))
    return tag("section", tag("h3", name, *chips), *inside, footer, class_="answer", style=colour)


def figures_of(answer: Json) -> list[str]:
    """What was measured of an answer, and what was unusual."""
    figures = [form.format(answer[name]) for name, form in FIGURES if answer[name] is not None]
    if answer["attempts"] > 1:
        figures.append(f"attempt {answer['attempts']}")
    if answer["finish"] not in (None, "stop"):
        figures.append(f"ended by {answer['finish']}")
    return figures


def compared(first: str, text: str) -> tuple[Html, str]:
    """A text with what the first one lacks marked, and in words how alike they are."""
    parts = re.findall(r"\s+|\S+", text)
    words, others = parts[text[:1].isspace() :: 2], first.split()
    if words == others:
        return escaped(text), "same as"
    times = Counter(others)
    if max(len(words), len(others)) > WORDS or sum(times[word] for word in words) > PAIRS:
        return escaped(text), ""
    matcher = difflib.SequenceMatcher(None, others, words, autojunk=False)
    alike = f"{100 * matcher.ratio():.0f} % like" if words and others else ""
    if matcher.ratio() < 0.3:
        return escaped(text), alike
    marked, offset = list(map(escaped, parts)), int(text[:1].isspace())
    for kind, _, _, start, end in matcher.get_opcodes():
        if kind in ("insert", "replace"):
            begin, last = offset + 2 * start, offset + 2 * end - 1
            marked[begin:last] = [tag("mark", Html("".join(marked[begin:last]))), *[Html("")] * (last - begin - 1)]
    return Html("".join(marked)), alike


# ---- files


def take_lock(path: Path) -> None:
    """Wait for the pod that this one replaces: both may live for some seconds."""
    lock = path.open("a")
    LOCKS.append(lock)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError as problem:
        say(f"this volume has no locks, going on without one ({problem})")


def stands(path: Path) -> bool:
    """Whether a marker is there, and not empty."""
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def write(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8", errors="replace") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def say(text: str) -> None:
    """A line of the log, in which nothing that a server said can look like another one."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    sys.stdout.buffer.write(f"hydra: {line}\n".encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
