"""Scripts of the pods: constant text. What a spec says reaches them as arguments and environment, never as code.

No `${`, which Flux may substitute, and no `$$` or `$(NAME)`, which the kubelet does.
"""

from __future__ import annotations

PRELOAD = """\
set -eu
umask 0022
modes() {
  find "$HYDRA_ROOT" -name lost+found -prune -o -type d -user "$HYDRA_UID" -exec chmod "$HYDRA_DIRECTORY_MODE" {} +
  find "$HYDRA_ROOT" -name lost+found -prune -o -type f -user "$HYDRA_UID" ! -path "$HYDRA_STATE/lock" -exec chmod "$HYDRA_FILE_MODE" {} +
  rm -f "$HYDRA_STATE/modes"
  printf '%s\\n' "$HYDRA_FILE_MODE" >"$HYDRA_STATE/modes"
}
ready() {
  [ -s "$HYDRA_MARKER" ] || return 0
  if ! grep -qsx -e "$HYDRA_FILE_MODE" "$HYDRA_STATE/modes"; then
    modes
    printf '%s\\n' "hydra: modes are $HYDRA_FILE_MODE now"
  fi
  printf '%s\\n' "hydra: $HYDRA_MARKER stands, nothing to load"
  exit 0
}
ready
mkdir -p "$HYDRA_TARGET" "$HYDRA_STATE"
exec 9>>"$HYDRA_STATE/lock"
flock 9 || printf '%s\\n' "hydra: this volume has no locks, loading without one" >&2
ready
"$@" 9>&-
modes
printf '%s\\n' "$HYDRA_READY" >"$HYDRA_MARKER.$HYDRA_POD"
chmod "$HYDRA_FILE_MODE" "$HYDRA_MARKER.$HYDRA_POD"
sync
mv -f "$HYDRA_MARKER.$HYDRA_POD" "$HYDRA_MARKER"
printf '%s\\n' "hydra: loaded, $HYDRA_MARKER written"
"""
"""Runs a loader unless its marker stands, one pod at a time, and writes the marker as its last, atomic act.

Files may end up read-only, for their owner as well: the lock is left out, and what is written again is removed first.
The lock is the kernel's, so a killed pod leaves none behind. The loader does not inherit it: a daemon that it leaves
running would hold the lock after the script is gone.
"""

GATE = """\
set -eu
trap 'exit 143' TERM
waited=0
while [ ! -s "$HYDRA_MARKER" ]; do
  if [ "$waited" -ge "$HYDRA_TIMEOUT" ]; then
    printf '%s\\n' "hydra: gave up after $waited s: $HYDRA_WANTED is not ready ($HYDRA_MARKER); it is made by $HYDRA_PRODUCER" >&2
    exit 1
  fi
  if [ "$((waited % 60))" -eq 0 ]; then
    printf '%s\\n' "hydra: waiting for $HYDRA_WANTED, made by $HYDRA_PRODUCER ($waited s of $HYDRA_TIMEOUT s)"
  fi
  sleep 5
  waited=$((waited + 5))
done
printf '%s\\n' "hydra: $HYDRA_WANTED is ready"
"""
"""Waits for a marker, bounded, and says what it waits for and who makes it."""

DIRECTORY = """\
set -eu
umask 0002
if [ ! -d "$HYDRA_PARENT" ]; then
  mkdir -p "$HYDRA_PARENT"
  chmod 1777 "$HYDRA_PARENT" || :
fi
[ -d "$HYDRA_DIRECTORY" ] || mkdir -m 0775 "$HYDRA_DIRECTORY" || [ -d "$HYDRA_DIRECTORY" ]
printf '%s\\n' "hydra: $HYDRA_DIRECTORY is there"
"""
"""Makes the directory of a volume, for the user that will load into it.

Its parent is the namespace's, where data sets of other users have theirs: everybody may add one, and, as in /tmp, only
the owner may remove it.
"""
