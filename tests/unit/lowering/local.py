"""Runs rendered containers on this machine: a plan whose root is a directory of the test, its programs faked."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from compiler.diagnostics import Span
from compiler.linking.artifact import Mounted
from compiler.lowering.preload import preload
from compiler.planning.identity import Identity
from compiler.planning.plans import Pod, PreloadPlan
from compiler.source.document import Origin

SHELL = os.environ.get("HYDRA_TEST_SHELL", "sh").split()
"""The shell; `busybox sh` is another one that loaders' images have."""

DIGEST = "kbbk9tm772"


class Nowhere:
    """Stands for an origin, which scripts have no use for."""

    def span(self) -> Span:
        """The start of no file."""
        return Span("hydra.yaml", 1, 1, 1, 1)


NOWHERE: Origin = Nowhere()  # type: ignore[assignment]


class Local:
    """A volume, a scratch directory and a directory of fake programs."""

    def __init__(self, root: Path) -> None:
        self.volume = root / "volume"
        self.scratch = root / "scratch"
        self.programs = root / "programs"
        self.log = root / "log"
        for one in (self.volume, self.scratch, self.programs):
            one.mkdir(parents=True)

    @property
    def calls(self) -> list[str]:
        """What the fake programs were called with, a line a call."""
        return self.log.read_text("utf-8").splitlines() if self.log.exists() else []

    def program(self, name: str, script: str) -> None:
        """A fake program. `$LOG` is where it may note that it was called."""
        path = self.programs / name
        path.write_text(f"#!/bin/sh\nset -eu\n{script}\n", "utf-8")
        path.chmod(0o755)

    def recorder(self, name: str, also: str = "") -> None:
        """A fake program that notes its arguments, one in brackets each."""
        self.program(name, f'{{ printf "%s" {name}; printf " [%s]" "$@"; printf "\\n"; }} >>"$LOG"\n{also}')

    def container(self, plan: PreloadPlan) -> dict[str, Any]:
        """The container of a plan's Job."""
        found: dict[str, Any] = preload(plan).body["spec"]["template"]["spec"]["containers"][0]
        return found

    def start(self, container: Mapping[str, Any], **secrets: str) -> subprocess.Popen[str]:
        """Start a container's command as the kubelet would, in a session of its own."""
        environment = {one["name"]: expanded(one["value"]) for one in container["env"] if "value" in one}
        environment |= {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "LOG": str(self.log),
            "HYDRA_POD": f"pod-{time.monotonic_ns()}",
            "HOME": str(self.scratch),
            **secrets,
        }
        arguments = [expanded(one) for one in container.get("args", ())]
        if arguments[:2] == ["sh", "-c"]:
            arguments[2] = arguments[2].replace("/tmp/", f"{self.scratch}/")
        return subprocess.Popen(
            [*SHELL, *map(expanded, container["command"][1:]), *arguments],
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def run(self, container: Mapping[str, Any], **secrets: str) -> tuple[int, str]:
        """Run it to its end: exit status and output."""
        process = self.start(container, **secrets)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output


def expanded(text: str) -> str:
    """What the kubelet makes of text in which no variable is known: `$$` is a dollar, the rest stays.

    Source: Kubernetes, `third_party/forked/golang/expansion/expand.go`.
    """
    return re.sub(r"\$\$", "$", text)


def plan_of(
    local: Local,
    arguments: Sequence[str],
    *,
    in_place: bool = False,
    mount: Mounted | None = None,
    environment: Mapping[str, str] | None = None,
) -> PreloadPlan:
    """A plan for the volume of this machine."""
    state = local.volume / ".hydra" / DIGEST if in_place else local.volume / DIGEST
    target = local.volume if in_place else state / "data"
    return PreloadPlan(
        identity=Identity("corpus-preload", "nlp", "corpus", NOWHERE),
        pod=Pod(mount or Mounted(uid=os.getuid(), gid=os.getgid()), False, (), None, {}, 3600),
        image="example.org/loader:1",
        claim="corpus",
        claim_path="",
        root=str(local.volume),
        target=str(target),
        state=str(state),
        marker=str(state / "ready.json"),
        ready=f'{{"run": "{DIGEST}"}}',
        arguments=arguments,
        environment=environment or {},
        secrets={},
        secret_files=None,
        config_files=(),
        resources={},
        writable={},
        as_root=False,
    )
