#!/usr/bin/env bash
# The CUDA tests and the ladder of measurements on a machine with a GPU and no network, in under eight minutes.
#
#     bash benchmarks/gpu/wheels.sh wheels                       # before, where there is a network
#     bash benchmarks/gpu/run.sh [FOLDER] [OPTIONS OF ladder.py]  # to FOLDER/gpu.json; default: $OUT, else gpu-results
#
# What the machine lacks is installed from the folder wheels (or $WHEELS) into a path of its own, which is gone
# afterwards; without that folder it is taken to lack nothing. PYTHON names another Python than python3.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-python3}
wheels=${WHEELS:-$root/wheels}
begun=$(date +%s)

out=${OUT:-gpu-results}
if [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; then
    out=$1
    shift
fi
mkdir -p "$out"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
path=$root
if compgen -G "$wheels/*.whl" > /dev/null; then
    "$python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-compile --no-cache-dir \
        --target "$scratch/site" "$wheels"/*.whl
    path=$root:$scratch/site
else
    echo "no wheels in $wheels: what is installed has to do" >&2
fi

export PYTHONPATH=$path${PYTHONPATH:+:$PYTHONPATH}
export PYTHONUNBUFFERED=1 TMPDIR=$scratch
# What compilers make is of no use to another run.
export TRITON_CACHE_DIR=$scratch/triton TORCHINDUCTOR_CACHE_DIR=$scratch/inductor
# Installing counts as a part of the whole; a --budget among the options wins.
budget=$((${BUDGET:-465} - $(date +%s) + begun))
set +e
"$python" "$root/benchmarks/gpu/ladder.py" --out "$out" --budget "$budget" "$@" 2>&1 | tee "$out/log.txt"
code=${PIPESTATUS[0]}
exit "$code"
