"""Measures Hydra and its peers, and judges the budgets.

    python -m bench.run [--quick] [--only NAME ...] [--place DIRECTORY]

Every case is a whole process. Rounds are interleaved (A B C, A B C, ...), so that ratios hold on a machine that others
use as well. Exits with 1 where a budget is not kept.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.budgets import verdicts
from bench.cases import PEERS, Bench, Case
from bench.timing import RunError, Sample, measure, middle

MEMORY = Path("/dev/shm")
"""Where there is one, files stay in memory: making thousands of them on a disk varies by more than is measured."""

RESULTS = Path(__file__).parent / "out" / "results.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, keep. Answers the exit code."""
    asked = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="hydra-bench-", dir=asked.place) as place:
        bench = Bench(Path(place), asked.quick)
        cases = [case for case in bench.hydra() if _wanted(case.name, asked.only)]
        peers = tuple(peer for peer in PEERS if _wanted(f"{peer} 1000", asked.only))
        cases += bench.peers(peers) if peers else []
        samples = rounds(cases, bench.skipped)
    print("\n".join(table(samples)))
    for name, why in bench.skipped.items():
        print(f"skipped {name}: {why}")
    judged = list(verdicts(samples))
    print("\nBudgets")
    print("\n".join(one.line() for one in judged))
    _keep(samples, bench.skipped, [one._asdict() for one in judged])
    return 1 if any(one.kept is False for one in judged) else 0


def rounds(cases: Sequence[Case], skipped: dict[str, str]) -> dict[str, list[Sample]]:
    """Run every case as often as it wants, in rounds. A case that fails is left out from there on, and said."""
    samples: dict[str, list[Sample]] = {case.name: [] for case in cases}
    for number in range(max((case.runs for case in cases), default=0)):
        for case in cases:
            if number >= case.runs or case.name in skipped:
                continue
            print(f"\rround {number + 1}: {case.name:40}", end="", file=sys.stderr, flush=True)
            if case.before is not None:
                case.before()
            try:
                samples[case.name].append(measure(case.command, case.limit))
            except RunError as failure:
                skipped[case.name] = str(failure)
    print(f"\r{'':60}\r", end="", file=sys.stderr)
    return samples


def table(samples: dict[str, list[Sample]]) -> list[str]:
    """The figures in Markdown."""
    lines = [
        "| case | wall, median s | min-max | user s | system s | peak MiB | runs |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, runs in samples.items():
        if runs:
            walls = [one.wall for one in runs]
            user, system = middle([one.user for one in runs]), middle([one.system for one in runs])
            peak = max(one.peak for one in runs)
            spread = f"{min(walls):.3f}-{max(walls):.3f}"
            lines.append(
                f"| {name} | {middle(walls):.3f} | {spread} | {user:.3f} | {system:.3f} | {peak:.0f} | {len(runs)} |"
            )
    return lines


def _keep(samples: dict[str, list[Sample]], skipped: dict[str, str], judged: list[dict[str, object]]) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    results = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "samples": {name: [one._asdict() for one in runs] for name, runs in samples.items()},
        "skipped": skipped,
        "budgets": judged,
    }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")


def _wanted(name: str, only: Sequence[str]) -> bool:
    return not only or any(one in name for one in only)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description="Measure Hydra and its peers.")
    parser.add_argument("--quick", action="store_true", help="three rounds, and no 5,000 projects")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="cases with this in their name")
    parser.add_argument(
        "--place", type=Path, default=MEMORY if MEMORY.is_dir() else None, help="where to work; in memory if left out"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
