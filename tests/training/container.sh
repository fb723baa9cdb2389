# Runs one container: its own root of read-only host directories, its volumes at their mount paths, its own host name.
# Everything happens in namespaces that `unshare` made; nothing outside of them changes.
#
#   sh container.sh ROOT MOUNTS HOSTNAME USER GROUP READ_ONLY_ROOT ENVIRONMENT... COMMAND...
set -eu
root=$1 mounts=$2 host=$3 user=$4 group=$5 frozen=$6
shift 6

mount -t tmpfs -o mode=0755 image "$root"
mkdir "$root/mnt" "$root/tmp"
chmod 1777 "$root/tmp"
for entry in /*; do
  name=${entry#/}
  case $name in
    mnt | tmp | lost+found) ;;
    proc | dev | sys) mkdir "$root/$name" && mount --rbind "$entry" "$root/$name" ;;
    *)
      if [ -L "$entry" ]; then
        cp -P "$entry" "$root/$name"
      elif [ -d "$entry" ]; then
        mkdir "$root/$name"
        mount --rbind "$entry" "$root/$name"
        mount -o remount,bind,ro,nosuid,nodev "$root/$name"
      fi
      ;;
  esac
done

mount -t tmpfs -o size=64m shm "$root/dev/shm"

# A line each: read-only or not, what, where. A path that holds a tab is nobody's.
tab=$(printf '\t')
while IFS=$tab read -r mode source target; do
  if [ -d "$source" ]; then
    mkdir -p "$root$target"
  elif [ ! -e "$root$target" ]; then
    mkdir -p "$(dirname "$root$target")"
    : >"$root$target"
  fi
  mount --rbind "$source" "$root$target"
  if [ "$mode" = ro ]; then
    mount -o remount,bind,ro,nosuid,nodev "$root$target"
  fi
done <"$mounts"

hostname "$host"
# Not the container's user's, as in an image: its files and volumes are where it may write.
chmod 0555 "$root" "$root/mnt"
cd "$root"
mkdir -p tmp/.before
pivot_root . tmp/.before
umount -l /tmp/.before
rmdir /tmp/.before
if [ "$frozen" = yes ]; then
  mount -o remount,bind,ro /
fi
exec unshare --user --map-user="$user" --map-group="$group" env -i -C / "$@"
