"""The action for GitHub: its schema, and its own steps run with a stand-in for `gh`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

import pytest
import yaml

from tests.end_to_end.ci_repo import PROJECT, change, committed_repo, git, hydra_command, program, valid

ACTION = PROJECT / "action.yml"
GH = """\
import json, os, pathlib, sys
state = pathlib.Path(os.environ["GH_STATE"])
comments = json.loads(state.read_text())
arguments = sys.argv[1:]
with open(os.environ["GH_STATE"] + ".log", "a") as log:
    log.write(" ".join(arguments) + chr(10))
if os.environ.get("GH_REFUSES"):
    sys.exit("HTTP 403: Resource not accessible by integration")
if "--paginate" in arguments:
    assert arguments[2] == "repos/acme/platform/issues/7/comments?per_page=100"
    print(json.dumps(comments[:1]) + json.dumps(comments[1:]))
    sys.exit(0)
body = json.loads(sys.stdin.read())["body"]
if "POST" in arguments:
    assert "repos/acme/platform/issues/7/comments" in arguments
    comments.append({"id": len(comments) + 1, "user": {"type": "Bot"}, "body": body})
else:
    (place,) = [one for one in arguments if one.startswith("repos/acme/platform/issues/comments/")]
    comments[int(place.rpartition("/")[2]) - 1]["body"] = body
state.write_text(json.dumps(comments))
"""


def action() -> dict[str, Any]:
    return dict(yaml.safe_load(ACTION.read_text()))


def test_the_action_is_what_github_takes() -> None:
    valid("vendor.github-actions", action())


def test_no_step_puts_a_value_into_a_script() -> None:
    scripts = [step["run"] for step in action()["runs"]["steps"] if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]


def test_python_never_looks_for_modules_in_the_repo() -> None:
    scripts = "".join(step.get("run", "") for step in action()["runs"]["steps"])
    calls = re.findall(r"""python3?(?=["\s]).{5}""", scripts)
    assert len(calls) >= 4
    assert not [call for call in calls if " -I " not in call]


def test_every_input_is_used() -> None:
    text = json.dumps(action()["runs"])
    assert not [name for name in action()["inputs"] if f"inputs.{name}" not in text]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A committed repo."""
    return committed_repo(tmp_path / "repo")


class Job:
    """A job of GitHub Actions that runs the steps of our action."""

    def __init__(self, repo: Path, temporary: Path, **inputs: str) -> None:
        self.repo, self.outputs = repo, dict[str, dict[str, str]]()
        self.temporary = temporary
        self.inputs = {name: str(one.get("default", "")) for name, one in action()["inputs"].items()} | inputs
        self.event: dict[str, str] = {}
        self.summary = temporary / "summary.md"
        self.comments = temporary / "comments.json"
        self.comments.write_text("[]")
        self.environment: dict[str, str] = {}
        hydra_command(temporary)
        program(temporary / "bin" / "gh", GH)

    def run(self) -> int:
        """Run the steps: 1 where one fails. Installing and uploading are others' programs."""
        for step in action()["runs"]["steps"]:
            if "run" not in step or step["name"] == "Install Hydra" or not self.holds(step.get("if", "")):
                continue
            if self.run_step(step).returncode:
                return 1
        return 0

    def run_step(self, step: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        output = self.temporary / "output"
        output.write_text("")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT")},
            "PATH": f"{self.temporary / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.temporary),
            "GITHUB_ACTION_PATH": str(PROJECT),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_REPOSITORY": "acme/platform",
            "GH_STATE": str(self.comments),
            **{name: self.filled(value) for name, value in step.get("env", {}).items()},
            **self.environment,
        }
        shell = [shutil.which("bash") or "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(shell, cwd=self.repo, env=environment, stdout=PIPE, stderr=STDOUT, text=True, check=False)
        self.said = done.stdout
        self.log = getattr(self, "log", "") + self.said
        self.outputs[step.get("id", "")] = dict(line.split("=", 1) for line in output.read_text().splitlines())
        return done

    def filled(self, text: str) -> str:
        return re.sub(r"\$\{\{ (.+?) \}\}", lambda found: self.value(found[1]), text)

    def value(self, expression: str) -> str:
        for one in expression.split(" || "):
            kind, _, rest = one.partition(".")
            value = self.inputs[rest] if kind == "inputs" else self.event.get(rest, "")
            if kind == "steps":
                step, _, name = rest.split(".")
                value = self.outputs.get(step, {}).get(name, "") if _ == "outputs" else ""
            if value:
                return value
        return ""

    def holds(self, condition: str) -> bool:
        for part in filter(None, condition.split(" && ")):
            left, operator, right = part.partition(" == ") if " == " in part else part.partition(" != ")
            value = self.value(left)
            if not (
                value == right.strip("'") if operator == " == " else value != right.strip("'") if operator else value
            ):
                return False
        return True


def pull_request(job: Job) -> None:
    """Have the job be one for a pull request that begins at the first commit."""
    job.event = {
        "event.pull_request.number": "7",
        "event.pull_request.base.sha": git(job.repo, "rev-list", "--max-parents=0", "HEAD"),
    }


def test_a_fresh_pull_request_passes_and_gets_one_comment(repo: Path, tmp_path: Path) -> None:
    change(repo, "1Gi", "2Gi")
    (tmp_path / "runner").mkdir()
    job = Job(repo, tmp_path / "runner")
    pull_request(job)
    assert job.run() == 0, job.log
    assert job.run() == 0, job.log
    (comment,) = json.loads(job.comments.read_text())
    assert comment["body"].startswith("<!-- hydra diff: . -->\n")
    assert "first-project-questions" in comment["body"]
    assert "first-project-questions" in job.summary.read_text()
    assert json.loads((job.temporary / "hydra.sarif").read_text())["version"] == "2.1.0"


@pytest.fixture
def job(repo: Path, tmp_path: Path) -> Job:
    """A job for a pull request."""
    (tmp_path / "runner").mkdir()
    job = Job(repo, tmp_path / "runner")
    pull_request(job)
    return job


def test_a_stale_tree_fails_after_the_comment(job: Job) -> None:
    change(job.repo, "1Gi", "2Gi", compiled=False)
    assert job.run() == 1
    assert job.outputs["check"]["status"] == "1"
    assert "::error file=rendered" in job.log
    assert "HYD028" in (job.temporary / "hydra.sarif").read_text()
    assert len(json.loads(job.comments.read_text())) == 1


def test_data_at_risk_fails(job: Job) -> None:
    change(job.repo, "1Gi", "2Gi")
    job.event["event.pull_request.base.sha"] = git(job.repo, "rev-parse", "HEAD")
    change(job.repo, "2Gi", "1Gi", compiled=False)
    assert job.run() == 1
    assert job.outputs["diff"]["status"] == "1"


def test_a_comment_of_somebody_else_with_our_marker_is_not_taken_for_ours(job: Job) -> None:
    forged = {"id": 1, "user": {"type": "User"}, "body": "<!-- hydra diff: . -->\nAll is well."}
    job.comments.write_text(json.dumps([forged]))
    change(job.repo, "1Gi", "2Gi")
    assert job.run() == 0, job.log
    assert job.run() == 0, job.log
    first, second = json.loads(job.comments.read_text())
    assert first == forged
    assert "first-project-questions" in second["body"]


def test_roots_have_comments_of_their_own(job: Job) -> None:
    other = {"id": 1, "user": {"type": "Bot"}, "body": "<!-- hydra diff: other -->\nElse."}
    job.comments.write_text(json.dumps([other]))
    assert job.run() == 0, job.log
    assert len(json.loads(job.comments.read_text())) == 2


def test_without_the_permission_it_warns_and_goes_on(job: Job) -> None:
    job.environment = {"GH_REFUSES": "1"}
    assert job.run() == 0, job.log
    assert "::warning::The comment was not written." in job.log


def test_without_comments_github_is_not_asked(job: Job) -> None:
    job.inputs["comment"] = "false"
    assert job.run() == 0, job.log
    assert not Path(f"{job.comments}.log").exists()


def test_a_first_push_has_nothing_to_compare_with(job: Job) -> None:
    job.event = {"event.before": "0" * 40}
    assert job.run() == 0, job.log
    assert "diff" not in job.outputs


def test_the_merge_of_a_pull_request_is_compared_with_what_it_is_merged_into(job: Job) -> None:
    git(job.repo, "checkout", "--quiet", "-b", "topic")
    change(job.repo, "1Gi", "2Gi")
    git(job.repo, "checkout", "--quiet", "main")
    (job.repo / "README.md").write_text("else\n")
    git(job.repo, "commit", "--quiet", "--all", "--message", "meanwhile")
    meanwhile = git(job.repo, "rev-parse", "HEAD")
    git(job.repo, "merge", "--quiet", "--no-ff", "--no-edit", "topic")
    assert job.run() == 0, job.log
    assert job.outputs["base"]["commit"] == meanwhile


def test_a_base_that_a_shallow_clone_lacks_is_fetched(job: Job, tmp_path: Path) -> None:
    change(job.repo, "1Gi", "2Gi")
    git(job.repo, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{job.repo}", "shallow")
    job.repo = tmp_path / "shallow"
    assert job.run() == 0, job.log
    assert "first-project-questions" in job.summary.read_text()


def test_what_looks_like_shell_in_an_input_stays_text(job: Job, tmp_path: Path) -> None:
    odd = "$(touch owned); `touch owned` \"'"
    (job.repo / odd).mkdir()
    job.inputs |= {"root": odd, "fail-on": "error"}
    job.run()
    job.inputs |= {"root": ".", "base": "--output=owned $(touch owned)"}
    job.run()
    assert not [*tmp_path.rglob("owned*")]


def test_lines_that_look_like_workflow_commands_are_not_read(job: Job) -> None:
    change(job.repo, "kind: Project", "kind: Project  # ::error::forged", compiled=False)
    (job.repo / "rendered" / "prod" / "kustomization.yaml").write_text("a\n::error::forged\n")
    assert job.run() == 1
    stop = re.findall(r"^::stop-commands::(.+)$", job.log, re.MULTILINE)
    assert stop
    outside = re.sub(rf"::stop-commands::{stop[0]}.*?::{stop[0]}::", "", job.log, flags=re.DOTALL)
    assert "::error::forged" in job.log
    assert "\n::error::forged" not in outside
    assert "\n ::error::forged" not in outside


@pytest.mark.parametrize(("version", "installed"), [("", str(PROJECT)), ("0.1.0", "hydra-compiler==0.1.0")])
def test_what_is_installed(job: Job, version: str, installed: str) -> None:
    recorder = "import json, sys; print(json.dumps(sys.argv[1:]))"
    program(job.temporary / "bin" / "python3", recorder)
    program(job.temporary / "hydra" / "bin" / "python", recorder)
    job.inputs["version"] = version
    done = job.run_step(action()["runs"]["steps"][0])
    made, pip = (json.loads(line) for line in done.stdout.splitlines())
    assert made == ["-I", "-m", "venv", str(job.temporary / "hydra")]
    assert pip[:4] == ["-I", "-m", "pip", "install"]
    assert pip[-1] == installed


def test_excerpts_of_findings_are_not_read_as_workflow_commands(job: Job) -> None:
    change(job.repo, "kind: Project", "kind: Project\nnonsense: '##[error]forged'", compiled=False)
    assert job.run() == 1
    assert job.log.count("##[error]forged") > 1
    outside = re.sub(r"::stop-commands::(\S+)\n.*?::\1::", "", job.log, flags=re.DOTALL)
    assert "##[error]forged" not in outside


def test_modules_in_the_repo_are_not_run(job: Job) -> None:
    for name in ("uuid", "json", "subprocess"):
        (job.repo / f"{name}.py").write_text("open('owned', 'w')\n")
    assert job.run() == 0, job.log
    assert not (job.repo / "owned").exists()
