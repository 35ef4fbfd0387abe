#!/bin/sh
# fresh.sh [RELEASE…]   make demo, rmdocs demo of the installed wheel, and make test, all of what
#                       is committed, each release of Debian in an empty root of its own:
#                       bookworm and trixie if none is named
# fresh.sh --able       whether this machine can make such a root; if not, why
#
# Exit code 1: a command failed in its root. 75: no root could be made, so nothing was tried.
#
# The root comes from the system's own package source by debootstrap. It has ca-certificates,
# git, make and Python, and of this machine only certificates and the settings of apt and pip.
# Mounts and processes live in namespaces that end with this script, however it ends.
set -eu

RELEASES="bookworm trixie"
NO_ROOT=75 # EX_TEMPFAIL of sysexits.h: no root could be made, so nothing was tried
PACKAGES=ca-certificates,git,make,python3,python3-venv
WHEEL="cd /root && python3 -m venv installed && installed/bin/pip install --quiet ./rmdocs &&
    installed/bin/rmdocs demo"
CERTIFICATES=/etc/ssl/certs/ca-certificates.crt

# Prints where the system's Debian packages come from.
source_of_packages() {
    # shellcheck disable=SC2016 # apt's own variables
    apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        sed -n 's/^Debian \(.*[^y]\)\/*$/\1/p' | grep -v -- '-security/*$' | head -n 1
}

able() {
    [ "$(id -u)" = 0 ] || { echo "only root can make one" && return 1; }
    command -v apt-get >/dev/null || { echo "there is no apt" && return 1; }
    unshare --mount --pid --fork sh -c 'mount -t tmpfs none /mnt' 2>/dev/null || {
        echo "nothing can be mounted here" && return 1
    }
    if ! command -v debootstrap >/dev/null || [ -z "$(source_of_packages)" ]; then
        apt-get update -qq >/dev/null 2>&1 || true
        DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends \
            debootstrap >/dev/null 2>&1 || { echo "debootstrap cannot be installed" && return 1; }
    fi
    [ -n "$(source_of_packages)" ] || { echo "the packages here are not Debian's" && return 1; }
}

# Hands in what the machine's administrator set for apt, pip and certificates.
settings() {
    cp /etc/resolv.conf /etc/hosts "$1/etc/" 2>/dev/null || true
    apt-config dump | grep -E '^(Acquire::(https?|ftp|Retries|Check-)|APT::Sandbox)' \
        >"$1/etc/apt/apt.conf.d/90machine" || true
    if [ -d /usr/local/share/ca-certificates ]; then
        cp -r /usr/local/share/ca-certificates "$1/usr/local/share/"
        chroot "$1" update-ca-certificates >/dev/null 2>&1 || true
    fi
    [ ! -e $CERTIFICATES ] || cp $CERTIFICATES "$1$CERTIFICATES"
    for file in /etc/pip.conf /etc/xdg/pip/pip.conf; do
        [ ! -e "$file" ] || install -D -m 644 "$file" "$1$file"
    done
    for file in .config/pip/pip.conf .pip/pip.conf; do
        [ ! -e "$HOME/$file" ] || install -D -m 644 "$HOME/$file" "$1/root/$file"
    done
}

# Prints the variables of the environment that pip, git and TLS go by.
environment() {
    env | grep -E '^(PIP_[A-Z_]+|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO|(https?|all|no)_proxy|(HTTPS?|ALL|NO)_PROXY|HYPOTHESIS_[A-Z_]+|CI)=' || true
}

# Prints the files and folders that pip's settings name; of an index, what lies beside it too.
named() {
    { cat "$1/etc/pip.conf" "$1/etc/xdg/pip/pip.conf" "$1/root/.config/pip/pip.conf" \
        "$1/root/.pip/pip.conf" 2>/dev/null || true
    environment; } | grep -oE '(file://)?/[^ ,:=]+' |
        sed -e 's,^file://\(.*\)/simple/*$,\1,' -e 's,^file://,,' | sort -u
}

# Runs in namespaces of its own: mounts, then the commands in the root.
inside() {
    root=$1 result=$2
    mount --make-rprivate /
    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro sysfs "$root/sys"
    mount --rbind /dev "$root/dev"
    mkdir -p "$root/dev/shm"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    for path in $(named "$root"); do
        if [ -e "$path" ] && [ ! -e "$root$path" ]; then
            if [ -d "$path" ]; then
                mkdir -p "$root$path"
            else
                mkdir -p "$(dirname "$root$path")" && touch "$root$path"
            fi
            mount --rbind "$path" "$root$path"
        fi
    done
    {
        echo PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        printf '%s\n' HOME=/root LANG=C.UTF-8
        environment
    } >"$root/root/environment"
    # as many open files as Debian allows whoever logs in
    ulimit -S -n 1024
    timed "make demo" make -C /root/rmdocs demo || return 1
    timed "rmdocs demo of the wheel" sh -c "$WHEEL" || return 1
    timed "make test" make -C /root/rmdocs test || return 1
}

# timed NAME COMMAND…: runs it in $root with the variables in $VARIABLES, and notes how long.
timed() {
    name=$1
    shift
    echo "--- $name"
    start=$(date +%s)
    # shellcheck disable=SC2016 # for the inner shell
    env -i sh -c 'while IFS= read -r one; do export "$one"; done <"$0"; exec chroot "$@"' \
        "$root/root/environment" "$root" "$@" || {
        echo "$name failed" >>"$result"
        return 1
    }
    echo "$name $(($(date +%s) - start)) s" >>"$result"
}

swept() {
    for old in "${TMPDIR:-/tmp}"/rmdocs-fresh-*; do
        [ ! -d "$old" ] || kill -0 "${old##*-}" 2>/dev/null || rm -rf --one-file-system "$old"
    done
}

fresh() {
    release=$1 root=$PLACE/$1
    echo "--- an empty root of Debian $release"
    start=$(date +%s)
    debootstrap --variant=minbase --include=$PACKAGES "$release" "$root" "$(source_of_packages)" \
        >"$PLACE/log" 2>&1 || { tail "$PLACE/log" && return $NO_ROOT; }
    echo "root $(($(date +%s) - start)) s" >"$PLACE/$release.result"
    settings "$root"
    git clone --quiet . "$root/root/rmdocs"
    unshare --mount --pid --fork --kill-child=KILL sh "$SELF" --inside "$root" \
        "$PLACE/$release.result" </dev/null &
    child=$!
    code=0
    wait $child || code=$?
    child=
    rm -rf --one-file-system "$root"
    return $code
}

SELF=$(readlink -f "$0")
cd "$(dirname "$SELF")/.."
case ${1:-} in
--able)
    able
    exit
    ;;
--inside)
    inside "$2" "$3"
    exit
    ;;
esac
able >&2
swept
PLACE=${TMPDIR:-/tmp}/rmdocs-fresh-$$
child=
# By the end of the first process of a namespace all the others in it end.
cleaned() {
    [ -z "$child" ] || kill -KILL "$child" 2>/dev/null || true
    wait
    rm -rf --one-file-system "$PLACE" || { sleep 2 && rm -rf --one-file-system "$PLACE"; }
}
trap cleaned EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir -m 755 "$PLACE"
[ -z "$(git status --porcelain --untracked-files=no)" ] ||
    echo "What is not committed is not tried." >&2
failed=0
for release in ${*:-$RELEASES}; do
    code=0
    fresh "$release" || code=$?
    case $code in
    0) ;;
    "$NO_ROOT") [ $failed = 1 ] || failed=$NO_ROOT ;;
    *) failed=1 ;;
    esac
done
for release in ${*:-$RELEASES}; do
    echo "Debian $release: $(paste -sd, "$PLACE/$release.result" 2>/dev/null || echo no root)"
done
exit $failed
