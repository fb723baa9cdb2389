"""Which pool of a cluster an accelerator of a spec means, and what is said where it means none."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.diagnostics import InFile
from compiler.library.library import Library, open_library
from compiler.linking.accelerators import Resolved, check_pools, others, resolve
from compiler.linking.profile import Profile, profile_of
from compiler.planning.training.values import Card, Pool
from compiler.source.document import SourceFile
from compiler.source.reading import documents
from compiler.spec.checked import checked
from compiler.spec.kinds import cluster_model

GIB = 1 << 30
LIBRARY = open_library(None)
AT = InFile("hydra.yaml")
HEAD = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  kubernetes: "1.33"
  accelerators:
"""


def cluster(*pools: str) -> Profile:
    """A cluster with pools, a line each."""
    text = HEAD + "".join(f"    {pool}\n" for pool in pools) if pools else HEAD.replace("accelerators:", "images: {}")
    ((document,), wrong) = documents(SourceFile("clusters/prod.yaml", text))
    read = checked("Cluster", cluster_model, document)
    assert not wrong
    assert read.value is not None, read.found
    return profile_of(read.value, document)


def found(profile: Profile, wanted: str, library: Library = LIBRARY) -> Resolved:
    staged = resolve(library, profile, wanted, AT)
    assert not staged.found
    assert staged.value is not None
    return staged.value


def test_an_id_of_the_cluster_is_its_pool() -> None:
    profile = cluster("a100-80gb: {count: 64, perNode: 8, node: {cpu: 96, memory: 1.5Ti}}")
    resolved = found(profile, "a100-80gb")
    card = Card("a100-80gb", 80 * GIB, True, 300, "nvidia.com/gpu")
    assert resolved.pool == Pool(card, 64, 8, 96, 1536 * GIB)
    assert resolved.entry.name == "a100-80gb"


def test_the_numbers_of_a_node_may_be_left_out() -> None:
    pool = found(cluster("l4: {count: 4}"), "l4").pool
    assert (pool.cards, pool.per_node, pool.node_cpu, pool.node_memory) == (4, 1, None, None)


def test_processors_have_no_memory_of_their_own_and_no_resource() -> None:
    profile = cluster("cpu: {count: 4, perNode: 2, node: {cpu: 8, memory: 16Gi}}")
    resolved = found(profile, "cpu")
    assert resolved.pool.card == Card("cpu", 0, False, None, None)
    assert resolved.node_selector == {}


def test_labels_are_the_usual_ones_of_the_card() -> None:
    resolved = found(cluster("h100-pcie: {count: 1}"), "h100-pcie")
    assert resolved.node_selector == {"nvidia.com/gpu.product": "NVIDIA-H100-PCIe"}
    assert resolved.tolerations == []


def test_labels_and_tolerations_of_the_cluster_count() -> None:
    profile = cluster("l4: {count: 1, nodeSelector: {pool: inference}, tolerations: [{operator: Exists}]}")
    resolved = found(profile, "l4")
    assert resolved.node_selector == {"pool": "inference"}
    assert resolved.tolerations == [{"operator": "Exists"}]


def test_a_short_id_is_the_form_that_the_cluster_has() -> None:
    resolved = found(cluster("l4: {count: 1}", "a100-pcie-80gb: {count: 4}"), "a100-80gb")
    assert (resolved.id, resolved.entry.name, resolved.pool.card.id) == ("a100-pcie-80gb",) * 3
    assert resolved.pool.card.link_gb_s == 32
    assert resolved.node_selector == {"nvidia.com/gpu.product": "NVIDIA-A100-80GB-PCIe"}


def test_a_form_is_the_short_id_of_the_cluster() -> None:
    resolved = found(cluster("a100-80gb: {count: 4}"), "a100-pcie-80gb")
    assert (resolved.id, resolved.pool.card.id) == ("a100-80gb",) * 2
    assert resolved.pool.card.link_gb_s == 32
    assert resolved.node_selector == {"nvidia.com/gpu.product": "NVIDIA-A100-80GB-PCIe"}


def test_the_very_id_goes_before_its_forms() -> None:
    profile = cluster("a100-sxm4-80gb: {count: 1}", "a100-pcie-80gb: {count: 2}", "a100-80gb: {count: 3}")
    assert found(profile, "a100-80gb").pool.cards == 3
    assert found(profile, "a100-pcie-80gb").pool.cards == 2


def test_two_forms_are_an_error_that_names_them() -> None:
    profile = cluster("a100-sxm4-80gb: {count: 1}", "a100-pcie-80gb: {count: 1}")
    staged = resolve(LIBRARY, profile, "a100-80gb", AT)
    (problem,) = staged.found
    assert staged.value is None
    assert (problem.code.id, problem.at) == ("HYD342", AT)
    assert problem.wrong == "`a100-80gb` could be `a100-sxm4-80gb`, `a100-pcie-80gb` of cluster `prod`."
    assert problem.candidates == ("a100-sxm4-80gb", "a100-pcie-80gb")


@pytest.mark.parametrize("wanted", ["h100-80gb", "a100-40gb", "a100-sxm4-80gb", "cpu"])
def test_what_the_cluster_lacks_is_an_error_that_lists_what_it_has(wanted: str) -> None:
    profile = cluster("l4: {count: 1}", "a100-pcie-80gb: {count: 1}")
    staged = resolve(LIBRARY, profile, wanted, AT)
    (problem,) = staged.found
    assert staged.value is None
    assert (problem.code.id, problem.at) == ("HYD341", AT)
    assert problem.wrong == f"Cluster `prod` has no accelerator `{wanted}`."
    assert "It has `a100-pcie-80gb`, `l4`: use one of them" in problem.do
    assert problem.candidates == ()


def test_a_cluster_without_accelerators_says_so() -> None:
    (problem,) = resolve(LIBRARY, cluster(), "l4", AT).found
    assert problem.do == "It has none: add `l4` under `accelerators` in the cluster's spec."


@pytest.mark.parametrize("wanted", ["a100-80g", "A100", "", "../models/phi-4", "a" * 200])
def test_what_the_library_lacks_is_an_unknown_entry(wanted: str) -> None:
    staged = resolve(LIBRARY, cluster("a100-80gb: {count: 1}"), wanted, AT)
    (problem,) = staged.found
    assert staged.value is None
    assert (problem.code.id, problem.at) == ("HYD704", AT)


def test_a_misspelt_id_gives_candidates() -> None:
    (problem,) = resolve(LIBRARY, cluster(), "a100-80g", AT).found
    assert problem.candidates[0] == "a100-80gb"


def test_what_only_the_cluster_knows_is_reported_once_at_the_cluster() -> None:
    profile = cluster("l4: {count: 1}", "a100-80g: {count: 1}")
    assert resolve(LIBRARY, profile, "a100-80g", AT) == (None, ())
    (problem,) = check_pools(LIBRARY, profile)
    assert problem.code.id == "HYD704"
    assert problem.candidates[0] == "a100-80gb"
    assert problem.at.span()[:3] == ("clusters/prod.yaml", 8, 5)


def test_a_cluster_of_known_cards_has_no_findings() -> None:
    assert check_pools(LIBRARY, cluster("l4: {count: 1}", "a100-80gb: {count: 1}", "cpu: {count: 1}")) == []
    assert check_pools(LIBRARY, cluster()) == []


def test_other_pools_are_those_of_known_cards_but_one() -> None:
    profile = cluster("l4: {count: 1}", "unknown: {count: 1}", "cpu: {count: 2}", "a100-80gb: {count: 3}")
    assert [(pool.card.id, pool.cards) for pool in others(LIBRARY, profile, "l4")] == [("cpu", 2), ("a100-80gb", 3)]


OWN = """\
kind: Accelerator
name: own
summary: Ours
source: us
vendor: nvidia
memoryMib: 1024
resource: nvidia.com/gpu
bf16: true
linkGbS: 7
forms: [own-mini, l4]
"""


def own_library(root: Path, text: str) -> Library:
    (root / "library" / "accelerators").mkdir(parents=True)
    (root / "library" / "accelerators" / "own.yaml").write_text(text, encoding="utf-8")
    return open_library(root, ["library"])


def test_an_entry_of_the_repo_counts_like_a_built_in_one(tmp_path: Path) -> None:
    library = own_library(tmp_path, OWN)
    assert found(cluster("own: {count: 1}"), "own", library).pool.card == Card("own", GIB, True, 7, "nvidia.com/gpu")
    assert found(cluster("l4: {count: 1}"), "own", library).id == "l4"
    assert found(cluster("own: {count: 1}"), "l4", library).id == "own"


def test_an_entry_with_mistakes_resolves_to_nothing(tmp_path: Path) -> None:
    library = own_library(tmp_path, OWN.replace("memoryMib", "memoryMb"))
    profile = cluster("own: {count: 1}")
    staged = resolve(library, profile, "own", AT)
    assert staged.value is None
    assert {one.at.span().file for one in staged.found} == {"library/accelerators/own.yaml"}
    assert check_pools(library, profile) == list(staged.found)
    assert others(library, profile, "l4") == ()


def test_a_form_that_the_library_lacks_is_reported_at_the_cluster(tmp_path: Path) -> None:
    library = own_library(tmp_path, OWN)
    profile = cluster("own-mini: {count: 1}")
    assert resolve(library, profile, "own", AT) == (None, ())
    assert [one.code.id for one in check_pools(library, profile)] == ["HYD704"]
