#!/bin/sh
# programs.sh            install LibreOffice, poppler, qpdf, git and fonts where root may
# programs.sh --pytest   print the pytest options for what is still missing
set -eu

font() {
    [ -n "$(find /usr/share/fonts /usr/local/share/fonts -name "$1" 2>/dev/null | head -n 1)" ]
}

missing() {
    command -v git >/dev/null || printf 'git '
    command -v soffice >/dev/null || printf 'libreoffice-writer-nogui '
    command -v pdftoppm >/dev/null || printf 'poppler-utils '
    command -v qpdf >/dev/null || printf 'qpdf '
    command -v fc-list >/dev/null || printf 'fontconfig '
    font NotoSerifCJK-Regular.ttc || printf 'fonts-noto-cjk '
    font LiberationSerif-Regular.ttf || printf 'fonts-liberation2 '
    font LXGWWenKai-Regular.ttf || printf 'fonts-lxgw-wenkai '
    font DejaVuSans.ttf || printf 'fonts-dejavu-core '
}

packages=$(missing)
if [ "${1:-}" = --pytest ]; then
    [ -z "$packages" ] || echo '-m not(office)'
    exit 0
fi
[ -n "$packages" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    # one by one where all together fail: a release may not have every font
    apt-get update -qq >/dev/null 2>&1 || true
    # shellcheck disable=SC2086 # a list of packages
    DEBIAN_FRONTEND=noninteractive \
        apt-get install -qqy --no-install-recommends $packages >/dev/null 2>&1 ||
        for package in $packages; do
            DEBIAN_FRONTEND=noninteractive apt-get install -qqy --no-install-recommends \
                "$package" >/dev/null 2>&1 || true
        done
fi
packages=$(missing)
[ -z "$packages" ] || echo "Not tested: formal PDF, and how pages look (missing: $packages)"
