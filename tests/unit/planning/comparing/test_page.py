"""The page for people: what is escaped, what is marked, what stands out."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from typing import Any

import pytest

from compiler.planning.comparing.compare import Service, compared, page, report_of

HOSTILE = """</p></style><script>alert(1)</script><img src=x onerror=alert(1)> "'`&amp; <!-- ]]>"""


class Reader(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def answered(service: str, text: str, seconds: float = 0.5, **more: Any) -> dict[str, Any]:
    return {
        "service": service,
        "text": text,
        "finish": "stop",
        "latency_seconds": seconds,
        "first_token_seconds": seconds / 2,
        "prompt_tokens": 3,
        "completion_tokens": 10,
        "tokens_per_second": 20.0,
        "attempts": 1,
        **more,
    }


def page_of(questions: list[dict[str, Any]], *columns: list[dict[str, Any]], of: str = "bot/comparisons/two") -> str:
    plan = {"of": of, "run": "6h8828fk56", "parameters": {"stop": ["<br>"]}, "parallel": 4}
    services = [Service(column[0]["service"], "http://x/v1", "m<i>", "") for column in columns]
    return page(report_of(plan, services, questions, [(column, 1.0) for column in columns]))


def question(text: str, **more: Any) -> dict[str, Any]:
    return {"id": "1", "messages": [{"role": "user", "content": text}], **more}


def test_no_text_of_others_becomes_markup() -> None:
    plain = page_of([question("a", reference="r")], [answered("x", "b", reasoning="c")], [answered("y", "d")])
    hostile = page_of(
        [{**question(HOSTILE, reference=HOSTILE), "id": HOSTILE}],
        [answered("x", HOSTILE, reasoning=HOSTILE, finish=HOSTILE)],
        [answered("y", HOSTILE + " and more")],
        of=HOSTILE,
    )
    before, after = Reader(plain), Reader(hostile)
    assert set(after.elements) <= {*before.elements, "mark"}
    assert {name for name, _ in after.attributes} == {name for name, _ in before.attributes}
    assert after.texts.count(HOSTILE) == 5
    failed = page_of([question("a")], [{"service": "x", "error": HOSTILE, "attempts": 1}], [answered("y", "d")])
    assert set(Reader(failed).elements) <= {*before.elements, "b"}
    assert any(HOSTILE in text for text in Reader(failed).texts)


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    text = page_of([question("a")], [answered("x", "https://example.com/x.png")])
    reader = Reader(text)
    assert not {"script", "img", "link", "iframe", "base", "form"} & set(reader.elements)
    assert not {"src", "onclick", "action"} & {name for name, _ in reader.attributes}
    assert all((value or "").startswith("#") for name, value in reader.attributes if name == "href")
    assert "Content-Security-Policy\" content=\"default-src 'none';" in text
    assert not re.search(r"url\(|@import", text)


@pytest.mark.parametrize(
    ("first", "text", "marked", "alike"),
    [
        ("it takes two days", "it takes three days", "it takes <mark>three</mark> days", "75 % like"),
        ("a b c", "a b c", "a b c", "same as"),
        ("a b c", "  a  b\nc ", "  a  b\nc ", "same as"),
        ("a b c d", " a x <y> c d", " a <mark>x &lt;y&gt;</mark> c d", "67 % like"),
        ("a b", "a b & c", "a b <mark>&amp; c</mark>", "67 % like"),
        ("one two three", "something else entirely", "something else entirely", "0 % like"),
        ("", "x", "x", ""),
        ("x", "", "", ""),
    ],
)
def test_what_the_first_answer_lacks_is_marked(first: str, text: str, marked: str, alike: str) -> None:
    assert compared(first, text) == (marked, alike)


def test_a_comparison_word_by_word_does_not_take_for_ever() -> None:
    begun = time.monotonic()
    for first, text in (
        ("a b " * 299 + "c", "b a a " * 199 + "d"),
        ("a " * 100_000, "b " * 100_000),
        (" ".join(str(n % 110) for n in range(1490)), " ".join(str(n * 7 % 110) for n in range(1490))),
    ):
        compared(first, text)
    assert time.monotonic() - begun < 5


def test_questions_that_are_answered_alike_differently_or_not_by_all_are_told_apart() -> None:
    questions = [question("a"), question("b"), question("c")]
    failed = {"service": "y", "error": "404: gone", "attempts": 1}
    text = page_of(
        questions,
        [answered("x", "same"), answered("x", "one"), answered("x", "fine")],
        [answered("y", "same "), answered("y", "two"), failed],
    )
    links = re.findall(r'<a href="#(q\d)" class="(\w+)"', text)
    assert links == [("q1", "same"), ("q2", "differs"), ("q3", "failed")]
    assert "3 questions: 1 answered alike, 1 differently" in text
    assert "404: gone (1 of 3)" in text
    assert set(re.findall(r'id="(q\d)"', text)) == {"q1", "q2", "q3"}


def test_the_best_of_a_column_stands_out_and_a_tie_does_not() -> None:
    text = page_of([question("a")], [answered("x", "one", 0.25)], [answered("y", "two", 0.75)])
    best = re.findall(r'<td data-label="([^"]+)"><span class="best">([^<]+)', text)
    assert best == [
        ("latency p50", "0.25 s"),
        ("latency p90", "0.25 s"),
        ("latency p99", "0.25 s"),
        ("first token p50", "0.12 s"),
        ("first token p90", "0.12 s"),
        ("tokens/s", "40.0"),
    ]
