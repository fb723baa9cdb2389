"""One schema, compiled: fast to ask whether an object is valid, slower to say why it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from compiler.checking.catalogue import Broken

if TYPE_CHECKING:
    import jsonschema_rs

    from compiler.checking.explain import Failure

BASE = "hydra:///"

_BACKTRACKS = 10_000
"""Steps that a pattern with look-around may take on one value. Patterns of CRDs have none and are linear."""


class Schema:
    """A compiled schema."""

    __slots__ = ("_documents", "_validator", "is_valid")

    def __init__(self, validator: jsonschema_rs.Validator, documents: dict[str, Any]) -> None:
        self._validator = validator
        self._documents = documents
        self.is_valid: Callable[[Any], bool] = validator.is_valid

    def failures(self, body: dict[str, Any]) -> Iterator[Failure]:
        """What is wrong with an object that is not valid."""
        from compiler.checking.explain import explain

        secret = body.get("kind") == "Secret"
        for error in self._validator.iter_errors(body):
            yield from explain(error, self._at, secret=secret)

    def _at(self, location: str) -> Any:
        from urllib.parse import unquote

        address, _, pointer = location.partition("#")
        node = self._documents.get(address)
        for escaped in pointer.split("/")[1:]:
            step = unquote(escaped).replace("~1", "/").replace("~0", "~")
            node = node[int(step)] if isinstance(node, list) else node.get(step) if isinstance(node, dict) else None
        return node


def compiled(document: Any, name: str = "schema.json", shared: Callable[[str], Any] | None = None) -> Schema | Broken:
    """The schema of a document, or why there is none.

    `shared` reads the files that it may refer to, by path. Whatever else it asks for stays unread,
    on the disk and on the network.
    """
    import jsonschema_rs

    address = BASE + name
    documents = {address: document}

    def retrieve(uri: str) -> Any:
        if shared is None or not uri.startswith(BASE):
            raise ValueError(f"a schema stands for itself, `{uri}` is not read")
        documents[uri] = shared(uri.removeprefix(BASE))
        return documents[uri]

    try:
        validator = jsonschema_rs.validator_for(
            document,
            base_uri=address,
            retriever=retrieve,
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=_BACKTRACKS),
            validate_formats=True,
        )
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        return Broken(name, str(error).partition("\n")[0].rstrip("."))
    return Schema(validator, documents)
