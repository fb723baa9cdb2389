"""DeepSpeed's own reader of its configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from typing import Any
from unittest import mock

from compiler.checking.real.asked import Asked

PARAMETERS = "params"


def problems_of(config: Mapping[str, Any], world_size: int) -> list[str]:
    """What DeepSpeed says against a configuration for that many processes, and the keys that it never reads.

    Parameters of an optimizer or a scheduler are handed on to it, and only it knows which ones it has.

    Raises: ImportError, where DeepSpeed is not installed.
    """
    asked = Asked(config)
    with _processes(world_size) as read:
        found = _refusals(read, asked)
    # What DeepSpeed refuses it has not read to the end: the rest of the keys is not known to be unread.
    unread = (path for path in asked.unasked() if PARAMETERS not in path[:-1])
    return found or [f"DeepSpeed does not read `{'.'.join(path)}`" for path in unread]


def _refusals(read: Any, config: Asked) -> list[str]:
    from pydantic import ValidationError

    try:
        read(config)
    except ValidationError as problem:
        return [f"{problem.title}: `{'.'.join(map(str, one['loc']))}`: {one['msg']}" for one in problem.errors()]
    except Exception as problem:
        # DeepSpeed raises whatever comes to hand, for the most part assertions.
        return [f"{type(problem).__name__}: {' '.join(str(problem).split()) or 'no message'}"]
    return []


@contextmanager
def _processes(world_size: int) -> Iterator[Any]:
    """The reader, in a world of that many processes: without one, it takes itself for the only process.

    DeepSpeed logs to what standard output is when it is imported, which is not for a library to do.
    """
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(sys.stderr))
        stack.enter_context(mock.patch.dict(os.environ, {"DS_ACCELERATOR": "cpu"}))
        from deepspeed.runtime.config import DeepSpeedConfig

        stack.enter_context(mock.patch("deepspeed.comm.get_rank", return_value=0))
        stack.enter_context(mock.patch("deepspeed.comm.get_world_size", return_value=world_size))
        yield DeepSpeedConfig
