#!/usr/bin/env bash
# The one entry to building, testing and serving Pagerace. `./build.sh help` lists its commands.
#
# Every step may be repeated: what is there and up to date is left alone. Nothing outside this
# folder is changed, except that missing Debian packages, rustup's wasm32 target and rustup's
# clippy and rustfmt are installed where that is allowed.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"

readonly WASM_TARGET=wasm32-unknown-unknown
readonly DEBIAN_RUST=(rustc-web cargo-web rust-web-src)
readonly DEBIAN_LINKER=lld-22
readonly DEBIAN_BROWSER=(chromium fonts-dejavu-core)
readonly LOGS=.tools/logs
readonly UNPACKED=$PWD/.tools/debian
readonly UNPACKED_SPIN=$PWD/.tools/spin
readonly RUSTUP_SECONDS=60
readonly MDBOOK=0.5.4
# What is left out makes the module smaller, but not once it is gzipped: gzip finds less that
# repeats in what was inlined or shared, and in data cut at its zeros.
readonly WASM_OPT_SMALL=(-Os --converge --skip-pass=inlining-optimizing --skip-pass=local-cse --skip-pass=memory-packing)
readonly WASM_OPT_FAST=(-O3)

# Set here so that cargo and this script agree where the results are.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
# The tests use Debian's Chromium: npm must not fetch another one.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1

usage() {
    cat <<'END'
usage: ./build.sh COMMAND

  serve      build everything, serve dist/ on this machine and print the address
  build      build the static page into dist/; it runs from any folder of any static host
  test       everything: formatting, lints, docs, page, browser tests, scenarios, cargo test
  documents  make the documents of integrations/ with Sphinx and mdBook
  bench      explore what SPIN, Stateright, Shuttle and Loom explore, beside; bench/README.md
  doctor     say what is here, what is missing, and how to get it; changes nothing
  help       this text

settings (environment)
  PORT=8000                 first port that serve tries
  PAGERACE_TOOLCHAIN=auto   which compiler makes the wasm; auto takes the first that works of
      installed   the Rust on PATH, which has the wasm32 target already
      rustup      the same, after `rustup target add` (given up after a minute)
      debian      Debian's rustc-web, installed with apt as root or with sudo
      unpacked    the same packages unpacked under .tools/; needs no root
  PAGERACE_CHROMIUM=/usr/bin/chromium   the browser that the tests drive
  CARGO_TARGET_DIR=target   where cargo keeps its results

exit status: 0 done, 2 wrong usage, 3 this machine lacks something, other: a step failed
END
}

# ---- messages ------------------------------------------------------------------------------

step() { printf '\n== %s  [%d s]\n' "$*" "$SECONDS" >&2; }
note() { printf '   %s\n' "$*" >&2; }

# stop WHAT [LINE...]: this machine lacks something; the lines say what to type.
stop() {
    printf '\nbuild.sh: %s\n' "$1" >&2
    shift
    [ $# -eq 0 ] || printf '   %s\n' "$@" >&2
    printf '   (./build.sh doctor lists everything that is missing)\n' >&2
    exit 3
}

# logged NAME COMMAND...: keeps a chatty command's output in a file.
logged() {
    local log=$LOGS/$1.log
    shift
    mkdir -p "$LOGS"
    "$@" >"$log" 2>&1
}

# reason NAME: what a log says about a failure, in one line, and where the rest is.
reason() {
    local log=$LOGS/$1.log line
    line=$(grep -m1 -E '^(error|E): ' "$log" || tail -n1 "$log")
    printf '%s (see %s)' "$(cut -d: -f1,2 <<<"${line:-no answer in time}")" "$log"
}

# ---- Debian packages -----------------------------------------------------------------------

has() { command -v "$1" >/dev/null 2>&1; }
is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
can_be_root() { [ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

missing_packages() {
    local package
    for package in "$@"; do
        is_installed "$package" || printf '%s\n' "$package"
    done
}

# apt_install PACKAGE...: fails, with a note, where apt or the right to use it is missing.
apt_install() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    has apt-get || { note "no apt-get here to install ${missing[*]}"; return 1; }
    can_be_root || { note "not root, so not installed: ${missing[*]}"; return 1; }
    note "installing Debian packages: ${missing[*]}"
    logged apt-update as_root apt-get update || note "apt-get update: $(reason apt-update)"
    logged apt-install as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}" || {
        note "apt-get install: $(reason apt-install)"
        return 1
    }
}

# ---- what the machine must have ------------------------------------------------------------

node_is_new_enough() {
    has node && has npm && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)'
}

need_node() {
    node_is_new_enough || stop "Node 20.19 or newer (or 22.12 or newer) with npm is needed; found: $(node --version 2>/dev/null || echo none)." \
        "Install it from https://nodejs.org or with your version manager, then run this again."
}

need_linker() {
    has cc || apt_install gcc libc6-dev || stop "a C linker (cc) is needed by Rust." \
        "sudo apt-get install gcc libc6-dev"
}

# rust_is_new_enough RUSTC: the oldest version is the one that crate/Cargo.toml names.
rust_is_new_enough() {
    local wanted found
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' crate/Cargo.toml)
    found=$("$@" --version 2>/dev/null | cut -d' ' -f2) || return 1
    [ -n "$found" ] && [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n1)" = "$wanted" ]
}

need_rust_checks() {
    local part
    if ! has cargo || ! rust_is_new_enough rustc; then
        stop "Rust is needed for the tests (see rust-version in crate/Cargo.toml)." \
            "Install rustup from https://rustup.rs, then: rustup toolchain install stable"
    fi
    for part in fmt clippy; do
        cargo "$part" --version >/dev/null 2>&1 && continue
        has rustup && logged rustup-components timeout "$RUSTUP_SECONDS" rustup component add rustfmt clippy && continue
        stop "cargo $part is missing." "rustup component add rustfmt clippy"
    done
}

chromium_path() { printf '%s' "${PAGERACE_CHROMIUM:-/usr/bin/chromium}"; }

need_browser() {
    [ -x "$(chromium_path)" ] && fc_has_dejavu && return
    apt_install "${DEBIAN_BROWSER[@]}" || stop "the browser tests need Chromium and the DejaVu fonts." \
        "sudo apt-get install --no-install-recommends ${DEBIAN_BROWSER[*]}" \
        "or, for a Chromium that is elsewhere: PAGERACE_CHROMIUM=/path/to/chromium ./build.sh test"
}

fc_has_dejavu() { compgen -G '/usr/share/fonts/*/dejavu*/DejaVuSans.ttf' >/dev/null; }

# ---- the compiler for wasm -----------------------------------------------------------------
# Each use_* function either sets WASM_RUSTC, WASM_CARGO and WASM_FLAGS, or says why it cannot
# and fails.

WASM_RUSTC=()
WASM_CARGO=()
WASM_FLAGS=()

has_wasm_std() {
    local sysroot
    sysroot=$(rustc --print sysroot 2>/dev/null) || return 1
    compgen -G "$sysroot/lib/rustlib/$WASM_TARGET/lib/libstd-*.rlib" >/dev/null
}

use_installed() {
    rust_is_new_enough rustc || { note "installed: no Rust on PATH that is new enough"; return 1; }
    has_wasm_std || { note "installed: the Rust on PATH has no $WASM_TARGET"; return 1; }
    WASM_RUSTC=(rustc)
    WASM_CARGO=(cargo)
    WASM_FLAGS=()
}

# What an earlier run brought; asked before rustup, so that a machine that cannot reach rustup's
# server does not wait for it each time.
use_present() {
    use_debian_tree '' 2>/dev/null || use_debian_tree "$UNPACKED" 2>/dev/null
}

use_rustup() {
    has rustup || { note "rustup: not here"; return 1; }
    has_wasm_std || note "rustup: adding $WASM_TARGET, for at most $RUSTUP_SECONDS s"
    logged rustup-target env RUSTUP_MAX_RETRIES=0 \
        timeout "$RUSTUP_SECONDS" rustup target add "$WASM_TARGET" || {
        note "rustup: could not add it: $(reason rustup-target)"
        return 1
    }
    use_installed
}

use_debian() {
    local wanted=("${DEBIAN_RUST[@]}")
    find_wasm_ld '' >/dev/null || wanted+=("$DEBIAN_LINKER")
    apt_install "${wanted[@]}" || return 1
    use_debian_tree ''
}

# For people without root: apt's own files (lists, downloads) are kept under .tools/ as well.
use_unpacked() {
    has apt-get || { note "unpacked: apt-get is needed"; return 1; }
    if [ ! -e "$UNPACKED/.complete" ]; then
        note "unpacked: fetching Debian's Rust into .tools/ (about 150 MB)"
        logged unpack unpack_debian "$UNPACKED" \
            "${DEBIAN_RUST[@]}" libstd-rust-web-dev "$DEBIAN_LINKER" || { note "unpacked: $(reason unpack)"; return 1; }
    fi
    use_debian_tree "$UNPACKED"
}

# unpack_debian ROOT PACKAGE...: with what else they need and this machine does not have.
unpack_debian() {
    local root=$1 apt=$PWD/.tools/apt package packages
    shift
    rm -rf "$root" "$apt"
    mkdir -p "$root" "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
    local options=(-o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o Debug::NoLocking=1)
    apt-get "${options[@]}" update || return 1
    # What an installation would bring: the packages and every library that is not here yet.
    # --reinstall names the packages themselves even where they are installed.
    packages=$(apt-get "${options[@]}" install --simulate --reinstall --no-install-recommends \
        "$@") || return 1
    packages=$(awk '$1 == "Inst" { print $2 }' <<<"$packages")
    # shellcheck disable=SC2086 # one word for each package
    (cd "$apt/debs" && apt-get "${options[@]}" download $packages) || return 1
    for package in "$apt"/debs/*.deb; do
        dpkg -x "$package" "$root" || return 1
    done
    rm -rf "$apt"
    touch "$root/.complete"
}

# use_debian_tree ROOT: ROOT is '' for the system itself. Debian has no compiled std for wasm32,
# so cargo compiles it from rust-web-src, which needs a switch meant for nightly compilers.
use_debian_tree() {
    local root=$1 linker libraries
    libraries=$root/usr/lib/$(uname -m)-linux-gnu
    linker=$(find_wasm_ld "$root") || { note "debian: no linker for wasm (package $DEBIAN_LINKER)"; return 1; }
    [ -e "$root/usr/lib/rustlib/src/rust/library/std/Cargo.toml" ] || { note "debian: no source of std (package rust-web-src)"; return 1; }
    local settings=(RUSTC="$root/usr/bin/rustc" RUSTC_BOOTSTRAP=1
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$linker")
    [ -z "$root" ] || settings+=(LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}")
    WASM_RUSTC=(env "${settings[@]}" "$root/usr/bin/rustc")
    WASM_CARGO=(env "${settings[@]}" "$root/usr/bin/cargo")
    WASM_FLAGS=("-Zbuild-std=std,panic_abort")
    rust_is_new_enough "${WASM_RUSTC[@]}" && return
    note "debian: rustc-web is too old or does not run; is the bookworm-security source enabled?"
    return 1
}

find_wasm_ld() {
    local candidate
    for candidate in "$1"/usr/lib/llvm-*/bin/wasm-ld "$1"/usr/bin/wasm-ld "$1"/usr/bin/rust-lld; do
        if [ -x "$candidate" ]; then
            printf '%s' "$candidate"
            return
        fi
    done
    return 1
}

choose_wasm_compiler() {
    local choice=${PAGERACE_TOOLCHAIN:-auto} candidates candidate
    case $choice in
        auto) candidates=(installed present rustup debian unpacked) ;;
        installed | rustup | debian | unpacked) candidates=("$choice") ;;
        *) printf 'build.sh: PAGERACE_TOOLCHAIN=%s is unknown\n' "$choice" >&2; usage >&2; exit 2 ;;
    esac
    for candidate in "${candidates[@]}"; do
        if "use_$candidate"; then
            note "compiler ($candidate): $("${WASM_RUSTC[@]}" --version)"
            return
        fi
    done
    stop "no Rust compiler for $WASM_TARGET. One of these is enough:" \
        "rustup target add $WASM_TARGET" \
        "sudo apt-get install ${DEBIAN_RUST[*]} $DEBIAN_LINKER    (Debian 12)"
}

# ---- building ------------------------------------------------------------------------------

npm_packages() {
    local stamp=node_modules/.pagerace-stamp wanted
    wanted=$(sha256sum package-lock.json; node --version; uname -sm)
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
    step "npm packages"
    logged npm-ci npm ci --no-audit --no-fund || {
        grep -E '^npm (error|ERR!)' "$LOGS/npm-ci.log" | head -n 12 >&2
        note "all of it: $LOGS/npm-ci.log"
        return 1
    }
    printf '%s\n' "$wanted" >"$stamp"
}

# compile_wasm PROFILE [FLAG...]
# Panic messages carry source paths. Without this they would tell where this machine keeps its
# crates, and the module's bytes would differ from one machine to the next.
compile_wasm() {
    local profile=$1 flags=() folder sysroot
    shift
    "${WASM_CARGO[@]}" fetch --locked --quiet --target "$WASM_TARGET"
    sysroot=$("${WASM_RUSTC[@]}" --print sysroot)/lib/rustlib/src/rust
    # Twice, because cargo names what is below this folder (.tools/) relative to it.
    flags+=("--remap-path-prefix=$sysroot=rust" "--remap-path-prefix=${sysroot#"$PWD"/}=rust")
    for folder in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
        flags+=("--remap-path-prefix=$folder=crates")
    done
    # Encoded, so that a folder's name may hold a space.
    CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; printf '%s' "${flags[*]}") \
        "${WASM_CARGO[@]}" build --profile "$profile" --locked --lib \
        --target "$WASM_TARGET" "${WASM_FLAGS[@]}" "$@"
}

# Runs cargo for this machine itself; Debian's, where there is no other.
host_cargo() {
    if has cargo; then cargo "$@"; else "${WASM_CARGO[@]}" "$@"; fi
}

build_wasm() {
    need_linker
    choose_wasm_compiler
    # What the page starts with, and what it loads to search and when a scenario asks for more.
    wasm_module pkg wasm pagerace --no-default-features
    wasm_module pkg/whole wasm-whole pagerace
    node www/tools/catalogue.mjs pkg/whole pkg/catalogue.json
    node www/tools/gallery.mjs pkg/whole pkg/gallery.json
}

# wasm_module FOLDER PROFILE PACKAGE [FLAG...]: the module that cargo makes with these flags, and its
# glue.
wasm_module() {
    local folder=$1 profile=$2 package=$3 name=${3//-/_} wanted
    local compiled=$CARGO_TARGET_DIR/$WASM_TARGET/$profile/$name.wasm
    local optimise=("${WASM_OPT_SMALL[@]}")
    [ "$profile" = wasm ] || optimise=("${WASM_OPT_FAST[@]}")
    shift 3
    step "Rust to wasm: $folder"
    compile_wasm "$profile" --package "$package" "$@"
    # The two steps after the compiler depend on these files alone.
    wanted=$(cat "$compiled" Cargo.lock package-lock.json crate/tools/bindgen.rs build.sh | sha256sum)
    if [ "$(cat "$folder/.stamp" 2>/dev/null)" = "$wanted" ]; then
        note "$folder/ is up to date"
        return
    fi
    step "JavaScript glue (wasm-bindgen) and wasm-opt: $folder"
    rm -rf "$folder" .tools/pkg
    host_cargo run --quiet --locked --package pagerace --features bindgen --bin bindgen -- \
        "$compiled" .tools/pkg
    node_modules/.bin/wasm-opt "${optimise[@]}" ".tools/pkg/${name}_bg.wasm" -o ".tools/pkg/${name}_bg.wasm"
    printf '%s\n' "$wanted" >.tools/pkg/.stamp
    mv .tools/pkg "$folder"
    note "$folder/${name}_bg.wasm: $(stat -c %s "$folder/${name}_bg.wasm") bytes, from $(stat -c %s "$compiled")"
}

build_page() {
    step "page"
    node_modules/.bin/vite build --logLevel warn
    npm run --silent embed
    node www/tools/check-dist.mjs dist "${CARGO_HOME:-$HOME/.cargo}/registry" rustlib/src
}

build() {
    need_node
    npm_packages
    build_wasm
    build_page
}

# ---- commands ------------------------------------------------------------------------------

command_build() {
    build
    step "done: dist/ can be copied to any static host"
}

command_serve() {
    build
    step "serving dist/ (stop with Ctrl-C)"
    exec node www/tools/serve.mjs dist --port "${PORT:-8000}"
}

need_python() {
    has python3 && python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3 python3-venv ||
        stop "Python with venv is needed by Sphinx, whose documents are tested." \
            "sudo apt-get install python3-venv"
}

# The documents of integrations/, each made by the tool that it is for, in its folder `output`.
build_documents() {
    local sphinx=.tools/sphinx mdbook=.tools/mdbook form
    need_python
    step "documents: Sphinx"
    cargo build --quiet --release --locked --bin pagerace
    if ! cmp -s integrations/sphinx/requirements.txt "$sphinx/requirements.txt"; then
        logged venv python3 -m venv --clear "$sphinx"
        logged pip "$sphinx/bin/pip" install --quiet -r integrations/sphinx/requirements.txt ||
            stop "Sphinx could not be installed: $(reason pip)"
        cp integrations/sphinx/requirements.txt "$sphinx"
    fi
    for form in html text latex; do
        PAGERACE=$CARGO_TARGET_DIR/release/pagerace "$sphinx/bin/sphinx-build" -q -W --keep-going \
            -b "$form" integrations/sphinx/Documentation "integrations/sphinx/output/$form"
    done
    step "documents: mdBook"
    if [ "$("$mdbook/bin/mdbook" --version 2>/dev/null)" != "mdbook v$MDBOOK" ]; then
        logged mdbook cargo install mdbook --version "$MDBOOK" --locked --no-default-features \
            --root "$mdbook" --target-dir "$mdbook/target" ||
            stop "mdBook could not be installed: $(reason mdbook)"
        rm -rf "$mdbook/target"
    fi
    cp dist/embed/page-race.js integrations/mdbook/
    PATH=$CARGO_TARGET_DIR/release:$PATH "$mdbook/bin/mdbook" build integrations/mdbook
}

command_documents() {
    build
    build_documents
}

# cargo test comes last, so that its summary closes the output.
command_test() {
    need_node
    need_linker
    need_rust_checks
    need_browser

    step "cargo fmt"
    cargo fmt --all --check
    cargo fmt --check --manifest-path bench/peers/Cargo.toml
    step "cargo clippy"
    cargo clippy --quiet --locked --workspace --all-targets --all-features -- -D warnings
    step "cargo doc"
    RUSTDOCFLAGS="-D warnings" cargo doc --quiet --locked --no-deps

    build

    step "TypeScript"
    node_modules/.bin/tsc --project .
    step "Biome"
    node_modules/.bin/biome check --error-on-warnings
    build_documents
    test_page
    if [ -d scenarios ]; then
        step "pagerace check scenarios"
        cargo run --quiet --release --locked --bin pagerace -- check scenarios
    fi
    step "cargo test"
    cargo test --locked --workspace
}

test_page() {
    if compgen -G 'www/test/*.test.ts' >/dev/null; then
        step "node --test"
        node www/tools/unit-tests.mjs
    fi
    if compgen -G 'www/test/*.spec.ts' >/dev/null; then
        step "Playwright"
        node_modules/.bin/playwright test
    fi
}

need_spin() {
    export PATH=$PATH:$UNPACKED_SPIN/usr/bin
    has spin || apt_install spin || logged unpack-spin unpack_debian "$UNPACKED_SPIN" spin ||
        stop "SPIN is needed to measure beside it: $(reason unpack-spin)" "sudo apt-get install spin"
}

# The peers are compiled for this very machine, Pagerace as it is released.
command_bench() {
    need_node
    need_linker
    need_spin
    npm_packages
    choose_wasm_compiler
    wasm_module .tools/workloads wasm-whole pagerace-workloads
    step "Rust: what is measured, and its peers"
    host_cargo build --quiet --locked --release --package pagerace-workloads
    RUSTFLAGS="-C target-cpu=native" host_cargo build --quiet --locked --release \
        --manifest-path bench/peers/Cargo.toml --target-dir "$CARGO_TARGET_DIR/peers"
    step "measurements: about five minutes"
    exec node bench/peers.mjs
}

# report WHAT COMMAND...: one line, and what to do where the command fails.
report() {
    local what=$1 remedy=$2 found
    shift 2
    if found=$("$@" 2>/dev/null | head -n1) && [ -n "$found" ]; then
        printf '  %-22s %s\n' "$what" "$found"
    else
        printf '  %-22s MISSING: %s\n' "$what" "$remedy"
        DOCTOR_MISSING=1
    fi
}

say_if() { local words=$1; shift; if "$@"; then printf '%s\n' "$words"; else return 1; fi; }
wasm_state() { use_installed 2>/dev/null && echo "wasm32 target of the Rust on PATH"; }
debian_state() { use_debian_tree '' 2>/dev/null && echo "Debian's rustc-web"; }
unpacked_state() { use_debian_tree "$UNPACKED" 2>/dev/null && echo "Debian's rustc-web, unpacked in .tools/"; }
any_wasm_state() { wasm_state || debian_state || unpacked_state; }

command_doctor() {
    DOCTOR_MISSING=
    echo "to build:"
    report "Node" "Node 20.19 or newer, from https://nodejs.org" say_if "$(node --version 2>/dev/null)" node_is_new_enough
    report "npm" "comes with Node" npm --version
    report "C linker (cc)" "apt-get install gcc libc6-dev" cc --version
    report "Rust" "rustup from https://rustup.rs" say_if "$(rustc --version 2>/dev/null)" rust_is_new_enough rustc
    report "Rust for wasm" "build.sh tries: rustup target add, apt-get install ${DEBIAN_RUST[*]} $DEBIAN_LINKER" any_wasm_state
    echo "to test:"
    report "cargo fmt" "rustup component add rustfmt" cargo fmt --version
    report "cargo clippy" "rustup component add clippy" cargo clippy --version
    report "Chromium" "apt-get install chromium" say_if "$(chromium_path)" test -x "$(chromium_path)"
    report "DejaVu fonts" "apt-get install fonts-dejavu-core" say_if "here" fc_has_dejavu
    if can_be_root; then
        echo "missing Debian packages are installed when they are needed (root or sudo without a password)"
    else
        echo "not root and no sudo without a password: install what is missing with the commands above"
    fi
    [ -z "$DOCTOR_MISSING" ] || exit 3
}

main() {
    if [ $# -gt 1 ]; then
        usage >&2
        exit 2
    fi
    case ${1:-} in
        build | serve | test | documents | bench | doctor) "command_$1" ;;
        help | -h | --help) usage ;;
        '') usage >&2; exit 2 ;;
        *) printf 'build.sh: unknown command: %s\n\n' "$1" >&2; usage >&2; exit 2 ;;
    esac
}

main "$@"
