"""A volume whose root the loader may not write to."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checking.rule import Finding, Rule
from compiler.diagnostics import Code, Severity
from compiler.linking.profile import Profile


def unwritable_root(profile: Profile, limit: str) -> Iterator[Finding]:
    """No `fsGroup`, and a fresh volume's root that only its owner may write to."""
    del limit
    if not profile.storage.fs_group and not int(profile.storage.root_mode[-1]) & 2:
        yield Finding(
            profile.document.at("spec", "storage", "default", "rootMode"),
            f"A loader that is not root cannot write to a fresh volume with mode {profile.storage.root_mode}.",
            "Use a driver that honours `fsGroup` and say `fsGroup: true`, or have the class make roots with mode 0777.",
        )


RULE = Rule(
    Code(
        "HYD407",
        Severity.WARNING,
        "Loaders cannot write to fresh volumes.",
        "Loaders run as the mount's user and not as root: without `fsGroup`, the volume's own mode decides.",
        bad='storage: {default: {fsGroup: false, rootMode: "0755"}}',
        good="storage: {default: {fsGroup: true}}",
    ),
    on=Profile,
    check=unwritable_root,
)
