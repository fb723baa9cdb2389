"""S3 and what speaks its protocol."""

from __future__ import annotations

from compiler.sources.base import Option, Placement, Reading, Source, SourceType

PROVIDERS = ("AWS", "Alibaba", "Ceph", "Cloudflare", "DigitalOcean", "GCS", "HuaweiOBS", "IBMCOS", "IDrive", "Minio",
             "Netease", "Other", "Qiniu", "Rclone", "Scaleway", "SeaweedFS", "TencentCOS", "Wasabi")  # fmt: skip


def read(reading: Reading) -> Source:
    """Bucket, prefix and the store that has them.

    The bucket is the URI's host, as in the Dataset controller: the store itself is the option `endpoint`.
    """
    bucket, prefix = reading.uri.host, reading.uri.path.strip("/")
    if not bucket:
        reading.problem("The URI names no bucket.", "Write `s3://<bucket>/<directory>`.")
    elif ":" in bucket:
        reading.problem(
            f"`{bucket}` is not a bucket.", "Write `s3://<bucket>/<directory>`, and the store as the option `endpoint`."
        )
    provider = _provider(reading)
    region, endpoint = reading.options.get("region"), reading.options.get("endpoint")
    if reading.options.get("provider") == "AWS" and not region:
        reading.problem("The provider `AWS` needs a region.", "Add `region`, such as `us-east-1`.", "provider")
    fields = {
        "remote": f"{bucket}/{prefix}".rstrip("/"),
        "provider": provider,
        "region": region,
        "endpoint": endpoint,
        "identity": "yes" if reading.options.get("envAuth", "false").lower() == "true" else "",
        "mode": reading.choice("syncMode", {"sync": "sync", "copy": "copy"}, "sync"),
    }
    content = {"bucket": bucket, "prefix": prefix, "endpoint": endpoint, "region": region}
    return Source(SOURCE, reading.uri.bare, fields, content, loader="s3")


def _provider(reading: Reading) -> str:
    asked = reading.options.get("provider")
    if asked is None:
        return "Other" if reading.options.get("endpoint") else "AWS"
    known = {name.lower(): name for name in PROVIDERS}
    found = known.get(asked.lower())
    if found is None and not reading.verbatim:
        reading.problem(
            f"`{asked}` is not a provider that rclone knows.", f"Use one of {', '.join(PROVIDERS)}.", "provider"
        )
    return found or "Other"


SOURCE = SourceType(
    name="S3",
    summary="A directory in an S3 bucket",
    form="s3://<bucket>/<directory>",
    schemes=("s3",),
    placement=Placement.LOADED,
    read=read,
    options={
        "provider": Option("Kind of store, as rclone names it: `AWS`, `Minio`, `Ceph`...", content=False),
        "region": Option("Region of the bucket."),
        "endpoint": Option("URL of a store that is not AWS."),
        "envAuth": Option("`true` takes the pod's own identity, of its node or service account.", content=False),
        "syncMode": Option("`sync` mirrors deletions, `copy` does not.", content=False),
    },
    secret_keys=("access-key", "secret-key"),
)
