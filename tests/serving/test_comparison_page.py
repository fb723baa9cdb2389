"""The page of a comparison in a real browser: hostile text stays text, nothing is cut off or scrolls sideways."""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.serving.browser import Browser
from tests.unit.planning.comparing.server import Pod, Server, Talk

pytestmark = pytest.mark.serving

HOSTILE = (
    "</p></section></main></style></textarea><script>document.title='taken'</script>"
    "<img src=x onerror=\"document.title='taken'\"><svg onload=\"document.title='taken'\">"
    "<style>*{display:none}</style><iframe src='javascript:0'></iframe>\u202e \u0000 &lt;b&gt; <!--"
)
ANSWERS = {
    "chat": ["Open **Settings**, then Security.\n\n```sh\n" + "x" * 300 + "\n```", "Paris.", HOSTILE, "\u0628" * 200],
    "base": ["Open **Settings**, then Privacy.", "It is Paris.", "W" * 5000, HOSTILE * 3],
    "quantised-to-four-bits-with-a-long-name-that-has-no-end-in-sight": ["", "Lyon.", HOSTILE + "!", "fine"],
}
QUESTIONS = [
    {"prompt": "How do I reset it?", "system": "Be brief.", "id": "reset"},
    {"prompt": "The capital of France?", "reference": "Paris", "id": HOSTILE},
    {"prompt": HOSTILE, "reference": HOSTILE},
    {"prompt": "Q" * 1000 + " word" * 1000},
]
COLUMNS = {1280: 3, 800: 2, 390: 1}
"""Answers that stand beside each other, by the width of the window."""
MEASURE = """\
<!DOCTYPE html><title>untouched</title>
<style>iframe { border: 0; height: 900px; display: block; }</style>
%s
<pre id="found"></pre>
<script>
onload = () => {
  const found = [...document.querySelectorAll("iframe")].map((frame) => {
    const page = frame.contentDocument, root = page.documentElement;
    const boxes = [...page.querySelectorAll("body *")].map((one) => one.getBoundingClientRect());
    return {
      width: root.clientWidth,
      scrolls: root.scrollWidth,
      right: Math.max(...boxes.map((one) => one.right)),
      title: page.title,
      elements: [...new Set([...page.querySelectorAll("*")].map((one) => one.localName))].sort(),
      handlers: [...page.querySelectorAll("*")].filter((one) => [...one.attributes].some((a) => a.name.startsWith("on"))).length,
      answers: [...page.querySelectorAll(".answer > .text")].map((one) => one.textContent),
      columns: new Set([...page.querySelectorAll("#q1 .answer")].map((one) => one.getBoundingClientRect().left)).size,
      clipped: [...page.querySelectorAll("p, td, tbody th, h1, h2, h3")].filter(
        (one) => one.scrollWidth > one.clientWidth + 1 && page.defaultView.getComputedStyle(one).display !== "inline"
      ).map((one) => one.outerHTML.slice(0, 200)),
    };
  });
  document.getElementById("found").textContent = JSON.stringify({title: document.title, found});
};
</script>
"""


@pytest.fixture
def compared(tmp_path: Path) -> Iterator[Path]:
    """The directory of a comparison that was really run."""
    root = tmp_path / "pod"
    root.mkdir()
    pod = Pod(root)
    servers = [Server(saying(texts)) for texts in ANSWERS.values()]
    for name, server in zip(ANSWERS, servers, strict=True):
        pod.service(name, server)
    pod.told["parallel"] = 1
    pod.ask(*QUESTIONS)
    status, output = pod.go()
    assert status == 0, output
    yield pod.run
    for server in servers:
        server.shutdown()
        server.server_close()


def saying(texts: list[str]) -> Callable[[Talk, dict[str, Any]], None]:
    """A model that says one thing after the other."""
    left = iter(texts)
    return lambda talk, _: talk.stream([next(left)], tokens=12)


def measured(browser: Browser, directory: Path) -> dict[str, Any]:
    """What the page is like at each width, seen from a page around it, which may look into it as it has its origin."""
    frames = "".join(f'<iframe src="index.html" style="width: {width}px"></iframe>' for width in COLUMNS)
    (directory / "measure.html").write_text(MEASURE % frames, "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(directory)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        text = browser.run(
            "--window-size=1400,1000", "--dump-dom", f"http://127.0.0.1:{server.server_port}/measure.html"
        )
    finally:
        server.shutdown()
        server.server_close()
    found = re.search(r'<pre id="found">(.+?)</pre>', text, re.DOTALL)
    assert found, text[-2000:]
    value: dict[str, Any] = json.loads(html.unescape(found[1]))
    return value


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def test_hostile_text_stays_text_and_nothing_scrolls_sideways(browser: Browser, compared: Path) -> None:
    seen = measured(browser, compared)
    assert seen["title"] == "untouched"
    report = json.loads((compared / "answers.json").read_text("utf-8"))
    shown = [one["text"] for row in report["questions"] for one in row["answers"]]
    for width, found in zip(COLUMNS, seen["found"], strict=True):
        assert found["width"] == width
        assert found["scrolls"] <= width
        assert found["right"] <= width
        assert found["clipped"] == []
        assert found["title"] == "Comparison candidates"
        assert found["handlers"] == 0
        assert not {"script", "img", "svg", "iframe", "textarea"} & set(found["elements"])
        assert found["columns"] == COLUMNS[width]
        # A parser drops U+0000; nothing else may be lost.
        assert found["answers"] == [text.replace("\0", "") or "(empty)" for text in shown]


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_page_follows_the_colours_that_the_reader_prefers(browser: Browser, compared: Path, scheme: str) -> None:
    picture = browser.root / f"{scheme}.png"
    browser.run(
        "--window-size=1280,1600",
        f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}",
        f"--screenshot={picture}",
        (compared / "index.html").as_uri(),
    )
    red, green, blue = first_pixel(picture.read_bytes())
    assert (max(red, green, blue) < 64) if scheme == "dark" else (min(red, green, blue) > 192)


def first_pixel(picture: bytes) -> tuple[int, int, int]:
    """The colour of the corner of a PNG. The first pixel of the first line is no difference to anything, with any filter."""
    import zlib

    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    data, offset = b"", 8
    while offset < len(picture):
        length, kind = int.from_bytes(picture[offset : offset + 4]), picture[offset + 4 : offset + 8]
        data += picture[offset + 8 : offset + 8 + length] if kind == b"IDAT" else b""
        offset += 12 + length
    line = zlib.decompress(data)[:4]
    return line[1], line[2], line[3]
