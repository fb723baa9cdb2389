"""`moved`: entries that were renamed and keep their storage: the old name, or `project/name`, and the new one."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from compiler.spec.base import Name
from compiler.spec.patterns import OLD_NAME

OldName = Annotated[str, StringConstraints(pattern=OLD_NAME, max_length=127)]
"""What an entry was called: its old name, or `project/name` where it was another project's."""

SECTION = dict[OldName, Name]
