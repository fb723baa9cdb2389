"""Findings of `hydra lock`: what could not be resolved, and why."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Severity
from compiler.layout import LOCK
from compiler.lock.wanted import Wanted

NOT_FOUND = Code(
    "HYD670",
    Severity.ERROR,
    "A model, data set, repository or image does not exist, or lacks that revision.",
    "`hydra lock` asked, and the server knows no such name. What is deployed could not load it either. Some servers say "
    "the same of what is private.",
    bad="models:\n  base: {source: hf://Qwen/Qwen2.5-7B-Instuct}",
    good="models:\n  base: {source: hf://Qwen/Qwen2.5-7B-Instruct}",
)
DENIED = Code(
    "HYD671",
    Severity.ERROR,
    "A server wants credentials, or refuses those that it got.",
    "Credentials come from the environment, never from a spec: a token of the hub, a login of the registry, what git knows.",
    bad="hydra lock",
    good="HF_TOKEN=... hydra lock",
)
UNREACHABLE = Code(
    "HYD672",
    Severity.ERROR,
    "A server cannot be reached.",
    "There is no connection to it, or it does not answer in time. Only `hydra lock` needs the network: `hydra compile` "
    "goes on with what the lock file says.",
    bad="HF_ENDPOINT=https://hub.acme.internal hydra lock   # outside of that network",
    good="HTTPS_PROXY=http://proxy.acme.io:3128 hydra lock",
)
OVERLOADED = Code(
    "HYD673",
    Severity.ERROR,
    "A server was asked several times, and is overloaded or has a fault.",
    "It allows no more requests for now, or answers with an error of its own.",
    bad="hydra lock --all   # without a login, of a registry that allows a hundred requests in six hours",
    good="docker login && hydra lock --all",
)
UNUSABLE = Code(
    "HYD674",
    Severity.ERROR,
    "The answer of a server cannot be used.",
    "It is not what the protocol says: another program answers there, such as a page for logging in to a network, or "
    "something on the way changed the answer. A digest that does not fit its content is never written down.",
    bad="HF_ENDPOINT=https://acme.io hydra lock   # a page for people",
    good="HF_ENDPOINT=https://hub.acme.io hydra lock",
)
NO_GIT = Code(
    "HYD675",
    Severity.ERROR,
    "There is no git to ask a repository with.",
    "Branches and tags of git sources are resolved by `git ls-remote`.",
    bad="RUN pip install hydra-compiler",
    good="RUN apt-get install --yes git && pip install hydra-compiler",
)
NOT_ASKED = Code(
    "HYD676",
    Severity.ERROR,
    "A server is not asked: its address or the settings for it are not safe, or not readable.",
    "An address could name a program to run, or send a password unencrypted.",
    bad="HF_ENDPOINT=hf-mirror.acme.io hydra lock",
    good="HF_ENDPOINT=https://hf-mirror.acme.io hydra lock",
)


class Unresolved(Exception):  # noqa: N818 - a state of a server, not a fault
    """Why a name could not be resolved: a code, what is wrong, what to do."""

    def __init__(self, code: Code, wrong: str, do: str) -> None:
        super().__init__(wrong)
        self.code = code
        self.wrong = wrong
        self.do = do


def unresolved(wanted: Wanted, why: Unresolved, kept: str | None) -> Diagnostic:
    """A name without an answer. `kept` is what the lock file goes on saying."""
    note = f"`{LOCK}` keeps `{kept}` for `{wanted.name}`." if kept else f"`{wanted.name}` stays without a pin."
    return Diagnostic(why.code, wanted.at, why.wrong, why.do, notes=(note,))
