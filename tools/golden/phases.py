#!/usr/bin/env python3
"""Makes trainer/testdata/phases.json: PyTorch's fine-tuning in two phases.

ResNet-18 with the head of resnet.py, from weights and pictures that both sides
compute from a formula: two updates of the head with the backbone frozen, then
two of everything but the backbone's batch normalisation, which keeps its
statistics in both; a new torch.optim.SGD and CosineAnnealingLR in each. Of every
update the learning rate and the loss, of every tensor a summary at the end.

Made with torch 2.11.0 and torchvision 0.26.0, float32, one thread:
    python3 tools/golden/phases.py
"""
import json
import pathlib

import numpy as np
import torch

from resnet import Net, brief, normalised, our_name

BATCH, SIZE, CLASSES = 12, 32, 3
MOMENTUM, DECAY = 0.9, 3e-5
PHASES = [{"steps": 2, "lr": 0.05, "train": "head"}, {"steps": 2, "lr": 0.002, "train": "all"}]
torch.set_num_threads(1)


def waves(n, stream):
    """n numbers in [0, 1]: a sine that turns ever faster."""
    i = np.arange(n, dtype=np.float64)
    return 0.5 + 0.5 * np.sin(0.001 * i * i + stream)


def fill(name, stream, t):
    u = torch.from_numpy(waves(t.numel(), stream)).reshape(t.shape)
    if name.endswith("running_var") or (t.dim() == 1 and name.endswith("weight")):
        u = 0.5 + u
    elif t.dim() == 1:
        u = 0.2 * (u - 0.5)
    else:
        u = (2 * u - 1) * np.sqrt(3.0 / t[0].numel())
    t.copy_(u.to(torch.float32))


def main():
    net = Net()
    state = {our_name(k): v for k, v in net.state_dict().items()}
    names = sorted(k for k in state if not k.endswith("num_batches_tracked"))
    with torch.no_grad():
        for stream, name in enumerate(names):
            fill(name, stream, state[name])
    pictures = (waves(BATCH * SIZE * SIZE * 3, 1000) * 255).astype(np.uint8).reshape(BATCH, SIZE, SIZE, 3)
    x = normalised(pictures)
    labels = torch.arange(BATCH) % CLASSES

    out = {"made_with": {"torch": torch.__version__}, "batch": BATCH, "size": SIZE, "classes": CLASSES,
           "momentum": MOMENTUM, "weight_decay": DECAY, "phases": PHASES, "lr": [], "losses": []}
    frozen = [m for m in net.backbone.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    net.train()
    for m in frozen:
        m.eval()
    for phase in PHASES:
        net.backbone.requires_grad_(phase["train"] == "all")
        for m in frozen:
            m.requires_grad_(False)
        opt = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], phase["lr"], MOMENTUM, weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=phase["steps"])
        for _ in range(phase["steps"]):
            out["lr"].append(opt.param_groups[0]["lr"])
            loss = torch.nn.functional.cross_entropy(net(x), labels)
            out["losses"].append(loss.item())
            opt.zero_grad()
            loss.backward()
            opt.step()
            schedule.step()
    out["after"] = {our_name(k): brief(v) for k, v in net.state_dict().items() if not k.endswith("num_batches_tracked")}
    path = pathlib.Path(__file__).parents[2] / "trainer/testdata/phases.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes; losses", out["losses"], "rates", out["lr"])


if __name__ == "__main__":
    main()
