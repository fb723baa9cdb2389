"""Findings about names: clusters, units, references and sharing."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Code, Diagnostic, Located, Severity, closest

UNKNOWN_CLUSTER = Code(
    "HYD301",
    Severity.ERROR,
    "A cluster is named that the repo does not have.",
    "Nothing would be rendered for it, and the project would silently be missing there.",
    bad="clusters: [prodd]",
    good="clusters: [prod]",
)
NO_CLUSTER = Code(
    "HYD302",
    Severity.ERROR,
    "A project or document does not say which cluster it is for, and the repo has several.",
    "Rendering it everywhere could ask for storage and accelerators twice; rendering it nowhere would lose it.",
    bad="kind: Project\nmetadata: {name: a, namespace: b}",
    good="kind: Project\nmetadata: {name: a, namespace: b}\nclusters: [prod]",
)
SAME_CLUSTER = Code(
    "HYD303",
    Severity.ERROR,
    "Two clusters have one name.",
    "A cluster's name is its directory in the output, so the two would write into each other's files.",
    bad="# clusters/a.yaml and clusters/b.yaml\nmetadata: {name: prod}",
    good="# clusters/b.yaml\nmetadata: {name: staging}",
)
SAME_UNIT = Code(
    "HYD304",
    Severity.ERROR,
    "Two units have one name.",
    "A unit is a directory of the output, and a project's name begins the names of its objects.",
    bad="# a/hydra.yaml and b/hydra.yaml\nkind: Project\nmetadata: {name: bot, namespace: nlp}",
    good="# b/hydra.yaml\nkind: Project\nmetadata: {name: bot-b, namespace: nlp}",
)
SAME_OBJECT = Code(
    "HYD305",
    Severity.ERROR,
    "Two objects have one kind, namespace and name.",
    "A GitOps controller applies one of them and ignores the other, or refuses both. Names can also collide by joining: project `a-b` with entry `c`, and project `a` with entry `b-c`.",
    bad="kind: Dataset\nmetadata: {name: corpus, namespace: nlp}   # twice",
    good="kind: Dataset\nmetadata: {name: corpus-b, namespace: nlp}",
)
UNKNOWN_REFERENCE = Code(
    "HYD306",
    Severity.ERROR,
    "A reference names nothing that exists.",
    "The original controller waits for it for ever.",
    bad="source: dataset://public/corpsu",
    good="source: dataset://public/corpus",
)
REFERENCE_CYCLE = Code(
    "HYD307",
    Severity.ERROR,
    "References that lead back to where they began.",
    "None of them ever gets a volume.",
    bad="# a refers to b, and b refers to a\nsource: {type: REFERENCE, uri: dataset://nlp/b}",
    good="source: {type: NFS, uri: nfs://10.0.0.1/b}",
)
NOT_SHARED = Code(
    "HYD308",
    Severity.ERROR,
    "A reference to something that is not shared.",
    "Data crosses a namespace only where its owner says so.",
    bad="datasets:\n  corpus: {source: s3://a/b}            # referred to from another namespace",
    good="datasets:\n  corpus: {source: s3://a/b, share: true}",
)
SELECTOR_MISMATCH = Code(
    "HYD309",
    Severity.ERROR,
    "A reference from a namespace that the owner's selector does not match.",
    "The owner shares the data with some namespaces, and this one is not among them.",
    bad="share: {namespaces: {matchLabels: {env: prod}}}   # referred to from a namespace with env: dev",
    good="# clusters/prod.yaml\nnamespaces: {nlp: {env: prod}}",
)
BAD_SELECTOR = Code(
    "HYD310",
    Severity.ERROR,
    "A label selector that Kubernetes would refuse.",
    "The sharing rule cannot be evaluated.",
    bad="matchExpressions: [{key: env, operator: Is, values: [prod]}]",
    good="matchExpressions: [{key: env, operator: In, values: [prod]}]",
)
UNKNOWN_NAMESPACE = Code(
    "HYD311",
    Severity.ERROR,
    "A sharing rule needs the labels of a namespace that nothing describes.",
    "Labels live in the cluster, and the compiler does not ask it: without them, the rule would be passed or failed by guess.",
    bad="share: {namespaces: {matchLabels: {env: prod}}}",
    good="# clusters/prod.yaml\nnamespaces: {nlp: {env: prod}}",
)
NO_NAMESPACE = Code(
    "HYD315",
    Severity.ERROR,
    "A namespaced document without a namespace.",
    "Controllers would put it into whatever namespace they are configured with.",
    bad="kind: Dataset\nmetadata: {name: corpus}",
    good="kind: Dataset\nmetadata: {name: corpus, namespace: nlp}",
)
NO_REPOSITORY = Code(
    "HYD317",
    Severity.ERROR,
    "A model of the library that names no repository.",
    "The entry describes a model, and does not say where its weights are.",
    bad="models: {base: {from: our-model}}   # an entry without `huggingface` and `modelscope`",
    good="models: {base: {from: our-model, source: s3://models/our-model}}",
)
GATED_MODEL = Code(
    "HYD318",
    Severity.ERROR,
    "A gated model without a secret.",
    "The hub hands it out only to accounts that accepted its licence: the preload would fail with 401.",
    bad="models: {base: llama-3.1-8b-instruct}",
    good="models: {base: {from: llama-3.1-8b-instruct, secret: hf-token}}",
)
MODEL_MISMATCH = Code(
    "HYD319",
    Severity.WARNING,
    "The label `hydra.io/model-id` names another model than the source loads.",
    "Services find their weights by this label, and would serve something else than they say.",
    bad="labels: {hydra.io/model-id: qwen2-0.5b-instruct}   # source: huggingface://Qwen/Qwen2.5-0.5B-Instruct",
    good="labels: {hydra.io/model-id: qwen2.5-0.5b-instruct}",
)
LABELS_DISAGREE = Code(
    "HYD320",
    Severity.ERROR,
    "A Namespace document and the cluster profile disagree about a namespace's labels.",
    "Sharing rules would depend on which of the two is believed.",
    bad="# clusters/prod.yaml\nnamespaces: {nlp: {env: prod}}   # and a Namespace nlp with env: dev",
    good="# clusters/prod.yaml\nnamespaces: {}",
)
BAD_OVERRIDE = Code(
    "HYD321",
    Severity.ERROR,
    "An override that cannot be applied.",
    "Overrides change what a project asks for on a cluster, not what it is.",
    bad="overrides: {staging: {metadata: {name: other}}}",
    good="overrides: {staging: {datasets: {tickets: {volume: {size: 5Gi}}}}}",
)
AMBIGUOUS = Code(
    "HYD322",
    Severity.ERROR,
    "A reference that could mean two things.",
    "A project and a namespace of one name, each with an entry of that name, look the same in `dataset://`.",
    bad="source: dataset://public/corpus   # a project `public` and a namespace `public` both have it",
    good="# give one of the two another name",
)


def unknown_cluster(at: Located, name: str, known: Iterable[str]) -> Diagnostic:
    """A cluster that there is not."""
    known = sorted(known)
    listed = ", ".join(f"`{one}`" for one in known)
    return Diagnostic(
        UNKNOWN_CLUSTER, at, f"No cluster is called `{name}`.", f"The clusters are {listed}.", closest(name, known)
    )


def no_cluster(at: Located, what: str, do: str) -> Diagnostic:
    """Several clusters and no choice."""
    return Diagnostic(NO_CLUSTER, at, f"{what} does not say which cluster it is for.", do)


def same_cluster(at: Located, name: str, first: Located) -> Diagnostic:
    """A second cluster of the name."""
    return Diagnostic(
        SAME_CLUSTER, at, f"A second cluster is called `{name}`.", "Give it another name.", notes=(_first(first),)
    )


def same_unit(at: Located, name: str, first: Located) -> Diagnostic:
    """A second unit of the name."""
    return Diagnostic(
        SAME_UNIT, at, f"A second unit is called `{name}`.", "Give the project another name, or move the documents.",
        notes=(_first(first),),
    )  # fmt: skip


def same_object(at: Located, target: str, first: Located) -> Diagnostic:
    """A second object of the kind, namespace and name."""
    return Diagnostic(
        SAME_OBJECT, at, f"A second object would be `{target}`.", "Rename one of the two.", notes=(_first(first),)
    )


def unknown_reference(at: Located, name: str, known: Iterable[str]) -> Diagnostic:
    """A reference to nothing."""
    return Diagnostic(
        UNKNOWN_REFERENCE, at, f"Nothing is called `{name}`.",
        "Add a Dataset document or a project's entry of that name, or use one that exists.", closest(name, known),
    )  # fmt: skip


def reference_cycle(at: Located, around: Iterable[str]) -> Diagnostic:
    """References in a circle."""
    return Diagnostic(
        REFERENCE_CYCLE, at, f"This reference leads back to itself: {' -> '.join(f'`{one}`' for one in around)}.",
        "Let one of them have a source of its own.",
    )  # fmt: skip


def not_shared(at: Located, target: str, namespace: str, foreign: bool) -> Diagnostic:
    """A reference to something that its owner keeps."""
    field = "spec.share: true" if foreign else "share: true"
    return Diagnostic(
        NOT_SHARED, at, f"`{target}` is not shared with `{namespace}`.", f"Its owner has to say `{field}`."
    )


def selector_mismatch(at: Located, target: str, namespace: str, why: str) -> Diagnostic:
    """A namespace that a selector leaves out."""
    return Diagnostic(
        SELECTOR_MISMATCH, at, f"`{target}` is not shared with `{namespace}`: {why}.",
        "Ask its owner to widen the selector, or correct the namespace's labels.",
    )  # fmt: skip


def bad_selector(at: Located, wrong: str, do: str) -> Diagnostic:
    """A selector that cannot be evaluated."""
    return Diagnostic(BAD_SELECTOR, at, wrong, do)


def unknown_namespace(at: Located, namespace: str, cluster: str) -> Diagnostic:
    """A namespace without known labels."""
    return Diagnostic(
        UNKNOWN_NAMESPACE, at, f"The labels of namespace `{namespace}` are not known on cluster `{cluster}`.",
        f"Add `namespaces: {{{namespace}: {{...}}}}` to the cluster's spec, or a Namespace document.",
    )  # fmt: skip


def no_namespace(at: Located, kind: str) -> Diagnostic:
    """A document without a namespace."""
    return Diagnostic(NO_NAMESPACE, at, f"This {kind} has no namespace.", "Add `namespace:` under `metadata`.")


def no_repository(at: Located, name: str, how: str) -> Diagnostic:
    """An entry that does not say where its weights are. `how`: the field `source` can be said, `Add ...`."""
    return Diagnostic(NO_REPOSITORY, at, f"The library entry `{name}` names no repository.", f"{how} with a URI.")


def gated_model(at: Located, name: str, how: str) -> Diagnostic:
    """A gated model that nobody may load. `how`: the field `secret` can be said, `Add ...`."""
    return Diagnostic(
        GATED_MODEL, at, f"`{name}` is gated: its hub asks for a token.",
        f"{how} with the name of a Secret whose key `token` holds one.",
    )  # fmt: skip


def model_mismatch(at: Located, model: str, wanted: str, found: str) -> Diagnostic:
    """A label that names another model than the source."""
    return Diagnostic(
        MODEL_MISMATCH, at, f"The model `{model}` is `{wanted}`, and the source loads `{found}`.",
        "Correct the label or the source.",
    )  # fmt: skip


def unknown_model_id(at: Located, model: str, candidates: tuple[str, ...]) -> Diagnostic:
    """A label that names no model."""
    return Diagnostic(
        MODEL_MISMATCH, at, f"No ModelSpec and no library entry is called `{model}`.",
        "Correct the label, or add a ModelSpec.", candidates,
    )  # fmt: skip


def labels_disagree(at: Located, namespace: str, label: str, cluster: str) -> Diagnostic:
    """Two sources of a namespace's labels that contradict each other."""
    return Diagnostic(
        LABELS_DISAGREE, at, f"Label `{label}` of namespace `{namespace}` is another one in cluster `{cluster}`.",
        "Say it in one of the two places.",
    )  # fmt: skip


def bad_override(at: Located, wrong: str, do: str) -> Diagnostic:
    """An override that cannot be applied."""
    return Diagnostic(BAD_OVERRIDE, at, wrong, do)


def ambiguous(at: Located, name: str) -> Diagnostic:
    """A reference that could mean two things."""
    return Diagnostic(
        AMBIGUOUS, at, f"`{name}` is an entry of a project and a Dataset of a namespace.", "Rename one of the two."
    )


def _first(first: Located) -> str:
    span = first.span()
    return f"The first is at {span.file}:{span.line}."
