#!/bin/sh
# Runs the server with the sample shop beside it, and stops the shop when the server ends. `make run` calls it:
#
#   examples/run.sh FOLDER [options of `firstline serve`]
#
# In a browser, /demo on the server is the shop's page with the chat on it; the codes it sends are at /mail on the shop.
#
# FOLDER holds the programs, firstline and examples/shop. SHOP_BIND says where the shop listens, SHOP_TOKEN what it has
# to be asked with, SHOP_ARGS what else it is told, such as --fresh. Only what was started here is ever ended here.
set -eu

programs=$1
shift
SHOP_TOKEN=${SHOP_TOKEN:-sample-shop}
export SHOP_TOKEN

work=$(mktemp -d)
mkfifo "$work/said"
shop=
server=
end() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || :
  [ -z "$shop" ] || kill "$shop" 2>/dev/null || :
  rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# shellcheck disable=SC2086 # SHOP_ARGS are several words.
"$programs/examples/shop" --bind "${SHOP_BIND:-127.0.0.1:8090}" ${SHOP_ARGS:-} >"$work/said" &
shop=$!

# Its first line says where it listens. Without one it has ended, and has said why on standard error.
exec 3<"$work/said"
if ! IFS= read -r first <&3; then
  wait "$shop" && status=1 || status=$?
  shop=
  exit "$status"
fi
printf '%s\n' "$first"
IFS= read -r second <&3 && printf '%s\n' "$second"
exec 3<&-
SHOP_URL=${first#*listens on }
SHOP_URL=${SHOP_URL%%;*}
export SHOP_URL

"$programs/firstline" serve "$@" &
server=$!
trap 'kill "$server" 2>/dev/null || :' INT TERM
# A signal ends a wait, so it is waited for until there is nothing left to wait for.
status=0
while kill -0 "$server" 2>/dev/null; do
  wait "$server" && status=0 || status=$?
done
server=

kill "$shop" 2>/dev/null || :
wait "$shop" || :
shop=
exit "$status"
