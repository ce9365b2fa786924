#!/usr/bin/env bash
# Fill a folder with the wheels that a bare machine with a GPU lacks, for a run there without a network.
#
#     bash benchmarks/gpu/wheels.sh wheels            # download; pip is all it needs
#     bash benchmarks/gpu/wheels.sh --plan            # only say what would be downloaded
#
# The machine is taken to have Python 3.12 on x86-64 and what `has` names; versions are those of constraints.txt.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# On the machine already: torch for CUDA and all that comes with it.
has="torch torch-geometric numpy scipy scikit-learn pandas pyarrow onnxruntime pytest pytest-xdist jaxtyping safetensors
matplotlib jinja2 pyyaml networkx"
# What the package and its CUDA tests need beyond these, each with what it needs itself: no wheel brings others along.
lacks="pydantic pydantic_core annotated-types typing-inspection typing_extensions rich markdown-it-py mdurl Pygments
beartype duckdb filelock shtab onnx onnxscript onnx-ir ml_dtypes protobuf packaging"

plan() {
    for name in $lacks; do
        grep -i -m1 "^$name==" "$root/constraints.txt" || { echo "constraints.txt pins no $name" >&2; exit 1; }
    done
}

case "${1:-}" in
    --plan) plan; exit ;;
    --has) printf '%s\n' $has; exit ;;
    "" | -*) echo "usage: wheels.sh FOLDER | --plan | --has" >&2; exit 2 ;;
esac

folder=$1
mkdir -p "$folder"
rm -f "$folder"/*.whl  # two versions of one package would stop the whole installation
# pip matches each of these tags exactly: a wheel for an older system is not found by the name of a newer one.
tags=""
for version in 2_39 2_35 2_34 2_31 2_28 2_27 2_26 2_24 2_17 2_12 2_5; do
    tags+=" --platform manylinux_${version}_x86_64"
done
plan > "$folder/plan.txt"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --python-version 3.12 --implementation cp $tags --platform manylinux2014_x86_64 --platform manylinux1_x86_64 \
    --dest "$folder" --requirement "$folder/plan.txt"
du -cb "$folder"/*.whl | awk -v folder="$folder" 'END { printf "%s: %.1f MiB\n", folder, $1 / 2^20 }'
