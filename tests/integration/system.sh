#!/usr/bin/env bash
# Installs Java (for Spark) and Chromium (for pages) from Debian's packages, where they are missing and this user may.
# It never fails: tests of what is missing are skipped, and say so.
set -uo pipefail

missing=()
java -version 2>&1 | grep -qE 'version "(17|2[0-9])' || missing+=(openjdk-17-jre-headless)
command -v chromium chromium-browser google-chrome google-chrome-stable >/dev/null ||
    [[ -n "${GNN2MLP_CHROMIUM:-}" ]] || missing+=(chromium)
[[ ${#missing[@]} -gt 0 ]] || exit 0

told="is missing, so its tests are skipped"
if ! command -v apt-get >/dev/null; then
    echo "${missing[*]} $told: this system has no apt-get to install it with"
    exit 0
fi
as_root=()
if [[ $EUID -ne 0 ]]; then
    if ! sudo -n true 2>/dev/null; then
        echo "${missing[*]} $told: installing needs root, or sudo without a password"
        exit 0
    fi
    as_root=(sudo -n)
fi

export DEBIAN_FRONTEND=noninteractive
echo "Installing ${missing[*]} from the system's packages (once)"
"${as_root[@]}" apt-get update -qq || true
for package in "${missing[@]}"; do
    "${as_root[@]}" apt-get install -qq --no-install-recommends "$package" >/dev/null ||
        { [[ $package == openjdk* ]] && "${as_root[@]}" apt-get install -qq --no-install-recommends default-jre-headless >/dev/null; } ||
        echo "$package $told: apt-get could not install it"
done
