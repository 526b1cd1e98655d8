#!/bin/sh
# Installs the newest released `stillstand`, or the version that is given: sh install.sh [v0.1.0]
# It goes to ~/.local/bin, or to where STILLSTAND_BIN says.
set -eu

releases="https://github.com/stillstand/stillstand/releases"
bin="${STILLSTAND_BIN:-$HOME/.local/bin}"

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

download() { # URL FILE
    curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --output "$2" "$1"
}

command -v curl >/dev/null || fail "curl is needed"

case "$(uname -s)" in
Linux) system=unknown-linux-gnu ;;
Darwin) system=apple-darwin ;;
*) fail "there is no program for $(uname -s); on Windows take the zip file from $releases" ;;
esac
case "$(uname -m)" in
x86_64 | amd64) machine=x86_64 ;;
aarch64 | arm64) machine=aarch64 ;;
*) fail "there is no program for $(uname -m)" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ $# -gt 0 ]; then from="$releases/download/$1"; else from="$releases/latest/download"; fi
download "$from/SHA256SUMS" "$work/SHA256SUMS" || fail "there is no such release"
archive=$(sed -n "s/^[0-9a-f]*  \(stillstand-v.*-$machine-$system\.tar\.gz\)\$/\1/p" "$work/SHA256SUMS")
[ -n "$archive" ] || fail "the release has no program for $machine-$system"
download "$from/$archive" "$work/$archive"

if command -v sha256sum >/dev/null; then check="sha256sum"; else check="shasum -a 256"; fi
(cd "$work" && grep -F "  $archive" SHA256SUMS | $check -c - >/dev/null) || fail "the checksum of $archive is wrong"

tar -xzf "$work/$archive" -C "$work"
mkdir -p "$bin"
install -m 755 "$work/${archive%.tar.gz}/stillstand" "$bin/stillstand"
echo "installed $("$bin/stillstand" --version) as $bin/stillstand"
case ":$PATH:" in
*":$bin:"*) ;;
*) echo "$bin is not in PATH" ;;
esac
