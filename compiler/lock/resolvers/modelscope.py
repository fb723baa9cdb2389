"""ModelScope: the commit of a branch or tag of a repository on the hub.

`MODELSCOPE_ENDPOINT` or `MODELSCOPE_DOMAIN` names another hub, `MODELSCOPE_API_TOKEN` is the token. The hub lists the
commits of a revision, newest first: `GET /api/v1/models/<name>/commits?Ref=<revision>`, likewise for `datasets`.
Source: modelscope 1.30.0, `hub/api.py: list_repo_commits`, `utils/repo_utils.py: CommitHistoryResponse`; modelscope-hub
0.5.1, `_legacy_api.py`, where the token is a cookie and a header at once, and `config.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from compiler.lock.answer import Answer
from compiler.lock.asking import Asker
from compiler.lock.resolver_problems import NOT_FOUND, UNUSABLE, Unresolved
from compiler.lock.resolvers.base import Resolver, bearer, commit_of, endpoint_of, refused
from compiler.lock.wanted import Wanted

ENDPOINT = "https://www.modelscope.cn"
DEFAULT = "master"
TOKEN = "MODELSCOPE_API_TOKEN"  # noqa: S105 - the name of a variable


def resolve(wanted: Wanted, asker: Asker) -> str:
    """The newest commit of a revision; of `master`, where there is none.

    Raises: Unresolved.
    """
    name, kind = wanted.location.removeprefix("datasets/"), "models"
    if name != wanted.location:
        kind = "datasets"
    revision = wanted.revision or DEFAULT
    query = urlencode({"Ref": revision, "PageNumber": 1, "PageSize": 1})
    url = f"{endpoint(asker.environment)}/api/v1/{kind}/{quote(name)}/commits?{query}"
    answer = asker.ask(url, secret=_secret(asker.environment))
    if answer.status in {401, 403}:
        raise refused(answer, remedy=f"Correct the name, or set `{TOKEN}` to a token that may read it.")
    if answer.status == 404:
        wrong = f"`{answer.host}` knows no `{wanted.location}` with the revision `{revision}` ({answer.told})."
        raise Unresolved(NOT_FOUND, wrong, f"Correct the name, or set `{TOKEN}` where it is private.")
    if answer.status != 200:
        raise _unusable(answer, wanted)
    return commit_of(_newest(answer, wanted, revision), answer.host)


def endpoint(environment: Mapping[str, str]) -> str:
    """The address of the hub.

    Raises: Unresolved.
    """
    if said := environment.get("MODELSCOPE_ENDPOINT"):
        return endpoint_of(said, "MODELSCOPE_ENDPOINT")
    said = environment.get("MODELSCOPE_DOMAIN", "").strip()
    if not said:
        return ENDPOINT
    return endpoint_of(said if said.startswith(("http://", "https://")) else f"https://{said}", "MODELSCOPE_DOMAIN")


def _secret(environment: Mapping[str, str]) -> Mapping[str, str]:
    token = environment.get(TOKEN, "").strip()
    if not token:
        return {}
    header = bearer(token, TOKEN)
    # What stands behind a `;` would be another cookie.
    return {"Authorization": header} if ";" in token else {"Authorization": header, "Cookie": f"m_session_id={token}"}


def _newest(answer: Answer, wanted: Wanted, revision: str) -> Any:
    """The id of the first commit. The hub gives errors with status 200 as well, and a code of its own."""
    said = answer.json()
    if not isinstance(said, dict) or said.get("Code") != 200:
        raise _unusable(answer, wanted)
    data = said.get("Data")
    commits = data.get("Commit") if isinstance(data, dict) else None
    if not commits:
        wrong = f"`{wanted.location}` on `{answer.host}` has no revision `{revision}`."
        raise Unresolved(NOT_FOUND, wrong, "Use a branch or a tag that it has.")
    first = commits[0] if isinstance(commits, list) else None
    return first.get("Id") if isinstance(first, dict) else None


def _unusable(answer: Answer, wanted: Wanted) -> Unresolved:
    wrong = f"`{answer.host}` gives no revision of `{wanted.location}` ({answer.told})."
    return Unresolved(
        UNUSABLE, wrong, "Make sure that `MODELSCOPE_ENDPOINT`, where it is set, is the address of a hub."
    )


RESOLVER = Resolver(resolve)
