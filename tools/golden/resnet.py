#!/usr/bin/env python3
"""Makes nets/testdata/resnet18.json: what PyTorch computes with ResNet-18.

Names and shapes of torchvision's resnet18; for weights and pictures that both
sides compute from an integer hash (nothing large is stored): the logits, the
embedding and stage outputs in evaluation and training mode, the gradient of
every weight, and the weights after three steps of torch.optim.SGD.

Made with torch 2.11.0 and torchvision 0.26.0, float32, one thread:
    python3 tools/golden/resnet.py
"""
import json
import pathlib

import numpy as np
import torch
import torchvision

BATCH, SIZE, CLASSES = 18, 64, 3
LR, MOMENTUM, DECAY = 0.002, 0.9, 3e-5
torch.set_num_threads(1)


def hash01(n, stream):
    """n numbers in [0, 1): a 32-bit integer hash of (index, stream)."""
    x = np.arange(n, dtype=np.uint64) * 2654435761 + stream * 40503 + 12345
    x &= 0xFFFFFFFF
    for shift, mul in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        x ^= x >> np.uint64(shift)
        x = (x * np.uint64(mul)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(16)
    return x.astype(np.float64) / 2**32


class Net(torch.nn.Module):
    """A backbone, resnet18 by default, with a 512-128 head of linear, batch norm, ReLU, and a classifier."""

    def __init__(self, backbone=None, dimension=512):
        super().__init__()
        self.backbone = backbone
        if backbone is None:
            self.backbone = torchvision.models.resnet18(weights=None)
            self.backbone.fc = torch.nn.Identity()
        self.linear = torch.nn.ModuleList([torch.nn.Linear(dimension, 512, bias=False), torch.nn.Linear(512, 128, bias=False)])
        self.bn = torch.nn.ModuleList([torch.nn.BatchNorm1d(512), torch.nn.BatchNorm1d(128)])
        self.classifier = torch.nn.Linear(128, CLASSES)

    def forward(self, x):
        e = self.backbone(x)
        for linear, bn in zip(self.linear, self.bn):
            e = torch.relu(bn(linear(e)))
        return self.classifier(e)


def our_name(name):
    name = name.removeprefix("backbone.")
    for kind in ("linear", "bn"):
        for i in "01":
            name = name.replace(f"{kind}.{i}.", f"head.{i}.{kind}.") if name.startswith(f"{kind}.{i}.") else name
    return name


def fill(name, stream, t):
    """Starting values, by kind: what a trained net could hold."""
    u = torch.from_numpy(hash01(t.numel(), stream)).reshape(t.shape)
    if name.endswith("running_var") or (t.dim() == 1 and name.endswith("weight")):
        v = 0.5 + u
    elif t.dim() == 1:
        v = 0.2 * (u - 0.5)
    else:
        v = (2 * u - 1) * np.sqrt(6.0 / t[0].numel())
    t.copy_(v.to(torch.float32))


def pictures(batch, size):
    """Bytes [batch,size,size,3] of an integer hash."""
    return (hash01(batch * size * size * 3, 1000) * 256).astype(np.uint8).reshape(batch, size, size, 3)


def normalised(pixels):
    """Bytes [N,S,S,3] as networks take them."""
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return ((torch.from_numpy(pixels).float() / 255 - mean) / std).permute(0, 3, 1, 2).contiguous()


def brief(t):
    """A tensor in few numbers: norm, sum, and eight elements spread over it."""
    f = t.detach().double().flatten()
    at = torch.linspace(0, f.numel() - 1, 8).long()
    return {"norm": f.norm().item(), "sum": f.sum().item(), "values": f[at].tolist(), "at": at.tolist()}


def main():
    net = Net()
    state = {our_name(k): v for k, v in net.state_dict().items()}
    names = sorted(k for k in state if not k.endswith("num_batches_tracked"))
    with torch.no_grad():
        for stream, name in enumerate(names):
            fill(name, stream, state[name])
    x = normalised(pictures(BATCH, SIZE))
    labels = torch.arange(BATCH) % CLASSES

    out = {"made_with": {"torch": torch.__version__, "torchvision": torchvision.__version__},
           "batch": BATCH, "size": SIZE, "lr": LR, "momentum": MOMENTUM, "weight_decay": DECAY}
    reference = torchvision.models.resnet18(weights=None).state_dict()
    out["torchvision"] = {k: list(v.shape) for k, v in reference.items() if not k.startswith("fc.")}
    out["fill_order"] = names

    def depths(train):
        net.train(train)
        seen = {}
        stages = [getattr(net.backbone, f"layer{i}") for i in (1, 4)] + [net.backbone.avgpool]
        hooks = [m.register_forward_hook(lambda m, a, o, k=k: seen.__setitem__(k, brief(o)))
                 for k, m in zip(("layer1", "layer4", "embedding"), stages)]
        logits = net(x)
        for h in hooks:
            h.remove()
        seen["logits"] = logits.flatten().tolist()
        return logits, seen

    with torch.no_grad():
        _, out["eval"] = depths(False)
    opt = torch.optim.SGD(net.parameters(), LR, MOMENTUM, weight_decay=DECAY)
    out["losses"], out["gradients"] = [], {}
    for step in range(3):
        if step == 0:
            logits, out["train"] = depths(True)
        else:
            logits = net(x)
        loss = torch.nn.functional.cross_entropy(logits, labels)
        out["losses"].append(loss.item())
        opt.zero_grad()
        loss.backward()
        if step == 0:
            out["gradients"] = {our_name(k): brief(p.grad) for k, p in net.named_parameters()}
        opt.step()
    out["after"] = {our_name(k): brief(v) for k, v in net.state_dict().items() if not k.endswith("num_batches_tracked")}
    path = pathlib.Path(__file__).parents[2] / "nets/testdata/resnet18.json"
    path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes; losses", out["losses"])


if __name__ == "__main__":
    main()
