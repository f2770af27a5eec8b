#!/bin/sh
# Make .venv ready: `setup.sh run` for using openk2, `setup.sh dev` for its tests and checks too.
#
# Done once; a stamp in .venv holds what was installed (pyproject.toml and this folder's place), so the next call ends
# at once and without network. Each thing that can be missing ends in one line that names it.
#   PYTHON       the interpreter to build .venv with; default: python3, or a newer one beside it
#   TORCH_INDEX  where torch comes from; default: PyTorch's CPU wheels (the default index's wheels for Linux on x86
#                carry gigabytes of CUDA); empty: the default index
set -eu

profile=${1:?run or dev}
venv=.venv
python=$venv/bin/python
stamp=$venv/.openk2-$profile
log=$venv/setup.log
index=${TORCH_INDEX-https://download.pytorch.org/whl/cpu}

say() { echo "setup: $*" >&2; }
fail() { say "$*"; exit 1; }
wanted() { pwd; cat pyproject.toml; }
fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; }

choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        fits "$PYTHON" || fail "PYTHON=$PYTHON is not Python 3.11 to 3.14 (or does not start)"
        echo "$PYTHON"
        return
    fi
    for candidate in python3 python3.13 python3.12 python3.11 python3.14; do
        if fits "$candidate"; then echo "$candidate"; return; fi
    done
    found=$(python3 --version 2>&1) || found="no python3"
    fail "Python 3.11 to 3.14 is needed, found: $found; install one, or name it: make PYTHON=/path/to/python3.12"
}

make_venv() {
    chosen=$(choose_python) || exit 1
    "$chosen" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "$chosen has no venv module; on Debian and Ubuntu: apt-get install python3-venv"
    say "creating $venv with $("$chosen" --version)"
    "$chosen" -m venv --clear "$venv" || fail "$chosen could not create $venv"
}

# pip's output goes to the log; a failure is told in one line, the likely cause first.
pip_install() { "$python" -m pip install --disable-pip-version-check --retries 2 "$@" >"$log" 2>&1; }
fail_of_pip() {
    if grep -qiE 'name resolution|name or service|network is unreachable|connection (refused|timed out)|max retries' "$log"
    then reason="no network: the package index cannot be reached"
    else reason=$(grep -m 1 -E '^ *(ERROR|error):' "$log" || tail -n 1 "$log")
    fi
    fail "$reason (pip's output: $log)"
}

reachable() {
    timeout 10 "$python" -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1] + "/torch/", timeout=5)' "$1" 2>/dev/null
}

# The scripts in .venv/bin name the folder they were made in: a moved checkout needs new ones.
if ! "$python" -c '' 2>/dev/null; then make_venv
elif [ -f "$stamp" ]; then
    wanted | cmp -s - "$stamp" && exit 0
    [ "$(head -n 1 "$stamp")" = "$(pwd)" ] || make_venv
fi

torch=$("$python" -c 'import tomllib
print(next(d for d in tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"] if d.startswith("torch")))')
if [ -n "$index" ] && ! pip_install --no-index --no-deps "$torch"; then
    if reachable "$index"; then
        say "installing $torch from $index (about 200 MB)"
        pip_install --index-url "$index" "$torch" || say "$index has no fitting wheel; trying the default package index"
    else
        say "$index cannot be reached; torch comes from the default package index"
    fi
fi
if [ "$profile" = dev ]; then target='.[dev]'; else target=.; fi
say "installing openk2 and what it needs (a few minutes the first time)"
pip_install --editable "$target" || fail_of_pip
say "$("$python" -m openk2.kernels.native 2>&1 | tail -n 1)"  # without a compiler the reference path serves
wanted >"$stamp"
if [ "$profile" = dev ]; then cp "$stamp" "$venv/.openk2-run"; fi
say "ready"
