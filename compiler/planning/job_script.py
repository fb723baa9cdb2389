"""The script around a training job's program: constant text. The program reaches it as arguments, never as code.

No arithmetic, since the kubelet would have to be kept from reading `$(` in it.
"""

from __future__ import annotations

JOB = """\
set -eu
if [ -s "$HYDRA_MARKER" ]; then
  printf '%s\\n' "hydra: $HYDRA_MARKER stands, nothing to run"
  exit 0
fi
stopped=
# A signal ends the wait, not the program: it gets the signal too, and is waited for again.
trap 'stopped=1; again=1; kill -TERM "$child" 2>/dev/null || :' TERM INT
run() {
  "$@" &
  child=$!
  again=1
  while [ -n "$again" ]; do
    again=
    code=0
    wait "$child" || code=$?
  done
}
run "$@"
if [ "$code" -ne 0 ]; then
  printf '%s\\n' "hydra: the program failed with exit code $code" >&2
  exit "$code"
fi
if [ -z "$stopped" ] && [ "$HYDRA_REPLICA" != 0 ]; then
  run timeout "$HYDRA_PUBLISH_SECONDS" sh -c 'until [ -s "$HYDRA_MARKER" ]; do sleep 5; done'
  if [ -z "$stopped" ] && [ "$code" -ne 0 ]; then
    printf '%s\\n' "hydra: $HYDRA_MARKER is missing after $HYDRA_PUBLISH_SECONDS s" >&2
    exit 1
  fi
fi
if [ -n "$stopped" ]; then
  printf '%s\\n' "hydra: stopped, which is not the end of the program" >&2
  exit 143
fi
if [ "$HYDRA_REPLICA" != 0 ]; then
  exit 0
fi
sync
printf '%s\\n' "$HYDRA_READY" >"$HYDRA_MARKER.partial"
mv -f "$HYDRA_MARKER.partial" "$HYDRA_MARKER"
printf '%s\\n' "hydra: done, $HYDRA_MARKER written"
"""
"""Runs a program unless its marker stands, and writes the marker as its last, atomic act. A program that was told to stop
and then ended well has saved what it had, and is not done. Replicas other than the first leave after the marker: the
operator calls an elastic job done when any worker is, and would end the others."""
