"""Findings about fine-tunings: data that does not fit the stage, trainers that do not fit, waits that cannot work."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Code, Diagnostic, Located, Severity, closest

NO_FACTS = Code(
    "HYD931",
    Severity.ERROR,
    "A model is trained of which too little is known to plan it.",
    "Without its sizes nobody can say whether training fits a card.",
    bad="models:\n  own: {source: hf://acme/own-7b@1f3c9a}",
    good="models:\n  own:\n    source: hf://acme/own-7b@1f3c9a\n    facts: {parameters: 7.6B, layers: 28, hidden: 3584, intermediate: 18944, heads: 28, kvHeads: 4, headSize: 128, vocab: 152064}",
)
WRONG_DATA = Code(
    "HYD932",
    Severity.ERROR,
    "Data of a style that the stage cannot learn from.",
    "Preference training needs a better and a worse answer, supervised training needs a prompt and an answer.",
    bad="datasets: {tickets: {format: {style: alpaca}, ...}}\nfinetunes: {a: {dataset: tickets, stage: dpo, ...}}",
    good="datasets: {pairs: {format: {style: preference, columns: {prompt: q, chosen: good, rejected: bad}}, ...}}\nfinetunes: {a: {dataset: pairs, stage: dpo, ...}}",
)
NO_COLUMN = Code(
    "HYD933",
    Severity.ERROR,
    "A column of the data is missing.",
    "The trainer would stop at the first record, after everything was loaded.",
    bad="format: {style: preference, columns: {prompt: question, chosen: good}}",
    good="format: {style: preference, columns: {prompt: question, chosen: good, rejected: bad}}",
)
NOT_FOR_TRAINER = Code(
    "HYD934",
    Severity.ERROR,
    "A trainer is asked for what it does not do.",
    "The entry of the library says which stages, methods and styles of data it knows.",
    bad="trainer: torchrun\nmethod: qlora   # and the entry lists only full",
    good="trainer: llamafactory\nmethod: qlora",
)
NO_TEMPLATE = Code(
    "HYD935",
    Severity.ERROR,
    "The chat template of a model is not known to the trainer.",
    "A model that is trained with another template than it is served with answers badly, and nothing says why.",
    bad="template: qwenn",
    good="template: qwen",
)
NO_FORMAT = Code(
    "HYD936",
    Severity.ERROR,
    "A dataset is trained on that does not say how its files read.",
    "The trainer needs the files and their columns.",
    bad="datasets:\n  tickets: {source: s3://corp-data/tickets}",
    good="datasets:\n  tickets:\n    source: s3://corp-data/tickets\n    format: {style: alpaca, columns: {prompt: question, response: answer}, splits: {train: train.jsonl}}",
)
EVICTED_AT_THE_GATE = Code(
    "HYD937",
    Severity.WARNING,
    "A queue evicts workloads sooner than their data may be ready.",
    "A pod that waits at its gate is not ready. Kueue evicts and re-queues a workload whose pods are not ready within `podsReadyTimeout`, so that a training whose model still loads would be started over and over.",
    bad="queue: {kind: kueue, name: ml, podsReadyTimeout: 5m}\ngate: {timeout: 24h}",
    good="queue: {kind: kueue, name: ml, podsReadyTimeout: 24h}\ngate: {timeout: 24h}",
    source="https://kueue.sigs.k8s.io/docs/tasks/manage/setup_wait_for_pods_ready/",
)
ONE_NODE_VOLUME = Code(
    "HYD938",
    Severity.ERROR,
    "Pods on several nodes share a volume that one node can mount.",
    "All but the first would wait for it for ever.",
    bad="volume: {accessModes: [ReadWriteOnce]}   # and a fine-tuning on two nodes",
    good="volume: {accessModes: [ReadWriteMany]}",
)
HELD_WHILE_WAITING = Code(
    "HYD943",
    Severity.WARNING,
    "A pod waits for data on a volume that one node can mount.",
    "The volume is attached to the node of the pod that waits. Who makes the data may be scheduled to another node, and cannot attach it there: both wait until the gate gives up.",
    bad="storage: {default: {class: ebs, accessModes: [ReadWriteOnce]}}   # and a fine-tuning whose model is loaded",
    good="storage: {default: {class: cephfs, accessModes: [ReadWriteMany]}}",
)
CHAIN_BEYOND_CLUSTER = Code(
    "HYD952",
    Severity.WARNING,
    "Two fine-tunings, one of which begins from the other, need more cards together than the cluster has.",
    "The second one's pods hold their cards while they wait. Where they are admitted first, the first training never gets any, and both wait until the gate gives up.",
    bad="accelerators: {a100-80gb: {count: 16, perNode: 8}}   # and `second` on 16 cards begins from `first` on 8",
    good="# commit `second` once `first` is done, or give both no more than 16 cards together",
)
WAITS_WITH_CARDS = Code(
    "HYD953",
    Severity.INFO,
    "A fine-tuning holds its cards while it waits for the one that it begins from.",
    "A pod is scheduled before it waits, so its cards are idle for as long as the other training takes.",
    bad="finetunes:\n  second: {model: first, ...}   # both are new",
    good="# commit `second` once `first` is done",
)
OPERATOR_TOO_OLD = Code(
    "HYD954",
    Severity.WARNING,
    "A training operator that does not tell Workers how many processes a node has.",
    "Before 1.8, Workers without a Master get no PET_NPROC_PER_NODE: torchrun starts one process a node, and the other cards stand idle.",
    bad='operators: {training: {api: kubeflow.org/v1, version: "1.7"}}   # and a fine-tuning on two nodes',
    good='operators: {training: {api: kubeflow.org/v1, version: "1.9"}}',
    source="https://github.com/kubeflow/training-operator/blob/v1.8.0/pkg/controller.v1/pytorch/envvar.go",
)
IMAGE_OUTSIDE = Code(
    "HYD939",
    Severity.ERROR,
    "On a cluster without internet, an image is not from its mirror.",
    "The image that a spec gives is left as it is, and nobody could pull it.",
    bad="# the cluster has `offline:` and `images: {registry: registry.acme.io/mirror}`\nimage: docker.io/acme/train:1.4",
    good="image: registry.acme.io/mirror/acme/train:1.4",
)
NEEDED = Code(
    "HYD940",
    Severity.ERROR,
    "A trainer needs something that the fine-tuning does not give.",
    "A general trainer starts the user's own script, in the user's own image.",
    bad="trainer: torchrun",
    good="trainer: torchrun\nimage: registry.acme.io/train:1.4\nscript: /workspace/train.py",
)


def no_facts(at: Located, model: str, fact: str) -> Diagnostic:
    """A model without the numbers."""
    return Diagnostic(
        NO_FACTS, at, f"The facts of model `{model}` do not state `{fact}`, which planning needs.",
        "Add `facts` to the model, or name a model of the library.",
    )  # fmt: skip


def wrong_data(at: Located, stage: str, style: str, fitting: Iterable[str]) -> Diagnostic:
    """A style that a stage does not read."""
    listed = " or ".join(f"`{one}`" for one in fitting)
    return Diagnostic(
        WRONG_DATA, at, f"Stage `{stage}` cannot learn from data of style `{style}`.",
        f"Use a dataset of style {listed}, or another stage.",
    )  # fmt: skip


def no_column(at: Located, column: str, style: str, stage: str) -> Diagnostic:
    """A column that is not mapped."""
    return Diagnostic(
        NO_COLUMN, at, f"Stage `{stage}` on data of style `{style}` needs the column `{column}`.",
        f"Add `{column}:` with its name in the files under `format.columns`.",
    )  # fmt: skip


def column_not_in_file(at: Located, column: str, name: str, record: str, known: Iterable[str]) -> Diagnostic:
    """A column that a record does not have. `record`: ``Record 2 of `a.jsonl` ``."""
    listed = [str(one) for one in known]
    there = f"has {', '.join(f'`{one}`' for one in listed)}" if listed else "is empty"
    return Diagnostic(
        NO_COLUMN, at, f"{record} has no `{name}`, which `{column}` is read from.",
        f"It {there}: map `{column}` under `format.columns`, or correct the file.", closest(name, listed),
    )  # fmt: skip


def unreadable_records(at: Located, file: str, why: str) -> Diagnostic:
    """A file of the repo that holds no records."""
    return Diagnostic(
        NO_COLUMN, at, f"`{file}` cannot be read as training data: {why}.",
        "Use JSON Lines, one record a line, a JSON list of records, or a table with the ending `.csv`.",
    )  # fmt: skip


def no_format(at: Located, dataset: str, field: str) -> Diagnostic:
    """A dataset without a format, or a format without what is needed."""
    return Diagnostic(
        NO_FORMAT, at, f"Dataset `{dataset}` does not say `{field}`.", f"Add `{field}` to the dataset.",
    )  # fmt: skip


def not_for_trainer(at: Located, trainer: str, what: str, value: str, known: Iterable[str]) -> Diagnostic:
    """A stage, method or style that a trainer does not know."""
    listed = ", ".join(f"`{one}`" for one in known)
    return Diagnostic(
        NOT_FOR_TRAINER, at, f"Trainer `{trainer}` does not know the {what} `{value}`.",
        f"Use one of {listed}, or another trainer.",
    )  # fmt: skip


def no_merge_into(at: Located, dtype: str) -> Diagnostic:
    """Adapters beside weights that nothing can be merged into."""
    return Diagnostic(
        NOT_FOR_TRAINER, at, f"Adapters cannot be merged into weights of `{dtype}`.",
        "Remove `merge`, or begin from the model in 16 bits.",
    )  # fmt: skip


def no_merge(at: Located, trainer: str) -> Diagnostic:
    """A trainer that leaves adapters as they are."""
    return Diagnostic(
        NOT_FOR_TRAINER, at, f"Trainer `{trainer}` cannot merge adapters.", "Remove `merge`, or use another trainer."
    )


def no_script(at: Located, trainer: str) -> Diagnostic:
    """A script that a trainer would not start."""
    return Diagnostic(
        NOT_FOR_TRAINER, at, f"Trainer `{trainer}` starts no script of your own.",
        "Remove `script`, or use a trainer that starts one: `torchrun`, `accelerate`.",
    )  # fmt: skip


def not_of_text(at: Located, model: str, task: str, trainer: str) -> Diagnostic:
    """A model that does not write text, for a trainer of such ones."""
    return Diagnostic(
        NOT_FOR_TRAINER, at,
        f"`{model}` does not write text (its task is `{task}`), and no stage of trainer `{trainer}` trains such a model.",
        "Begin from a model that writes text, or train this one by a script of your own, under the trainer `torchrun`.",
    )  # fmt: skip


def not_of_style(at: Located, column: str, style: str, known: Iterable[str]) -> Diagnostic:
    """A column that a style does not have."""
    from compiler.spec.problems import bad_value

    listed = ", ".join(f"`{one}`" for one in known)
    return bad_value(at, f"Data of style `{style}` has no column `{column}`.", f"Its columns are {listed}.")


def no_template(at: Located, template: str, trainer: str, known: Iterable[str]) -> Diagnostic:
    """A template that a trainer does not know."""
    return Diagnostic(
        NO_TEMPLATE, at, f"Trainer `{trainer}` has no chat template `{template}`.",
        "Use the name that the trainer has for the model's family.", closest(template, known),
    )  # fmt: skip


def template_unknown(at: Located, model: str) -> Diagnostic:
    """A model whose template nobody states."""
    return Diagnostic(
        NO_TEMPLATE, at, f"The chat template of model `{model}` is not known.",
        "Add `template:` to the model or the fine-tuning, e.g. `qwen` or `llama3`.",
    )  # fmt: skip


def evicted_at_the_gate(at: Located, ready: int, gate: int) -> Diagnostic:
    """A queue with less patience than the gate."""
    return Diagnostic(
        EVICTED_AT_THE_GATE, at,
        f"Kueue evicts after {ready} s a workload whose pods are not ready, and its gate waits for up to {gate} s.",
        "Raise `queue.podsReadyTimeout` to `gate.timeout`, or lower `gate.timeout` and load the data first.",
    )  # fmt: skip


def one_node_volume(at: Located, claim: str, nodes: int) -> Diagnostic:
    """A claim that only one node can mount."""
    return Diagnostic(
        ONE_NODE_VOLUME, at, f"Pods on up to {nodes} nodes mount claim `{claim}`, which one node can mount.",
        "Use `accessModes: [ReadWriteMany]` and a StorageClass that has it, or stay on one node.",
    )  # fmt: skip


def held_while_waiting(at: Located, claim: str, producer: str) -> Diagnostic:
    """A claim that a waiting pod keeps from its producer."""
    return Diagnostic(
        HELD_WHILE_WAITING, at,
        f"While this waits, its node holds claim `{claim}`, which one node can mount; {producer} may run on another.",
        "Use `accessModes: [ReadWriteMany]` and a StorageClass that has it, or keep all of it on one node.",
    )  # fmt: skip


def chain_beyond_cluster(at: Located, base: str, cards: int, there: int, accelerator: str) -> Diagnostic:
    """A chain that may never start."""
    return Diagnostic(
        CHAIN_BEYOND_CLUSTER, at,
        f"This waits for `{base}` with its cards held: together they need {cards} `{accelerator}`, and there are {there}.",
        "Commit this one once the other is done, or use fewer cards.",
    )  # fmt: skip


def waits_with_cards(at: Located, base: str, cards: int, accelerator: str) -> Diagnostic:
    """Cards that wait."""
    held = f"{cards} `{accelerator}`"
    return Diagnostic(
        WAITS_WITH_CARDS, at, f"Its pods hold {held} while they wait for `{base}`.",
        "Commit it once the other is done, or leave it where the cards are not needed.",
    )  # fmt: skip


def operator_too_old(at: Located, version: str) -> Diagnostic:
    """An operator that leaves cards idle."""
    return Diagnostic(
        OPERATOR_TOO_OLD, at, f"The training operator {version} does not tell Workers how many processes to start.",
        "Use 1.8 or newer, or cards of one node.",
    )  # fmt: skip


def image_outside(at: Located, image: str, registry: str) -> Diagnostic:
    """An image that cannot be pulled."""
    return Diagnostic(
        IMAGE_OUTSIDE, at, f"The image `{image}` is not on `{registry}`, and the cluster is offline.",
        "Mirror it and name it there.",
    )  # fmt: skip


def needed(at: Located, trainer: str, field: str) -> Diagnostic:
    """Something that a general trainer needs."""
    return Diagnostic(NEEDED, at, f"Trainer `{trainer}` needs `{field}`.", f"Add `{field}:` to the fine-tuning.")
