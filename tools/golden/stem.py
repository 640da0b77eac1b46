#!/usr/bin/env python3
"""Makes nets/testdata/stem.json: what PyTorch computes with a ResNet-18 whose stem
is the small one, a 3x3 convolution at stride 1 without a maximum after it.

Multiply-adds of the convolutions at 32 and 64 px and the size of every stage's
maps; for weights and pictures that both sides compute from an integer hash: maps
of two stages, the embedding and logits in evaluation and training mode, and in
evaluation mode the gradients of the stem and of the last convolution.

Made with torch 2.11.0 and torchvision 0.26.0, float32, one thread:
    python3 tools/golden/stem.py
"""
import json
import pathlib

import numpy as np
import torch
import torchvision

from backbones import brief, macs
from resnet import fill, hash01

BATCH, SIZE, CLASSES = 6, 32, 3
GRADIENTS = ["conv1.weight", "bn1.weight", "bn1.bias", "layer4.1.conv2.weight"]
torch.set_num_threads(1)


def make():
    net = torchvision.models.resnet18(weights=None, num_classes=CLASSES)
    net.conv1 = torch.nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    net.maxpool = torch.nn.Identity()
    return net


def main():
    net = make()
    state = {k.replace("fc.", "classifier."): v for k, v in net.state_dict().items() if not k.endswith("num_batches_tracked")}
    names = sorted(state)
    with torch.no_grad():
        for stream, name in enumerate(names):
            fill(name, stream, state[name])
    pictures = (hash01(BATCH * SIZE * SIZE * 3, 1000) * 256).astype(np.uint8).reshape(BATCH, SIZE, SIZE, 3)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    x = ((torch.from_numpy(pictures).float() / 255 - mean) / std).permute(0, 3, 1, 2).contiguous()
    labels = torch.arange(BATCH) % CLASSES
    out = {"made_with": {"torch": torch.__version__, "torchvision": torchvision.__version__},
           "batch": BATCH, "size": SIZE, "macs_32": macs(net, 32), "macs_64": macs(net, 64), "fill_order": names}

    def depths(train):
        net.train(train)
        seen, sides = {}, []
        stages = [getattr(net, f"layer{i}") for i in (1, 2, 3, 4)]
        hooks = [m.register_forward_hook(lambda m, a, o: sides.append(o.shape[2])) for m in stages]
        hooks += [m.register_forward_hook(lambda m, a, o, k=k: seen.__setitem__(k, brief(o)))
                  for k, m in (("layer1", stages[0]), ("layer4", stages[3]), ("embedding", net.avgpool))]
        logits = net(x)
        for h in hooks:
            h.remove()
        seen["logits"] = logits.flatten().tolist()
        out["sides"] = sides
        return logits, seen

    logits, out["eval"] = depths(False)
    torch.nn.functional.cross_entropy(logits, labels).backward()
    gradients = dict(net.named_parameters())
    out["gradients"] = {name: brief(gradients[name].grad) for name in GRADIENTS}
    with torch.no_grad():
        _, out["train"] = depths(True)
    path = pathlib.Path(__file__).parents[2] / "nets/testdata/stem.json"
    path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes; multiply-adds", out["macs_32"], out["macs_64"])


if __name__ == "__main__":
    main()
