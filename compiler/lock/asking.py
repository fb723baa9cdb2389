"""Asking servers: patiently, within limits, and with credentials for nobody but whom they are for.

Proxies, `.netrc` and CA bundles are those of the environment, as `requests` reads them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, wait
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from compiler.lock.answer import Answer
from compiler.lock.resolver_problems import NOT_ASKED, OVERLOADED, UNREACHABLE, UNUSABLE, Unresolved
from compiler.lock.unreachable import reason

if TYPE_CHECKING:
    from requests import Response, Session
    from requests.models import PreparedRequest

MOST_BYTES = 32 << 20
"""Largest answer that is read. A hub lists all the files of a repository, which are some megabytes of the largest data sets."""
MOST_REDIRECTS = 5
CHUNK = 1 << 16
REDIRECTS = frozenset({301, 302, 303, 307, 308})
BUSY = frozenset({429, 500, 502, 503, 504})


class Patience(NamedTuple):
    """How long a server is waited for. Seconds, but `tries`."""

    connect: float = 10.0
    read: float = 30.0
    """Until the next byte."""

    whole: float = 120.0
    """Until the last byte of an answer, or the end of git."""

    tries: int = 4
    """Of a server that is busy; one without an answer is asked twice."""

    pause: float = 0.5
    """Before the second try; doubled before each further one."""

    longest: float = 30.0
    """Longest pause that a server may ask for: beyond it, it is not asked again."""


class Asker:
    """Asks the servers of a run, and remembers those that cannot be reached: nobody waits for them twice."""

    def __init__(self, patience: Patience | None = None, environment: Mapping[str, str] = os.environ) -> None:
        self.patience = patience or Patience()
        self.environment = environment
        self.away: dict[str, Unresolved] = {}

    def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        secret: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        most: int = MOST_BYTES,
    ) -> Answer:
        """The answer to a request, whatever its status; never one of a server that is overloaded.

        `secret` are headers with credentials: another origin that the server redirects to does not get them. A `form`
        is posted, and not redirected at all.

        Raises: Unresolved, where there is no answer.
        """
        with _session() as session:
            for _ in range(MOST_REDIRECTS + 1):
                question = _Question(method, url, headers or {}, secret or {}, form, most)
                answer = self._patiently(session, question)
                target = answer.headers.get("Location") if answer.status in REDIRECTS and form is None else None
                if target is None:
                    return self._checked(_without_secrets(answer, secret or {}), origin_of(url))
                url, before = _joined(url, target, answer.host), url
                secret = secret if origin_of(url) == origin_of(before) else {}
        raise _redirected(answer.host, "again and again")

    def _patiently(self, session: Session, question: _Question) -> Answer:
        origin = origin_of(question.url)
        for number in range(1, self.patience.tries + 1):
            if origin in self.away:
                raise self.away[origin]
            try:
                answer = self._in_time(session, question)
            except Unresolved as error:
                if error.code is UNREACHABLE and number > 1:
                    self.away[origin] = error
                if error.code is not UNREACHABLE or number > 1:
                    raise
                time.sleep(self.patience.pause)
                continue
            pause = self._pause(answer, number) if answer.status in BUSY else None
            if pause is None:
                return answer
            time.sleep(pause)
        return answer

    def _pause(self, answer: Answer, number: int) -> float | None:
        """Seconds until a busy server is asked again; None where it is not."""
        if number == self.patience.tries:
            return None
        asked = seconds(answer.headers.get("Retry-After", ""))
        if asked is None:
            return min(self.patience.pause * 2.0 ** (number - 1), self.patience.longest)
        return asked if asked <= self.patience.longest else None

    def _checked(self, answer: Answer, origin: str) -> Answer:
        if answer.status == 429:
            asked = seconds(answer.headers.get("Retry-After", ""))
            do = f"Try again in {asked:.0f} seconds" if asked else "Try again later"
            wrong = f"`{answer.host}` takes no more requests for now ({answer.told})."
            error = Unresolved(OVERLOADED, wrong, f"{do}; with a token, where there was none, it takes more of them.")
            self.away[origin] = error
            raise error
        if answer.status >= 500:
            raise Unresolved(OVERLOADED, f"`{answer.host}` has a fault ({answer.told}).", "Try again later.")
        return answer

    def _in_time(self, session: Session, question: _Question) -> Answer:
        """The answer to one request. Of headers that drip in, and of a name server, `requests` only times each step."""
        seconds = self.patience.connect + self.patience.whole
        answer: Future[Answer] = Future()

        def ask() -> None:
            try:
                answer.set_result(self._once(session, question))
            except BaseException as error:
                answer.set_exception(error)

        # One that hangs is left to itself, and nobody waits for it at the end.
        Thread(target=ask, name="hydra-lock-request", daemon=True).start()
        if not wait([answer], seconds).done:
            raise _endless(host_of(question.url), seconds)
        return answer.result()

    def _once(self, session: Session, question: _Question) -> Answer:
        import requests
        import urllib3

        host = host_of(question.url)
        try:
            with session.request(
                question.method,
                question.url,
                headers={"Accept-Encoding": "identity", **question.headers},
                auth=question.sign if question.secret else None,
                data=question.form,
                allow_redirects=False,
                stream=True,
                timeout=(self.patience.connect, self.patience.read),
            ) as response:
                body = b"".join(self._body(response, question.most))
                return Answer(response.status_code, response.headers, body, host)
        except (requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL, requests.exceptions.MissingSchema):
            raise Unresolved(NOT_ASKED, "An address cannot be asked.", "Use one of `https://`.") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            wrong, do = reason(error, host, self.patience.connect, self.patience.read)
            raise Unresolved(UNREACHABLE, wrong, do) from None

    def _body(self, response: Response, most: int) -> Iterator[bytes]:
        """The body in pieces, as they come: neither its size nor its slowness is without end."""
        host, size, end = host_of(response.url), 0, time.monotonic() + self.patience.whole
        read = getattr(response.raw, "read1", response.raw.read)
        while part := read(CHUNK, decode_content=True):
            size += len(part)
            if size > most:
                wrong = f"The answer of `{host}` is larger than {most >> 20} MiB."
                raise Unresolved(UNUSABLE, wrong, "Make sure that the address is that of the server itself.")
            if time.monotonic() > end:
                raise _endless(host, self.patience.whole)
            yield part


class _Question(NamedTuple):
    method: str
    url: str
    headers: Mapping[str, str]
    secret: Mapping[str, str]
    form: Mapping[str, str] | None
    most: int

    def sign(self, request: PreparedRequest) -> PreparedRequest:
        """Add the credentials. Not as `headers`: what `.netrc` has for the host would take their place."""
        request.headers.update(self.secret)
        return request


def _session() -> Session:
    import requests

    class Unredirected(requests.Session):
        def get_redirect_target(self, resp: Response) -> None:
            """Nowhere: `requests` would read a redirect's whole body, however large, even where it does not follow."""

    return Unredirected()


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{host_of(url)}"


def host_of(url: str) -> str:
    """Host and port, without what may stand before them.

    >>> host_of("https://me:secret@hub.acme.io:8443/api")
    'hub.acme.io:8443'
    """
    return urlsplit(url).netloc.rpartition("@")[2]


def seconds(text: str) -> float | None:
    """What `Retry-After` says, a number of seconds or a date (RFC 9110, 10.2.3); None where it says nothing."""
    from email.utils import parsedate_to_datetime

    if text.strip().isdecimal():
        return float(text)
    try:
        moment: float = parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0.0, moment - time.time())


def _without_secrets(answer: Answer, secret: Mapping[str, str]) -> Answer:
    """The answer, without the credentials that a server may repeat in it."""
    words = {word for header in secret.values() for word in header.replace("=", " ").split() if len(word) > 6}
    if answer.status < 400 or not words:
        return answer
    from requests.structures import CaseInsensitiveDict

    body, headers = answer.body, dict(answer.headers)
    for word in words:
        body = body.replace(word.encode(), b"***")
        headers = {name: value.replace(word, "***") for name, value in headers.items()}
    return answer._replace(body=body, headers=CaseInsensitiveDict(headers))


def _joined(url: str, target: str, host: str) -> str:
    """Where a redirect leads.

    Raises: Unresolved, where that is no address, or one without encryption instead of one with it.
    """
    try:
        joined = urlsplit(urljoin(url, target))
    except ValueError:
        joined = urlsplit("")
    if joined.scheme not in {"http", "https"} or not joined.netloc:
        raise _redirected(host, "to what is no address")
    if joined.scheme == "http" and urlsplit(url).scheme == "https":
        raise _redirected(host, "to an address without encryption")
    return joined.geturl()


def _endless(host: str, seconds: float) -> Unresolved:
    wrong = f"`{host}` has not ended its answer within {seconds:g} seconds."
    return Unresolved(UNREACHABLE, wrong, "Try again later.")


def _redirected(host: str, where: str) -> Unresolved:
    return Unresolved(
        UNUSABLE, f"`{host}` redirects {where}.", "Make sure that the address is that of the server itself."
    )
