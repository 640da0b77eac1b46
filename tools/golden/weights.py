"""Makes nets/weights/testdata: small files of weights as PyTorch writes them,
in both formats, with everything in them that a state dict may have and some of
what it may not, and torchvision's list of its official files.

state.safetensors holds what state.pth and legacy.pth hold, row by row.

Made with torch 2.11.0, torchvision 0.26.0 and safetensors 0.8.0.
"""

import json
import os
import pathlib
import pickle
import re
import struct

import torch
from safetensors.torch import save_file
from torchvision.models import get_model_weights, list_models

OUT = pathlib.Path(__file__).parents[2] / "nets/weights/testdata"


def numbers(*shape, dtype=torch.float32):
    """1/8, 2/8, 3/8 ...: exact in every type."""
    n = torch.Size(shape).numel()
    return (torch.arange(1, n + 1) / 8).reshape(shape).to(dtype)


def state():
    shared = numbers(6, 4)
    return {
        "module.conv1.weight": torch.nn.Parameter(numbers(2, 3, 2, 2)),
        "module.bn1.num_batches_tracked": torch.tensor(65536),
        "half": numbers(3, dtype=torch.float16),
        "brain": numbers(3, dtype=torch.bfloat16),
        "double": numbers(2, 2, dtype=torch.float64),
        "int": torch.tensor([-70000, 70000], dtype=torch.int32),
        "short": torch.tensor([-300, 300], dtype=torch.int16),
        "char": torch.tensor([-128, 127], dtype=torch.int8),
        "byte": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
        "empty": torch.zeros(0, 4),
        "single": torch.tensor(0.125),
        "shared": shared,
        "row": shared[2],
        "column": shared[:, 1],
        "every_other": shared[1::2, ::3],
        "transposed": shared.t(),
        "channels_last": numbers(2, 3, 4, 5).to(memory_format=torch.channels_last),
        "größe": numbers(1),
    }


class Evil:
    def __reduce__(self):
        return os.system, ("echo this must never run",)


class Stored:
    """A storage that is shown through a view, as PyTorch before 1.0 saved those."""

    def __init__(self, *persistent_id):
        self.persistent_id = persistent_id


class Pickler(pickle._Pickler):  # Python's own, which looks at persistent_id for every object
    def persistent_id(self, obj):
        return obj.persistent_id if isinstance(obj, Stored) else None


class Rebuild:
    def __init__(self, *args):
        self.args = args

    def __reduce__(self):
        return torch._utils._rebuild_tensor, self.args


def views(path):
    """Two tensors that show parts of one storage, through views of it."""
    storage = numbers(10)

    def part(key, first, length):
        return Stored("storage", torch.FloatStorage, "7", "cpu", 10, (key, first, length))

    with open(path, "wb") as f:
        for v in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True}):
            pickle.dump(v, f, protocol=2)
        Pickler(f, protocol=2).dump({
            "a": Rebuild(part("a", 0, 4), 0, (2, 2), (2, 1)),
            "b": Rebuild(part("b", 4, 6), 1, (5,), (1,)),
        })
        pickle.dump(["7"], f, protocol=2)
        f.write(struct.pack("<q", 10) + storage.numpy().tobytes())


def save_legacy(what, path):
    """Saves in the legacy format, the same bytes each time: its storages are in the
    order of what holds them and named by it, not by their addresses."""
    torch.serialization.sorted = list
    torch.save(what, path, _use_new_zipfile_serialization=False)

    def text(key):
        return b"X" + struct.pack("<I", len(key)) + key

    content = path.read_bytes()
    for i, key in enumerate(dict.fromkeys(re.findall(rb"\d{12,}", content))):
        content = content.replace(text(key), text(b"%d" % i))
    path.write_bytes(content)


def official():
    """The first official weights of each network that there is a row for."""
    nets = ["resnet18", "resnet34", "resnet50", "wide_resnet50_2"]
    nets += [name for name in list_models() if name.startswith("efficientnet_b")]
    return {name: get_model_weights(name).IMAGENET1K_V1.url for name in nets}


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    s = state()
    save_file({k: v.detach().clone(memory_format=torch.contiguous_format) for k, v in s.items()}, OUT / "state.safetensors")
    torch.save(s, OUT / "state.pth")
    save_legacy(s, OUT / "legacy.pth")
    small = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.BatchNorm1d(1))
    torch.nn.init.constant_(small[0].weight, 0.5)
    torch.nn.init.constant_(small[0].bias, 0.25)
    optimizer = torch.optim.SGD(small.parameters(), lr=0.1, momentum=0.9)
    optimizer.step()
    torch.save({"epoch": 3, "arch": "small", "best": torch.tensor(0.5), "state_dict": small.state_dict(),
                "optimizer": optimizer.state_dict()}, OUT / "checkpoint.pth")
    for save, name in ((torch.save, "evil.pth"), (save_legacy, "evil_legacy.pth")):
        save({"weight": numbers(2), "x": Evil()}, OUT / name)
    torch.save(small, OUT / "module.pth")
    views(OUT / "views.pth")
    (OUT / "official.json").write_text(json.dumps(official(), indent=1) + "\n")


if __name__ == "__main__":
    main()
