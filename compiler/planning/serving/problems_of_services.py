"""Findings about services: what cannot be served so, what a server does not take, what a cluster does not have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compiler.diagnostics import Code, Diagnostic, Located, Severity, closest

NO_SPARE = Code(
    "HYD525",
    Severity.INFO,
    "A service whose new revision finds no free cards beside the old one.",
    "A new revision would wait for ever for cards that the old one keeps. Under KServe an old pod goes first, and is missing until the new one has loaded. A RayService makes a second cluster, which waits.",
    bad="accelerators: {a100-80gb: {count: 1}}   # and a service with one card",
    good="accelerators: {a100-80gb: {count: 2}}",
)
CANNOT_SERVE = Code(
    "HYD570",
    Severity.ERROR,
    "A runtime is asked to serve a model that it cannot.",
    "A server reads certain formats of weights and certain kinds of models. It would load for minutes, fail, and start again.",
    bad="services:\n  chat: {model: qwen2.5-7b-gguf, runtime: vllm}   # weights for llama.cpp",
    good="services:\n  chat: {model: qwen2.5-7b-gguf, runtime: llama.cpp}",
)
UNKNOWN_ARGUMENT = Code(
    "HYD571",
    Severity.ERROR,
    "An argument that the server does not take, that Hydra sets itself, or that contradicts another field.",
    "A server ends at once when it meets an argument that it does not know.",
    bad="arguments: {enable-prefix-cacheing: true}",
    good="arguments: {enable-prefix-caching: true}",
)
OTHER_BASE = Code(
    "HYD572",
    Severity.ERROR,
    "An adapter is served beside a model that it was not trained on.",
    "An adapter is the difference to one base. With another one the server refuses it, or answers nonsense.",
    bad="services:\n  chat: {model: qwen2.5-7b-instruct, adapters: [style-lora]}   # style-lora was trained on llama-3.1-8b-instruct",
    good="services:\n  chat: {model: llama-3.1-8b-instruct, adapters: [style-lora]}",
)
NO_ENGINE = Code(
    "HYD573",
    Severity.ERROR,
    "A service for an engine that the cluster, or the runtime, does not have.",
    "Nothing on the cluster would act on the object.",
    bad="engine: ray   # and the cluster's operators name KServe alone",
    good="engine: kserve",
)
SCALE = Code(
    "HYD574",
    Severity.ERROR,
    "A number of replicas that cannot be.",
    "The operator refuses the object, or never starts a replica again once there is none.",
    bad="replicas: {min: 4, max: 2}",
    good="replicas: {min: 2, max: 4}",
)
NO_RESULT = Code(
    "HYD575",
    Severity.ERROR,
    "A service on a fine-tuning whose result it cannot serve.",
    "An adapter that is not merged needs a server that loads base and adapter; a reward model writes no text.",
    bad="finetunes:\n  tickets: {method: lora, output: {merge: false}, ...}\nservices:\n  chat: {model: tickets, engine: ray}",
    good="finetunes:\n  tickets: {method: lora, output: {merge: true}, ...}\nservices:\n  chat: {model: tickets, engine: ray}",
)
DEPLOYMENT_LEFT = Code(
    "HYD576",
    Severity.INFO,
    "None of the deployments that a ModelSpec lists is taken.",
    "They name kinds and numbers of cards. Where the cluster has none of them, or the model does not fit on them, Hydra decides.",
    bad="gpuCount: 8\nperGPUMemoryGB: 80   # for 640 GiB of weights",
    good="accelerator: {type: h200-141gb, count: 8}   # in the service",
)
NO_FILE = Code(
    "HYD577",
    Severity.ERROR,
    "A file is to be served, and it is not said which.",
    "A repository of GGUF files has one for each kind of quantisation.",
    bad="services:\n  chat: {model: qwen2.5-7b-gguf, runtime: llama.cpp}",
    good="services:\n  chat: {model: qwen2.5-7b-gguf, runtime: llama.cpp, file: qwen2.5-7b-instruct-q4_k_m.gguf}",
)
NOT_EXPOSED = Code(
    "HYD578",
    Severity.ERROR,
    "A service is to be reached from outside, and the cluster does not say how.",
    "An Ingress needs a class and a host name, an HTTPRoute a Gateway.",
    bad="services:\n  chat: {expose: {}, ...}   # and the cluster has no `endpoints`",
    good="endpoints: {domain: models.acme.io, ingress: {class: nginx}}   # in the cluster's spec",
)
NO_CANARY = Code(
    "HYD579",
    Severity.ERROR,
    "A canary where requests cannot be split.",
    "In mode Standard a Deployment replaces its pods, and nothing sends a part of the requests to the new ones.",
    bad="canary: 10   # on a cluster whose KServe runs in mode Standard",
    good="operators: {inference: {mode: Knative, ...}}   # in the cluster's spec",
)
UNKNOWN_SIZE = Code(
    "HYD580",
    Severity.ERROR,
    "A model is served of which too little is known to plan it.",
    "Without its sizes nobody can say whether it fits a card.",
    bad="models:\n  own: {source: hf://acme/own-7b@1f3c9a}\nservices:\n  chat: {model: own}",
    good="models:\n  own:\n    source: hf://acme/own-7b@1f3c9a\n    facts: {parameters: 7.6B, layers: 28, hidden: 3584, intermediate: 18944, heads: 28, kvHeads: 4, headSize: 128, vocab: 152064}",
)
NO_KEY = Code(
    "HYD581",
    Severity.ERROR,
    "An API key for a server that asks for none.",
    "Everybody could go on without one.",
    bad="runtime: triton\nkey: {secret: chat-key, key: token}",
    good="runtime: vllm\nkey: {secret: chat-key, key: token}",
)
CARD_CANNOT = Code(
    "HYD582",
    Severity.ERROR,
    "Weights of a type that the card does not compute with, or a card that the server's image is not for.",
    "The server would end when it loads the model.",
    bad="services:\n  chat: {model: qwen2.5-72b-instruct-awq, accelerator: {type: v100-32gb}}",
    good="services:\n  chat: {model: qwen2.5-72b-instruct-awq, accelerator: {type: a100-80gb}}",
)
UNCHECKED_SIZE = Code(
    "HYD583",
    Severity.WARNING,
    "A model is served on the cards that a ModelSpec names, and its size is not known.",
    "Nothing checks whether it fits.",
    bad="models:\n  own: {source: hf://acme/own-7b@1f3c9a}   # with a ModelSpec that has `deployments`",
    good="models:\n  own: {source: hf://acme/own-7b@1f3c9a, facts: {parameters: 7.6B, layers: 28, ...}}",
)
NOT_COMPARABLE = Code(
    "HYD584",
    Severity.ERROR,
    "A comparison that cannot be made.",
    "Its questions are JSON lines, and its services speak OpenAI's API.",
    bad="questions: questions.txt   # with a line that is no JSON",
    good='questions: questions.jsonl   # {"prompt": "How do I reset my password?"}',
)
NEEDS_IMAGE = Code(
    "HYD585",
    Severity.ERROR,
    "A runtime that leaves its image or its cards to the service.",
    "Of a container of one's own, nothing is known but what the service says.",
    bad="runtime: container",
    good="runtime: container\nimage: registry.acme.io/serve:1.4\ncommand: [python, serve.py]\naccelerator: {type: l4, count: 1}",
)


CREDENTIAL = Code(
    "HYD586",
    Severity.ERROR,
    "A credential stands among the arguments of a server, or among the variables of a ModelSpec.",
    "Specs are committed: whoever reads the repo or its history can use it, and who may look at pods reads their arguments.",
    bad="services:\n  chat: {model: base, arguments: {hf-token: hf_abcdefghijklmnopqrst}}",
    good="services:\n  chat: {model: base, env: {HF_TOKEN: {secret: hub, key: token}}}",
)


ONE_NAME = Code(
    "HYD587",
    Severity.ERROR,
    "Two models of a service would answer to one name.",
    "Requests name the model, which is the service itself, or an adapter by the name of its fine-tuning.",
    bad="services:\n  style: {model: base, adapters: [style]}",
    good="services:\n  chat: {model: base, adapters: [style]}",
)


def one_name(at: Located, name: str) -> Diagnostic:
    """A name that two would answer to."""
    return Diagnostic(
        ONE_NAME, at, f"`{name}` would be the name of two models of this service.",
        "Rename the service or the fine-tuning, or name each adapter once.",
    )  # fmt: skip


def no_spare(at: Located, pool: str, replicas: int, minutes: int) -> Diagnostic:
    """A rollout without a card to spare."""
    least = "nobody answers" if replicas == 1 else "one replica is missing"
    return Diagnostic(
        NO_SPARE, at, f"No `{pool}` is left for a rollout: an old pod goes before its successor comes.",
        f"Expect that {least} while the new one loads, which may take up to {minutes} minutes.",
    )  # fmt: skip


def no_second(at: Located, pool: str, cards: int) -> Diagnostic:
    """A RayService whose second cluster would not be placed."""
    return Diagnostic(
        NO_SPARE, at, f"No {cards} `{pool}` are left for a second Ray cluster, which a change of the pods would make.",
        "Free as many cards before such a change, or delete the RayService; until then the old cluster answers.",
    )  # fmt: skip


def cannot_serve(at: Located, runtime: str, wrong: str, able: Sequence[str]) -> Diagnostic:
    """A format or a kind of model that a runtime does not know. `able`: those that could."""
    do = f"Use {_either(able)}." if able else "Use other weights of the model, or add a runtime to the library."
    return Diagnostic(CANNOT_SERVE, at, f"The runtime `{runtime}` cannot serve it: {wrong}.", do)


def nothing_serves(at: Located, model: str, what: str) -> Diagnostic:
    """A model that no runtime of the library can serve."""
    return Diagnostic(
        CANNOT_SERVE, at, f"No runtime of the library serves `{model}`: {what}.",
        "Use other weights of the model, or add a runtime to the library.",
    )  # fmt: skip


def unknown_argument(at: Located, runtime: str, name: str, known: Iterable[str]) -> Diagnostic:
    """A name that the server does not have."""
    return Diagnostic(
        UNKNOWN_ARGUMENT, at, f"The runtime `{runtime}` takes no argument `{name}`.", "Remove it, or correct its name.",
        closest(name, known),
    )  # fmt: skip


def own_argument(at: Located, name: str, instead: str) -> Diagnostic:
    """An argument that Hydra sets."""
    return Diagnostic(UNKNOWN_ARGUMENT, at, f"`{name}` is set by Hydra.", f"Remove it. {instead}")


def credential(at: Located, what: str) -> Diagnostic:
    """A secret that anybody can read. No report shows it."""
    return Diagnostic(
        CREDENTIAL, at, f"{what} holds a credential.",
        "Put it into a Secret, and give it to the server under `env`: `{secret: <name>, key: <key>}`. Then revoke this one.",
        secret=True,
    )  # fmt: skip


def contradicts(at: Located, name: str, field: str) -> Diagnostic:
    """The same thing, said twice and differently."""
    return Diagnostic(UNKNOWN_ARGUMENT, at, f"`{name}` and `{field}` say different things.", f"Remove `{name}`.")


def bad_argument(at: Located, wrong: str, do: str) -> Diagnostic:
    """A value that the argument cannot have."""
    return Diagnostic(UNKNOWN_ARGUMENT, at, wrong, do)


def other_base(at: Located, name: str, base: str, model: str) -> Diagnostic:
    """An adapter of another model."""
    return Diagnostic(
        OTHER_BASE, at, f"`{name}` was trained on `{base}`, and `{model}` is served.",
        "Serve its own base, or leave the adapter out.",
    )  # fmt: skip


def base_of_run(at: Located, name: str, run: str) -> Diagnostic:
    """A run that is held, of another base than the fine-tuning has by now."""
    return Diagnostic(
        OTHER_BASE, at, f"The run `{run}` of `{name}` that is served was trained on another base than it names now.",
        "Promote the current run, or take the change of its base back.",
    )  # fmt: skip


def no_adapter(at: Located, name: str) -> Diagnostic:
    """Something else than an adapter where one is named."""
    return Diagnostic(
        OTHER_BASE, at, f"`{name}` makes no adapter.",
        "Name fine-tunings with `method: lora` or `method: qlora` here, and others as the `model` of a service of their own.",
    )  # fmt: skip


def takes_no_adapters(at: Located, runtime: str, engine: str, *, own: str = "") -> Diagnostic:
    """Adapters for a server without them. `own`: the fine-tuning that is the service's model."""
    where = f"The runtime `{runtime}` with engine `{engine}` loads no adapters"
    if own:
        do = f"Set `output.merge: true` on `{own}`, or use a runtime and engine that load adapters (`vllm` with `kserve`)."
        return Diagnostic(NO_RESULT, at, f"{where}, and `{own}` makes one that is not merged.", do)
    return Diagnostic(
        NO_RESULT, at, f"{where} beside a model.",
        "Use `vllm` with `kserve`, or merge each adapter and give it a service of its own.",
    )  # fmt: skip


def high_rank(at: Located, name: str, rank: int, most: int, runtime: str) -> Diagnostic:
    """An adapter of a rank that the server refuses."""
    return Diagnostic(
        NO_RESULT, at, f"`{name}` has rank {rank}, and `{runtime}` loads adapters of up to {most}.",
        "Merge it, or train one of a lower rank.",
    )  # fmt: skip


def reward_model(at: Located, name: str, service: str) -> Diagnostic:
    """A model that gives marks."""
    return Diagnostic(
        NO_RESULT, at, f"`{name}` trains a reward model, which gives marks and writes no text: `{service}` could not answer.",
        "Serve a fine-tuning of another stage.",
    )  # fmt: skip


def no_engine(at: Located, wrong: str, do: str) -> Diagnostic:
    """An engine that is not there."""
    return Diagnostic(NO_ENGINE, at, wrong, do)


def bad_scale(at: Located, wrong: str, do: str) -> Diagnostic:
    """Replicas that cannot be."""
    return Diagnostic(SCALE, at, wrong, do)


def deployment_left(at: Located, model: str, reasons: Sequence[str]) -> Diagnostic:
    """No deployment of a ModelSpec is taken."""
    return Diagnostic(
        DEPLOYMENT_LEFT, at, f"No deployment that the ModelSpec `{model}` lists is taken.",
        "Name an accelerator, or leave it as Hydra decides.", notes=tuple(reasons),
    )  # fmt: skip


def no_file(at: Located, service: str) -> Diagnostic:
    """A file that is not named."""
    return Diagnostic(
        NO_FILE, at, f"`{service}` serves one file of a repository, and it is not said which.",
        "Add `file:` with the name of the GGUF file; of one in parts, the first part.",
    )  # fmt: skip


def file_not_taken(at: Located, runtime: str) -> Diagnostic:
    """A file for a server of directories."""
    return Diagnostic(NO_FILE, at, f"The runtime `{runtime}` loads a directory, not a file of it.", "Remove `file`.")


def not_exposed(at: Located, wrong: str, do: str) -> Diagnostic:
    """A way that is not there."""
    return Diagnostic(NOT_EXPOSED, at, wrong, do)


def no_canary(at: Located, wrong: str, do: str) -> Diagnostic:
    """A canary that cannot be."""
    return Diagnostic(NO_CANARY, at, wrong, do)


def unknown_size(at: Located, name: str, fact: str) -> Diagnostic:
    """A model without facts."""
    return Diagnostic(
        UNKNOWN_SIZE, at, f"Of `{name}` it is not known how large it is: `{fact}` is missing.",
        "Describe it under `models` with `facts`, or add it to the library.",
    )  # fmt: skip


def unchecked_size(at: Located, name: str, cards: int, pool: str) -> Diagnostic:
    """A model without facts, on the cards that a ModelSpec names."""
    return Diagnostic(
        UNCHECKED_SIZE, at, f"`{name}` gets {cards} `{pool}` as its ModelSpec says; nothing checks whether it fits.",
        "Describe it under `models` with `facts`.",
    )  # fmt: skip


def no_key(at: Located, runtime: str, engine: str) -> Diagnostic:
    """A key that nobody asks for."""
    return Diagnostic(
        NO_KEY, at, f"The runtime `{runtime}` with engine `{engine}` asks for no API key.",
        "Remove `key`, and let a gateway ask for it.",
    )  # fmt: skip


def card_cannot(at: Located, wrong: str, do: str) -> Diagnostic:
    """A card that does not do."""
    return Diagnostic(CARD_CANNOT, at, wrong, do)


def not_comparable(at: Located, wrong: str, do: str) -> Diagnostic:
    """A comparison that cannot be."""
    return Diagnostic(NOT_COMPARABLE, at, wrong, do)


def needs(at: Located, runtime: str, field: str) -> Diagnostic:
    """A field that the runtime leaves to the service."""
    return Diagnostic(NEEDS_IMAGE, at, f"The runtime `{runtime}` needs `{field}`.", f"Add `{field}:` to the service.")


def _either(names: Sequence[str]) -> str:
    quoted = [f"`{one}`" for one in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
