"""Hugging Face: the commit of a branch or tag of a repository on the hub.

`HF_ENDPOINT` names another hub; the token is `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN` or in the file of `hf auth login`.
Source: huggingface_hub 2.4.0, `HfApi.model_info` and `HfApi.dataset_info`; `constants.py`; `utils/_auth.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from compiler.lock.answer import Answer
from compiler.lock.asking import Asker
from compiler.lock.resolver_problems import DENIED, NOT_FOUND, UNUSABLE, Unresolved
from compiler.lock.resolvers.base import Resolver, bearer, commit_of, endpoint_of, refused
from compiler.lock.wanted import Wanted

ENDPOINT = "https://huggingface.co"
DEFAULT = "main"


def resolve(wanted: Wanted, asker: Asker) -> str:
    """The commit of a revision; of `main`, where there is none.

    Raises: Unresolved.
    """
    endpoint = endpoint_of(asker.environment.get("HF_ENDPOINT") or ENDPOINT, "HF_ENDPOINT")
    name, kind = wanted.location.removeprefix("datasets/"), "models"
    if name != wanted.location:
        kind = "datasets"
    revision = wanted.revision or DEFAULT
    token = token_of(asker.environment)
    secret = {"Authorization": bearer(token, "HF_TOKEN")} if token else {}
    url = f"{endpoint}/api/{kind}/{quote(name)}/revision/{quote(revision, safe='')}"
    answer = asker.ask(url, secret=secret)
    if answer.status != 200:
        raise _refusal(answer, wanted, revision, known=bool(token))
    said = answer.json()
    return commit_of(said.get("sha") if isinstance(said, dict) else None, answer.host)


def token_of(environment: Mapping[str, str]) -> str:
    """The token that a user has for the hub; empty where there is none."""
    said = environment.get("HF_TOKEN") or environment.get("HUGGING_FACE_HUB_TOKEN")
    if said:
        return said.strip()
    cache = environment.get("XDG_CACHE_HOME") or "~/.cache"
    home = environment.get("HF_HOME") or f"{cache}/huggingface"
    try:
        path = Path(environment.get("HF_TOKEN_PATH") or f"{home}/token").expanduser()
        return path.read_text("utf-8").strip()
    except (OSError, ValueError, RuntimeError):
        return ""


def _refusal(answer: Answer, wanted: Wanted, revision: str, *, known: bool) -> Unresolved:
    code = answer.headers.get("X-Error-Code", "")
    answer = _with_words(answer)
    if code == "GatedRepo":
        do = "Ask for access on its page, and set `HF_TOKEN` to a token of the account that has it."
        return Unresolved(DENIED, f"`{wanted.location}` is open only to who was let in ({answer.told}).", do)
    if code == "RevisionNotFound" or (answer.status == 404 and "revision" in answer.told.lower()):
        wrong = f"`{wanted.location}` on `{answer.host}` has no revision `{revision}`."
        return Unresolved(NOT_FOUND, wrong, "Use a branch, a tag or a commit that it has.")
    if answer.status == 404 or (code == "RepoNotFound" and known):
        wrong = f"`{answer.host}` knows no `{wanted.location}` ({answer.told})."
        do = "Correct the name" + ("." if known else ", or set `HF_TOKEN` where it is private.")
        return Unresolved(NOT_FOUND, wrong, do)
    if answer.status in {401, 403}:
        if known:
            return refused(answer, remedy="Use a token in `HF_TOKEN` that is valid and may read it.")
        return refused(answer, remedy="Correct the name, or set `HF_TOKEN` where it is private: the hub does not tell.")
    do = "Make sure that `HF_ENDPOINT`, where it is set, is the address of a hub."
    return Unresolved(UNUSABLE, f"`{answer.host}` gives no revision of `{wanted.location}` ({answer.told}).", do)


def _with_words(answer: Answer) -> Answer:
    """The hub's words, which it writes into a header where the body has none."""
    from json import dumps

    said = answer.headers.get("X-Error-Message", "")
    return answer._replace(body=dumps({"error": said}).encode()) if said else answer


RESOLVER = Resolver(resolve)
