#!/usr/bin/env python3
"""Makes nets/testdata/backbones.json: what torchvision's networks are and compute.

For every ResNet and EfficientNet here: a digest of names and shapes without the
ImageNet classifier, the number of trained numbers, multiply-adds of the
convolutions at 224 and 256 px, level channels, and the defaults of batch
normalisation, dropout and stochastic depth. For some of them, with weights and
pictures that both sides compute from an integer hash: feature maps at three
depths and logits in evaluation and training mode, and a gradient of every weight.
The lite networks are those of PyPI's efficientnet-lite-pytorch, fetched by pip
without what it depends on.

Made with torch 2.11.0 and torchvision 0.26.0, float32, one thread:
    python3 tools/golden/backbones.py
"""
import hashlib
import json
import pathlib
import sys

import numpy as np
import torch
import torchvision

from lite import lite_network
from resnet import fill, hash01, normalised, pictures

BATCH, SIZE, CLASSES = 6, 64, 3
PARITY = {
    "resnet50": ["layer1", "layer3", "layer4"],
    "wide_resnet50_2": ["layer1", "layer3", "layer4"],
    "efficientnet_b0": ["level2", "level5", "level9"],
    "efficientnet_b4": ["level2", "level7", "level9"],
    "efficientnet_lite0": ["level2", "level5", "level9"],
}
NETS = (["resnet18", "resnet34", "resnet50", "wide_resnet50_2"] + [f"efficientnet_b{i}" for i in range(8)]
        + [f"efficientnet_lite{i}" for i in range(5)])
torch.set_num_threads(1)


def make(name):
    """The reference network with a classifier of CLASSES, and its levels as modules."""
    if name.startswith("efficientnet_lite"):
        net = lite_network(name, CLASSES)
        widths = [b._block_args.output_filters for b in net._blocks]
        ends = [b for b, width, after in zip(net._blocks, widths, widths[1:] + [0]) if width != after]
        return net, [net._bn0, *ends, net._bn1]
    net = getattr(torchvision.models, name)(weights=None)
    if name.startswith("efficientnet"):
        net.classifier[1] = torch.nn.Linear(net.classifier[1].in_features, CLASSES)
        return net, list(net.features)
    net.fc = torch.nn.Linear(net.fc.in_features, CLASSES)
    return net, [net.layer1, net.layer2, net.layer3, net.layer4]


def classifier(name):
    return "_fc." if "lite" in name else "classifier.1." if name.startswith("efficientnet") else "fc."


def our_name(name, of):
    return name.replace(classifier(of), "classifier.")


def brief(t):
    f = t.detach().double().flatten()
    at = torch.linspace(0, f.numel() - 1, 3).long()
    short = lambda v: float(f"{v:.9g}")
    return {"norm": short(f.norm().item()), "sum": short(f.sum().item()), "values": [short(v) for v in f[at].tolist()], "at": at.tolist()}


def macs(net, size):
    total = 0

    def count(conv, _, out):
        nonlocal total
        total += out.shape[2] * out.shape[3] * conv.weight.numel()

    hooks = [m.register_forward_hook(count) for m in net.modules() if isinstance(m, torch.nn.Conv2d)]
    with torch.no_grad():
        net.eval()(torch.zeros(1, 3, size, size))
    for h in hooks:
        h.remove()
    return total


def describe(name):
    net, levels = make(name)
    state = {k: v for k, v in net.state_dict().items() if not k.startswith(classifier(name))}
    listing = "".join(f"{k} {list(v.shape)}\n" for k, v in sorted(state.items()))
    norms = {(m.momentum, m.eps) for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d)}
    assert len(norms) == 1
    channels = []
    hooks = [m.register_forward_hook(lambda m, a, o: channels.append(o.shape[1])) for m in levels]
    out = {
        "tensors": len(state), "sha256": hashlib.sha256(listing.encode()).hexdigest(),
        "parameters": sum(p.numel() for k, p in net.named_parameters() if not k.startswith(classifier(name))),
        "momentum": min(norms)[0], "eps": min(norms)[1],
    }
    out["macs_256"] = macs(net, 256)
    for h in hooks:
        h.remove()
    out["macs_224"] = macs(net, 224)
    out["channels"] = channels
    drops = [m.p for m in net.modules() if isinstance(m, torchvision.ops.StochasticDepth)]
    if "lite" in name:
        rate, n = net._global_params.drop_connect_rate, len(net._blocks)
        drops = [rate * i / n for i in range(n)]
        skips = [b._block_args.stride in (1, [1]) and b._block_args.input_filters == b._block_args.output_filters for b in net._blocks]
    else:
        skips = [m.use_res_connect for m in net.modules() if isinstance(m, torchvision.models.efficientnet.MBConv)]
    out["drops"] = [p for p, skip in zip(drops, skips) if skip and p > 0]
    dropout = [m.p for m in net.modules() if isinstance(m, torch.nn.Dropout)]
    out["dropout"] = dropout[0] if dropout else 0
    return out


def parity(name, levels):
    net, modules = make(name)
    for m in net.modules():
        if isinstance(m, (torch.nn.Dropout, torchvision.ops.StochasticDepth)):
            m.p = 0.0
    if "lite" in name:
        net._global_params = net._global_params._replace(drop_connect_rate=0)
    state = {our_name(k, name): v for k, v in net.state_dict().items()}
    names = sorted(k for k in state if not k.endswith("num_batches_tracked"))

    def refill():
        with torch.no_grad():
            for stream, n in enumerate(names):
                fill(n, stream, state[n])
                if state[n].dim() > 1 and name.startswith("efficientnet"):
                    state[n].mul_(0.5)  # else values grow from block to block, and rounding with them

    x = normalised(pictures(BATCH, SIZE))
    labels = torch.arange(BATCH) % CLASSES
    out = {"fill_order": names}

    def run(train):
        refill()
        net.train(train)
        seen = {}
        hooks = [modules[int(level[5:]) - 1].register_forward_hook(lambda m, a, o, level=level: seen.__setitem__(level, o.clone()))
                 for level in levels]
        logits = net(x)
        for h in hooks:
            h.remove()
        if "lite" in name:  # whose hook is before the activation
            seen["level9"] = seen["level9"].clamp(0, 6)
        return logits, {"levels": {k: brief(v) for k, v in seen.items()}, "logits": logits.flatten().tolist()}

    # ReLU and ReLU6 have corners, and batch statistics of so few values carry every
    # rounding to them: there gradients are those of frozen batch normalisation.
    out["gradients_of"] = "train" if name in ("efficientnet_b0", "efficientnet_b4") else "eval"
    for mode in ("eval", "train"):
        logits, out[mode] = run(mode == "train")
        if mode == out["gradients_of"]:
            torch.nn.functional.cross_entropy(logits, labels).backward()
    out["gradients"] = {our_name(k, name): brief(p.grad) for k, p in net.named_parameters()}
    return out


class Kept(torch.nn.Module):
    """Dropout, or stochastic depth, of a choice that is given."""

    def __init__(self, kept, p):
        super().__init__()
        self.kept, self.p = kept, p

    def forward(self, x):
        kept = self.kept.view(self.kept.shape[0], *(self.kept.shape[1:] or [1] * (x.dim() - 1)))
        return x * kept / (1 - self.p)


def dropping(name, dropout, depth):
    """A training pass whose dropout and stochastic depth keep what a hash says."""
    net = getattr(torchvision.models, name)(weights=None, dropout=dropout, stochastic_depth_prob=depth)
    net.classifier[1] = torch.nn.Linear(net.classifier[1].in_features, CLASSES)
    state = {our_name(k, name): v for k, v in net.state_dict().items()}
    names = sorted(k for k in state if not k.endswith("num_batches_tracked"))
    with torch.no_grad():
        for stream, n in enumerate(names):
            fill(n, stream, state[n])
            if state[n].dim() > 1:
                state[n].mul_(0.5)
    blocks = [m for m in net.modules() if isinstance(m, torchvision.models.efficientnet.MBConv)
              and m.use_res_connect and m.stochastic_depth.p > 0]
    width = len(blocks) + net.classifier[1].in_features
    kept = torch.from_numpy(hash01(BATCH * width, 2000) >= 0.4).view(BATCH, width).float()
    for i, b in enumerate(blocks):
        b.stochastic_depth = Kept(kept[:, i], b.stochastic_depth.p)
    net.classifier[0] = Kept(kept[:, len(blocks):], dropout)
    x = normalised(pictures(BATCH, SIZE))
    logits = net.train()(x)
    torch.nn.functional.cross_entropy(logits, torch.arange(BATCH) % CLASSES).backward()
    watched = [k for k, p in net.named_parameters() if k.endswith("block.0.0.weight") or k.startswith("classifier")]
    grads = dict(net.named_parameters())
    return {"net": name, "dropout": dropout, "depth": depth, "fill_order": names, "width": width,
            "logits": logits.flatten().tolist(), "gradients": {our_name(k, name): brief(grads[k].grad) for k in watched}}


def main():
    out = {"made_with": {"torch": torch.__version__, "torchvision": torchvision.__version__},
           "batch": BATCH, "size": SIZE, "nets": {}, "parity": {}}
    for name in NETS:
        out["nets"][name] = describe(name)
        print(name, {k: v for k, v in out["nets"][name].items() if k != "drops"}, file=sys.stderr)
    for name, levels in PARITY.items():
        out["parity"][name] = parity(name, levels)
    out["dropping"] = dropping("efficientnet_b0", 0.25, 0.5)
    path = pathlib.Path(__file__).parents[2] / "nets/testdata/backbones.json"
    path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
