#!/bin/sh
# Installs Debian packages so that no service of theirs starts, now or at the next boot. Run as root:
#   apt-install.sh POLICY PACKAGE…        (POLICY: /usr/sbin/policy-rc.d, or a test's own)
# Whatever happens, the policy-rc.d that was there before is there after; what an interrupted run left behind is
# recognised by its mark.
set -eu
policy=$1
shift
kept=$policy.kept-by-halina
mark='# put here by the set-up of Halina while it installs packages'

restore() {
  if [ -f "$policy" ] && grep -qxF "$mark" "$policy"; then rm -f "$policy"; fi
  if [ -e "$kept" ] || [ -L "$kept" ]; then mv -f "$kept" "$policy"; fi
}

# Halina starts a redis-server of its own; the system's would come up beside it after a reboot.
stay_off() {
  case $1 in redis-server | kamailio) ;; *) return 0 ;; esac
  if command -v systemctl >/dev/null; then
    systemctl --quiet disable "$1" 2>/dev/null || echo "could not disable the service $1" >&2
  elif command -v update-rc.d >/dev/null; then
    update-rc.d "$1" disable || echo "could not disable the service $1" >&2
  fi
}

trap restore EXIT
trap 'exit 130' INT TERM HUP
restore
if [ -e "$policy" ] || [ -L "$policy" ]; then mv "$policy" "$kept"; fi
printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
chmod 755 "$policy"

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || echo 'apt-get update failed; going on with the lists that are here' >&2
apt-get install -qq -y --no-install-recommends "$@" </dev/null
for package in "$@"; do stay_off "$package"; done
