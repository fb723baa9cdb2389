"""A document that SOPS has encrypted goes through to the letter: its checksum covers every value, in its order."""

from __future__ import annotations

import pytest

from compiler.checking.rules.hyd402_plain_secret import plain_values
from compiler.checking.schemas import Schemas, check
from compiler.lowering.passed import passed
from compiler.planning.plans import PassedPlan
from compiler.source.document import SourceFile
from compiler.source.encrypted import is_encrypted
from compiler.source.reading import documents

TEXT = """\
apiVersion: v1
kind: Secret
metadata:
  namespace: nlp
  name: token
  annotations: {}
data:
  token: ENC[AES256_GCM,data:abc,iv:xx,tag:yy,type:str]
sops:
  kms: []
  mac: ENC[AES256_GCM,data:abc,iv:xx,tag:yy,type:str]
  version: 3.9.0
"""


def test_nothing_of_it_is_changed_or_reordered() -> None:
    [document] = documents(SourceFile("hydra.yaml", TEXT)).value
    body = passed(PassedPlan(document, "root")).body
    assert repr(body) == repr(dict(document.value))


def test_it_is_counted_as_unchecked_and_no_mistake() -> None:
    [document] = documents(SourceFile("hydra.yaml", TEXT)).value
    checked = check([passed(PassedPlan(document, "root"))], Schemas())
    assert not checked.found
    assert checked.value.unknown == {("v1", "Secret (encrypted)"): 1}


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("token: ENC[AES256_GCM,data:abc,iv:xx,tag:yy,type:str]", "token: hunter2", 1),
        TEXT.replace("\ndata:\n", "\nstringData: {more: hunter2}\ndata:\n"),
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\nstringData: {t: hunter2}\nsops: {}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\nstringData: {t: hunter2}\nsops: 1\n",
    ],
)
def test_the_field_alone_is_no_way_around_the_checks(text: str) -> None:
    [document] = documents(SourceFile("hydra.yaml", text)).value
    assert not is_encrypted(document.value)
    assert list(plain_values(document))
