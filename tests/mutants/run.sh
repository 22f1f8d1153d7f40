#!/usr/bin/env bash
# Shows that the proofs have teeth: breaks one rule at a time in a copy of the tree, builds it, and runs the tests that are
# meant to notice. Every mutant must be caught.
#
#   tests/mutants/run.sh [NAME...]      all of them, or those named (file names without .patch)
#
# MUTANTS_DIR: where the copy and its build lie and stay for the next time; a folder in the temporary one by default.
# CARGO: how Cargo is called; `cargo` by default.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
work=${MUTANTS_DIR:-${TMPDIR:-/tmp}/firstline-mutants}
tree=$work/tree
export CARGO_TARGET_DIR=$work/target
read -r -a cargo <<<"${CARGO:-cargo}"

fail() { printf 'mutants: %s\n' "$*" >&2; exit 1; }
filter_of() { sed -n 's/^Caught by: //p' "$root/tests/mutants/$1.patch"; }
run() { # FILTER LOG
  (cd "$tree" && timeout 900 "${cargo[@]}" nextest run --offline --test it --no-fail-fast -E "$1") >"$2" 2>&1
}
build() { # LOG
  (cd "$tree" && "${cargo[@]}" nextest run --offline --test it --no-run) >"$1" 2>&1
}

names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for patch in tests/mutants/*.patch; do names+=("$(basename "$patch" .patch)"); done
fi
for name in "${names[@]}"; do
  [ -f "tests/mutants/$name.patch" ] || fail "there is no tests/mutants/$name.patch"
  [ -n "$(filter_of "$name")" ] || fail "$name.patch does not say \"Caught by: FILTER\""
  git apply --check "tests/mutants/$name.patch" || fail "$name.patch no longer applies: make it anew for the code as it is"
done

mkdir -p "$work"
rm -rf "$tree"
mkdir "$tree"
tar --create --exclude=./target --exclude=./.git . | tar --extract --directory "$tree"
# Whatever was built of a mutant last time is older than this.
find "$tree/src" "$tree/tests" "$tree/examples" -name '*.rs' -exec touch {} +
if [ ! -d "$CARGO_TARGET_DIR" ] && [ -d target/debug/deps ]; then
  # What is built of the dependencies already is borrowed; nothing writes to it again.
  mkdir -p "$CARGO_TARGET_DIR/debug"
  (cd target/debug && find .fingerprint build deps -name '*firstline*' -prune -o -type f -print0 |
    xargs -0 cp --link --parents --target-directory "$CARGO_TARGET_DIR/debug")
fi

printf '%-34s %-9s %s\n' mutant result 'by the tests'
union=
for name in "${names[@]}"; do union="${union:+$union or }$(filter_of "$name")"; done
build "$work/as-it-is.log" || fail "the tree does not build: $work/as-it-is.log"
run "$union" "$work/as-it-is.log" || fail "the tests fail on the tree as it is: $work/as-it-is.log"
printf '%-34s %-9s %s\n' '(none)' passes 'all of those below'

survived=0
for name in "${names[@]}"; do
  log=$work/$name.log
  (cd "$tree" && git apply "$root/tests/mutants/$name.patch")
  build "$log" || fail "$name does not build: $log"
  if run "$(filter_of "$name")" "$log"; then
    survived=$((survived + 1))
    result=SURVIVED by=
  else
    [ $? -ne 4 ] || fail "no test is named by $(filter_of "$name")"
    result=caught by=$(sed -n 's/^ *\(FAIL\|TIMEOUT\|SIGABRT\).*::it //p' "$log" | sort -u | paste -sd ' ')
  fi
  (cd "$tree" && git apply --reverse "$root/tests/mutants/$name.patch")
  printf '%-34s %-9s %s\n' "$name" "$result" "$by"
done
[ "$survived" -eq 0 ] || fail "$survived of ${#names[@]} survived: a rule is broken and no test notices"
echo "${#names[@]} mutants, all caught"
