#!/bin/sh
# programs.sh            install LibreOffice, poppler, git and Chinese fonts where root may
# programs.sh --pytest   print the pytest options for what is still missing
set -eu

missing() {
    command -v git >/dev/null || printf 'git '
    command -v soffice >/dev/null || printf 'libreoffice-writer-nogui '
    command -v pdftoppm >/dev/null || printf 'poppler-utils '
    { command -v fc-list && [ -n "$(fc-list :lang=zh-cn)" ]; } >/dev/null 2>&1 ||
        printf 'fontconfig fonts-noto-cjk '
}

packages=$(missing)
if [ "${1:-}" = --pytest ]; then
    [ -z "$packages" ] || echo '-m not(office)'
    exit 0
fi
[ -n "$packages" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    # shellcheck disable=SC2086 # a list of packages
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
        apt-get install -qqy --no-install-recommends $packages; } >/dev/null 2>&1 || true
fi
packages=$(missing)
[ -z "$packages" ] || echo "Not tested: how pages look (missing: $packages)"
