"""Forms of names, labels and amounts, as regular expressions.

Source: Kubernetes, "Object Names and IDs", "Labels and Selectors" and "Resource Management".
"""

from __future__ import annotations

NAME = r"^[a-z]([-a-z0-9]*[a-z0-9])?$"
DNS_LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
DNS_SUBDOMAIN = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
QUANTITY = r"^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$"
DURATION = r"^([0-9]+h)?([0-9]+m)?([0-9]+s)?$"

OLD_NAME = r"^[a-z]([-a-z0-9]*[a-z0-9])?(/[a-z]([-a-z0-9]*[a-z0-9])?)?$"
"""An entry's name, or `project/name`."""

LABEL_KEY = r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
LABEL_VALUE = r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$"

DIGEST = r"^[2456789bcdfghkmt]{10}$"
"""A short digest, as `compiler.emission.digests` makes it."""

COMMIT = r"^([0-9a-f]{40}|[0-9a-f]{64})$"
"""A whole commit, by git's SHA-1 or SHA-256."""

IMAGE_DIGEST = r"^sha256:[0-9a-f]{64}$"
"""Digest of a manifest. Source: OCI image specification, "Descriptors"."""
