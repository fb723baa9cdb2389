"""Why a server did not answer, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator

ENVIRONMENT = "`HTTPS_PROXY` and `NO_PROXY` say how the network is left"


def reason(error: Exception, host: str, connect: float, read: float) -> tuple[str, str]:
    """What is wrong, and what to do, from what `requests` and urllib3 raise.

    The texts of the exceptions are not shown: they may hold addresses with passwords.
    """
    import socket
    import ssl

    from requests import exceptions
    from urllib3 import exceptions as below

    causes = [*_causes(error)]
    if _any(causes, exceptions.ProxyError, below.ProxyError):
        return f"The proxy lets no request to `{host}` through.", f"Look at its address and its rules: {ENVIRONMENT}."
    if _any(causes, exceptions.SSLError, below.SSLError, ssl.SSLError):
        untrusted = next((one.verify_message for one in causes if isinstance(one, ssl.SSLCertVerificationError)), "")
        wrong = f"There is no safe connection to `{host}`{f': {untrusted}' if untrusted else ''}."
        return wrong, "Where its certificate is of an authority of your own, `REQUESTS_CA_BUNDLE` names that."
    if _any(causes, socket.gaierror, getattr(below, "NameResolutionError", socket.gaierror)):
        return f"The name of `{host}` is not known here.", f"Look at the network and the address: {ENVIRONMENT}."
    if _any(causes, exceptions.ConnectTimeout):
        return f"There is no connection to `{host}` within {connect:g} seconds.", f"Look at the network: {ENVIRONMENT}."
    if _any(causes, exceptions.ReadTimeout, below.ReadTimeoutError, TimeoutError):
        return f"`{host}` does not answer within {read:g} seconds.", "Try again later, or with a longer `--timeout`."
    if _any(causes, exceptions.ChunkedEncodingError, below.ProtocolError) and not _any(causes, ConnectionRefusedError):
        return f"`{host}` broke off its answer.", "Try again later."
    said = next((one.strerror for one in reversed(causes) if isinstance(one, OSError) and one.strerror), "")
    return f"There is no connection to `{host}`{f': {said}' if said else ''}.", f"Look at the network: {ENVIRONMENT}."


def _any(causes: list[BaseException], *types: type[BaseException]) -> bool:
    return any(isinstance(one, types) for one in causes)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and what led to it, outermost first."""
    seen: list[BaseException] = []
    waiting: list[BaseException] = [error]
    while waiting:
        one = waiting.pop(0)
        if one in seen:
            continue
        seen.append(one)
        yield one
        inner = (*one.args, getattr(one, "reason", None), one.__cause__, one.__context__)
        waiting += [each for each in inner if isinstance(each, BaseException)]
