"""Findings about what becomes of results."""

from __future__ import annotations

from compiler.diagnostics import Code, Severity

NOT_UPLOADED = Code(
    "HYD950",
    Severity.WARNING,
    "A document asks for an upload, and the cluster does not say where to.",
    "The system that the document is written for has its bucket and its credentials on the command line of its operator. Here they stand in the cluster's profile, the credentials in a Secret.",
    bad="uploadModel: true   # and the cluster has no `dialects.cpod`",
    good="# clusters/prod.yaml\ndialects: {cpod: {bucket: models, endpoint: https://minio.acme.io, secret: s3-write}}",
)
