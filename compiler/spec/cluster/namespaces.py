"""`namespaces`: labels of the cluster's namespaces, for the sharing rules."""

from __future__ import annotations

from compiler.spec.base import Labels, Namespace

SECTION = dict[Namespace, Labels]
