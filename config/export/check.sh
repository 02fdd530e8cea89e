#!/bin/sh
# Sprawdza zapieczętowany eksport Haliny / checks a sealed export of Halina.
# Usage: check.sh EXPORT.zip [KEY.pem]
# Needs only: sh, unzip, sha256sum, openssl (1.1.1 or later). KEY.pem: the office's public key as you got it from the office
# itself; without it the key in the export is used, and that is said.
set -u
fail() { echo "FAILED: $*"; exit 1; }
[ $# -ge 1 ] || { echo "usage: $0 EXPORT.zip [KEY.pem]"; exit 2; }
zip=$1
key=${2:-}
case $zip in /*) ;; *) zip=$PWD/$zip ;; esac
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
unzip -qq "$zip" -d "$dir" || fail "the zip is damaged"
case $key in '') ;; /*) ;; *) key=$PWD/$key ;; esac
cd "$dir" || exit 2

signed() { # FILE SIGNATURE KEY
  openssl pkeyutl -verify -pubin -inkey "$3" -rawin -in "$1" -sigfile "$2" >/dev/null 2>&1
}
hash_of() { sha256sum | { read -r h _; echo "$h"; }; }

[ -f manifest.txt ] || fail "there is no manifest.txt"
signed manifest.txt manifest.sig "${key:-key.pem}" || fail "the signature of manifest.txt does not match"
sha256sum --quiet --strict -c manifest.txt || fail "a file is not as it was sealed"
for file in $(unzip -Z1 "$zip"); do
  case $file in manifest.txt | manifest.sig) continue ;; esac
  listed=no
  while read -r _ name; do [ "$name" = "$file" ] && listed=yes; done <manifest.txt
  [ $listed = yes ] || fail "$file is not in the manifest"
done

n=0
prev=
last=
while read -r hash rest; do
  case $hash in
  FROM) prev=$rest last= ; continue ;;
  ANCHOR)
    n=$((n + 1))
    anchor=$(cat "anchor-$n.json")
    keyfile=${anchor#*\"key\":\"}
    keyfile=key-${keyfile%%\"*}.pem
    case $anchor in *"\"hash\":\"$last\""*) ;; *) fail "anchor $n is of another line" ;; esac
    signed "anchor-$n.json" "anchor-$n.sig" "$keyfile" || fail "the signature of anchor $n does not match"
    continue ;;
  '') continue ;;
  esac
  case $rest in
  '#'*) body=${rest#\#} ;;
  *) body=$(printf '%s' "$rest" | hash_of) ;;
  esac
  [ "$(printf '%s:%s' "$prev" "$body" | hash_of)" = "$hash" ] || fail "the excerpt of the audit log is not a chain at $hash"
  prev=$hash
  last=$hash
done <chain.txt
[ $n -gt 0 ] || fail "there is no anchor"

for file in recording-*.mp3; do
  sum=$(hash_of <"$file")
  id=${file#recording-}
  id=${id%.mp3}
  found=no
  while IFS= read -r line; do
    case $line in *'"event":"recording"'*"\"sha256\":\"$sum\""*"\"id\":\"$id\""*) found=yes ;; esac
  done <chain.txt
  [ $found = yes ] || fail "the audit log does not have the SHA-256 of $file"
  echo "$sum  $file"
done
if [ -n "$key" ]; then echo "OK: sealed with the key you gave"; else
  echo "OK, if this is the office's key (compare it): $(openssl pkey -pubin -in key.pem -outform DER | hash_of)"
fi
