#!/bin/sh
# programs.sh                      install the programs and fonts that tests use, where root may;
#                                  say in one line a kind what is not tested for want of them
# programs.sh --pytest [MARKER…]   print the pytest option that leaves out the tests of what is
#                                  missing, and those of the named markers
# programs.sh --and                print the same for what is missing, to stand behind other markers
#
# A test that uses one of them has its marker (pyproject.toml); tests/programs.py holds it to that.
set -eu

has() {
    command -v "$1" >/dev/null
}

font() {
    [ -n "$(find /usr/share/fonts /usr/local/share/fonts -name "$1" 2>/dev/null | head -n 1)" ]
}

library() {
    [ -n "$(find /lib/ /usr/lib/ -name "$1" 2>/dev/null | head -n 1)" ]
}

calc() {
    has soffice && [ -e "$(dirname "$(readlink -f "$(command -v soffice)")")/libsclo.so" ]
}

# Lines of a marker and a package that the tests so marked need.
missing() {
    has soffice || echo office libreoffice-writer-nogui
    calc || echo calc libreoffice-calc-nogui
    font NotoSerifCJK-Regular.ttc || echo fonts fonts-noto-cjk
    font LiberationSerif-Regular.ttf || echo fonts fonts-liberation2
    font LXGWWenKai-Regular.ttf || echo fonts fonts-lxgw-wenkai
    font DejaVuSans.ttf || echo fonts fonts-dejavu-core
    { has pdftotext && has pdfsig; } || echo poppler poppler-utils
    has qpdf || echo qpdf qpdf
    has ssh-keygen || echo ssh_keygen openssh-client
    has strace || echo strace strace
    has softhsm2-util || echo softhsm softhsm2
    # the half of Chromium that shows no windows: it starts and draws in half the time
    has chromium-headless-shell || has chromium || echo browser chromium-headless-shell
    # what drives it in tests needs this library, which Debian 12 brings for nothing else
    library libatomic.so.1 || echo browser libatomic1
}

# Likewise of what would take hundreds of megabytes: only make soak needs it, and nobody installs it.
too_large() {
    { has go && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ]; } ||
        echo go golang-go golang-golang-x-mod-dev
}

tested_by() {
    case $1 in
    office) echo "formal PDF" ;;
    calc) echo "that LibreOffice Calc reads our sheets" ;;
    fonts) echo "how pages look, formal PDF and previews" ;;
    poppler) echo "what poppler reads in our PDF" ;;
    qpdf) echo "that qpdf finds no fault in our PDF" ;;
    ssh_keygen) echo "that git and OpenSSH verify our signatures" ;;
    strace) echo "what a loss of power leaves on disk" ;;
    softhsm) echo "signing with a token" ;;
    browser) echo "the pages in a browser" ;;
    go) echo "by make soak, that a verifier which is not ours reads our checkpoints and proofs" ;;
    esac
}

install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends --no-remove \
        "$@" >/dev/null 2>&1
}

lines=$(missing)
if [ "${1:-}" = --pytest ] || [ "${1:-}" = --and ]; then
    how=$1
    shift
    left_out=$(echo "$lines" && too_large)
    markers=$({ echo "$left_out" | sed '/^$/d' | cut -d ' ' -f 1; printf '%s\n' "$@"; } | sort -u)
    # no blank in it: it becomes one word of make's command
    for marker in $markers; do
        expression="${expression:+$expression""and}(not($marker))"
    done
    [ "$how" = --pytest ] || how="and"
    [ -z "$markers" ] || echo "$how$expression" | sed 's/^--pytest/-m /'
    exit 0
fi
if { [ -n "$lines" ] || ! has git; } && [ "$(id -u)" = 0 ] && has apt-get; then
    packages=$(echo "$lines" | cut -d ' ' -f 2)
    has git || packages="git $packages"
    apt-get update -qq >/dev/null 2>&1 || true
    # one by one where all together fail: a release may not have every one
    # shellcheck disable=SC2086 # a list of packages
    install $packages || for package in $packages; do
        install "$package" || true
    done
    lines=$(missing)
fi
has git || { echo "rmdocs needs git: install git" >&2 && exit 1; }
lines=$(echo "$lines" && too_large)
for marker in $(echo "$lines" | sed '/^$/d' | cut -d ' ' -f 1 | uniq); do
    packages=$(echo "$lines" | sed -n "s/^$marker //p" | paste -sd ' ')
    echo "Not tested: $(tested_by "$marker") (missing: $packages)"
done
