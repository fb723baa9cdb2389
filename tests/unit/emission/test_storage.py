"""What is remembered about storage."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.emission.storage import Stored, from_json, stored, to_json
from tests.unit.emission.cases import manifest

CLAIM_SPEC = {
    "accessModes": ["ReadWriteMany"],
    "resources": {"requests": {"storage": "2048Mi"}},
    "storageClassName": "cephfs",
    "volumeMode": "Filesystem",
    "volumeName": "pv-a",
}


def test_a_claim_is_remembered_with_what_kubernetes_or_its_data_would_not_survive() -> None:
    claim = manifest("PersistentVolumeClaim", "base", spec=CLAIM_SPEC)
    assert stored([claim], "prod", {"PersistentVolumeClaim/nlp/base": "abc/data"}) == (
        Stored(
            cluster="prod",
            target="PersistentVolumeClaim/nlp/base",
            unit="bot",
            size="2Gi",
            storage_class="cephfs",
            access_modes=("ReadWriteMany",),
            volume_mode="Filesystem",
            volume_name="pv-a",
            data="abc/data",
        ),
    )


def test_a_volume_is_remembered_with_a_digest_of_its_source_and_of_nothing_else() -> None:
    def volume(**spec: Any) -> Stored:
        given = {"capacity": {"storage": "1Ti"}, "nfs": {"server": "a", "path": "/b"}} | spec
        return stored([manifest("PersistentVolume", "a", namespace=None, spec=given)], "prod")[0]

    plain = volume()
    assert (plain.target, plain.size, plain.volume_name) == ("PersistentVolume/-/a", "1Ti", "a")
    assert volume(mountOptions=["ro"], persistentVolumeReclaimPolicy="Retain", claimRef={"name": "x"}) == plain
    assert volume(nfs={"server": "a", "path": "/c"}).source != plain.source


def test_a_claims_data_source_counts() -> None:
    def source(**spec: Any) -> str:
        return stored([manifest("PersistentVolumeClaim", "a", spec=CLAIM_SPEC | spec)], "prod")[0].source

    assert source() == ""
    assert source(dataSource={"kind": "PersistentVolumeClaim", "name": "b"}) != source(
        selector={"matchLabels": {"a": "b"}}
    )


def test_only_storage_is_remembered_in_the_order_of_the_targets() -> None:
    manifests = [
        manifest("PersistentVolumeClaim", "b", spec={}),
        manifest("Job", "c"),
        manifest("Namespace", "nlp", namespace=None),
        manifest("Namespace", "other", namespace=None, version="example.com/v1"),
        manifest("PersistentVolumeClaim", "a", spec={"storageClassName": ""}),
    ]
    records = stored(manifests, "prod")
    assert [record.target for record in records] == [
        "Namespace/-/nlp",
        "PersistentVolumeClaim/nlp/a",
        "PersistentVolumeClaim/nlp/b",
    ]
    assert [record.storage_class for record in records] == [None, "", None]


@pytest.mark.parametrize("storage_class", [None, "", "cephfs"])
def test_no_class_and_the_default_class_stay_apart_on_their_way_through_the_file(storage_class: str | None) -> None:
    record = Stored("prod", "PersistentVolumeClaim/nlp/a", "bot", storage_class=storage_class)
    assert from_json(to_json(record)) == record


@pytest.mark.parametrize(
    "line",
    [
        *("", "{", "[]", "1", "{}", '{"cluster": "a"}', '{"cluster": null}', "[" * 100_000),
        '{"cluster": 1, "target": "", "unit": ""}',
        '{"cluster": "", "target": "", "unit": "", "more": ""}',
        '{"cluster": "", "target": "", "unit": "", "access_modes": "RWX"}',
    ],
    ids=lambda line: line[:40],
)
def test_a_line_that_is_no_record_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not a record of storage"):
        from_json(line)
