"""Asking an API server. One function sends, and it sends nothing that would write.

Of the `kubernetes` client the kubeconfig and the connections are used, and not its dynamic client: that keeps what it
has discovered in a file of the temporary folder, and asks for every kind that a cluster has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from compiler.live import problems
from compiler.live.kubeconfig import UnusableError, configured
from compiler.manifest import Body

T = TypeVar("T")
R = TypeVar("R")

MANAGER = "hydra"
"""The field manager of dry runs."""

CONNECT = 10.0
"""Seconds until a connection stands."""

ANSWER = 30.0
"""Seconds without a byte of the answer. The API server itself gives a webhook at most 30."""

WORKERS = 8
"""Requests at a time."""

MOST_BYTES = 256 * 1024 * 1024
"""Of an answer. Lists are asked for in pages."""

PAGE = 250
"""Objects of a page."""

_AGAIN = frozenset((429, 503, 504))
_TRIES = 3
_LONGEST_WAIT = 10.0
_READS = frozenset(("GET",))
_WARNING = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')


class Answer(NamedTuple):
    """What the server said: the status of HTTP, an object, and warnings."""

    status: int
    body: Body
    warnings: tuple[str, ...] = ()

    @property
    def fine(self) -> bool:
        """Whether it did what was asked."""
        return 200 <= self.status < 300


class UnreachableError(Exception):
    """No answer, or one that is none. The text completes the sentence "The API server ..."; it holds no secret."""

    def __init__(self, reason: str, do: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.do = do


class Api:
    """An API server, asked as the user of a context. May be used from several threads."""

    def __init__(self, configuration: Any, context: str, answer: float = ANSWER) -> None:
        import urllib3
        from kubernetes.client.rest import RESTClientObject

        configuration.connection_pool_maxsize = WORKERS
        self.context = context
        self._configuration = configuration
        self._answer = answer
        self._pool = RESTClientObject(configuration).pool_manager
        self._base = configuration.host.rstrip("/")
        parts = urlsplit(self._base)
        self.server = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname or "")
        """The server's host and port: its address may hold a password."""
        if not configuration.verify_ssl:
            # The kubeconfig says so; a word of Python about each request helps nobody.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def get(self, path: str, **query: str) -> Answer:
        """Read. Raises: UnreachableError."""
        return self._send("GET", path, query)

    def pages(self, path: str, **query: str) -> Iterator[Answer]:
        """A list, page by page; one that is not fine is the last. Raises: UnreachableError."""
        more: str | None = ""
        while more is not None:
            answer = self.get(path, limit=str(PAGE), **query, **({"continue": more} if more else {}))
            yield answer
            metadata = answer.body.get("metadata") if answer.fine else None
            more = (metadata.get("continue") or None) if isinstance(metadata, dict) else None

    def dry_run(self, path: str, body: Body, manager: str = MANAGER) -> Answer:
        """What an apply would do, with unknown fields refused. Nothing is written. Raises: UnreachableError."""
        # Forced: the GitOps controller that applies it owns most fields, which is no reason to refuse.
        query = {"dryRun": "All", "fieldManager": manager, "fieldValidation": "Strict", "force": "true"}
        return self._send("PATCH", path, query, body)

    def _send(self, method: str, path: str, query: Mapping[str, str], body: Body | None = None) -> Answer:
        """The one place where requests leave.

        Raises: UnreachableError; ValueError for a request that would write, which is a mistake of ours.
        """
        if method not in _READS and query.get("dryRun") != "All":
            raise ValueError(f"a request that would write: {method} {path}")
        url = f"{self._base}{quote(path)}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Accept": "application/json", "User-Agent": MANAGER, **self._credentials()}
        if body is not None:
            headers["Content-Type"] = "application/apply-patch+yaml"
        content = None if body is None else json.dumps(body).encode()
        for left in reversed(range(_TRIES)):
            status, given, text = self._sent(method, url, headers, content)
            if status not in _AGAIN or not left or not _wait(given.get("Retry-After")):
                break
        if status == 401:
            return Answer(401, {})
        if status in _AGAIN:
            raise UnreachableError(f"has no time for it (status {status})", "Try again when it has less to do.")
        return Answer(status, _object(status, text), _warnings(given))

    def _credentials(self) -> dict[str, str]:
        """The headers that say who asks; none without TLS, but on this machine, as with `kubectl`."""
        parts = urlsplit(self._base)
        if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
            return {}
        settings = self._configuration.auth_settings().values()
        return {one["key"]: one["value"] for one in settings if one["in"] == "header" and one["value"]}

    def _sent(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> tuple[int, Mapping[str, Any], bytes]:
        """Status, headers and content of an answer. Raises: UnreachableError."""
        import urllib3

        timeout = urllib3.Timeout(connect=CONNECT, read=self._answer)
        try:
            # No retries, and no redirects: a redirect would take the credentials elsewhere.
            response = self._pool.request(
                method, url, body=content, headers=headers, timeout=timeout, retries=False, preload_content=False
            )
            try:
                text = response.read(MOST_BYTES, decode_content=True)
                return int(response.status), response.headers, bytes(text)
            finally:
                response.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise _unreachable(error, self._answer) from None
        except (OSError, ValueError) as error:
            raise UnreachableError(f"cannot be asked ({type(error).__name__})", _CHECK) from None


@contextmanager
def connected(context: str, answer: float = ANSWER) -> Iterator[Api]:
    """The API server of a context.

    Raises: UnusableError; ImportError, where the client is not installed.
    """
    with configured(context) as configuration:
        try:
            api = Api(configuration, context, answer)
        except Exception as error:  # whatever an address can be; its text may hold a password
            raise UnusableError(
                problems.bad_kubeconfig(
                    f"The address or the proxy of the context `{context}` cannot be used ({type(error).__name__}).",
                    "Correct `server` and `proxy-url` of its cluster in the kubeconfig.",
                )
            ) from None
        yield api


@contextmanager
def workers() -> Iterator[Callable[[Callable[[T], R], Iterable[T]], Iterator[R]]]:
    """Applies a function to values, several at a time; results come in the order of the values.

    Whoever leaves early, with Ctrl-C say, leaves nothing behind that goes on asking.
    """
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(WORKERS)
    try:
        yield pool.map
    finally:
        pool.shutdown(cancel_futures=True)


_CHECK = "Check the address in the kubeconfig, the network and the proxy (`HTTPS_PROXY`, `NO_PROXY`)."


def _unreachable(error: Exception, answer: float) -> UnreachableError:
    """What an exception of the connection means. Raises nothing; texts of exceptions are not shown."""
    from urllib3 import exceptions

    if isinstance(error, exceptions.ProxyError):
        return UnreachableError("cannot be reached through the proxy", _CHECK)
    if isinstance(error, exceptions.SSLError):
        return UnreachableError(
            f"cannot be trusted: {_certificate(error)}",
            "Correct `certificate-authority-data` of the cluster in the kubeconfig, or its client certificate.",
        )
    # The first two are kinds of the third, depending on the release.
    if type(error).__name__ == "NameResolutionError":
        return UnreachableError("has a name that cannot be resolved", _CHECK)
    if isinstance(error, exceptions.NewConnectionError):
        return UnreachableError("refuses the connection, or is not there", _CHECK)
    if isinstance(error, exceptions.ConnectTimeoutError):
        return UnreachableError(f"does not take a connection within {CONNECT:g} s", _CHECK)
    if isinstance(error, exceptions.ReadTimeoutError):
        return UnreachableError(f"gave no answer within {answer:g} s", "Try again, or with a longer `--timeout`.")
    return UnreachableError("broke off the connection", _CHECK)


def _certificate(error: Exception) -> str:
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        found = re.search(r"certificate verify failed: ([^()]+)", text)
        return f"its certificate is not accepted ({found[1].strip()})" if found else "its certificate is not accepted"
    return "no encrypted connection came about"


def _object(status: int, text: bytes) -> Body:
    """The object of an answer. Raises: UnreachableError."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return body
    if 300 <= status < 400:
        raise UnreachableError("sends elsewhere, which is not followed", _CHECK)
    raise UnreachableError(
        f"gave an answer that is none of Kubernetes (status {status})",
        "Check that the address is that of an API server, and what stands before it: a proxy, a login page.",
    )


def _warnings(headers: Any) -> tuple[str, ...]:
    """The texts of `Warning` headers. Source: RFC 7234, 5.5; several may stand in one."""
    said = ", ".join(headers.getlist("Warning")) if hasattr(headers, "getlist") else headers.get("Warning", "")
    return tuple(dict.fromkeys(re.sub(r"\\(.)", r"\1", one) for one in _WARNING.findall(said)))


def _wait(after: str | None) -> bool:
    """Wait as long as the server asks for; whether that was acceptable."""
    import time

    seconds = float(after) if after and re.fullmatch(r"[0-9]{1,4}", after) else 1.0
    if seconds > _LONGEST_WAIT:
        return False
    time.sleep(seconds)
    return True
