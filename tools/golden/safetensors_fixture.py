"""Makes nets/safetensors/testdata/python.safetensors: every type that
libtorch and the Go package share, a single number, an empty tensor, a name
that is not ASCII, and metadata.

    python3 tools/golden/safetensors_fixture.py             makes the fixture
    python3 tools/golden/safetensors_fixture.py check FILE  compares FILE with what the fixture holds

Made with torch 2.11.0 and safetensors 0.8.0.
"""

import pathlib
import sys

import torch
from safetensors import safe_open
from safetensors.torch import save_file

OUT = pathlib.Path(__file__).parents[2] / "nets/safetensors/testdata/python.safetensors"

META = {"note": 'quotes " and <tags> & ü'}  # one entry: the Python package writes several in any order

TENSORS = {
    "fc.weight": torch.tensor([[0.5, -1.25, 3.0], [1e-30, float("inf"), -0.0]], dtype=torch.float32),
    "fc.bias": torch.tensor([0.1, -2.5], dtype=torch.float64),
    "bn.num_batches_tracked": torch.tensor(65536, dtype=torch.int64),
    "labels": torch.tensor([0, 1, -2], dtype=torch.int32),
    "shorts": torch.tensor([-300, 300], dtype=torch.int16),
    "bytes": torch.tensor([-128, 127], dtype=torch.int8),
    "pixels": torch.tensor([0, 128, 255], dtype=torch.uint8),
    "mask": torch.tensor([True, False, True], dtype=torch.bool),
    "half": torch.tensor([1.0, -2.0], dtype=torch.float16),
    "brain": torch.tensor([1.0, -2.0], dtype=torch.bfloat16),
    "empty": torch.zeros([0, 4], dtype=torch.float32),
    "größe": torch.tensor([7.0], dtype=torch.float32),
}


def check(path):
    with safe_open(path, "pt") as f:
        assert f.metadata() == META, f.metadata()
        assert sorted(f.keys()) == sorted(TENSORS), f.keys()
        for name, want in TENSORS.items():
            got = f.get_tensor(name)
            assert got.dtype == want.dtype and got.shape == want.shape, (name, got)
            assert torch.equal(got, want), (name, got)


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        check(sys.argv[2])
    else:
        OUT.parent.mkdir(exist_ok=True)
        save_file(TENSORS, OUT, META)
        check(OUT)
