#!/usr/bin/env python3
"""Makes what Grad-CAM and its upsampling are compared with.

nets/testdata/gradcam.json: Grad-CAM by PyTorch's hooks, of ResNet-18 and
EfficientNet-B0 with a head, in evaluation mode, at a middle level and at the last
one, for the larger of the two defect logits, the normal one, and one by number.
Weights and pictures come from an integer hash, as in resnet.py; the pictures have
blocks of other brightness, and the last class's bias is such that each of the two
defect classes has the larger logit in some picture.

Made with torch 2.11.0 and torchvision 0.26.0, float32, one thread:
    python3 tools/golden/gradcam.py
"""
import json
import pathlib

import numpy as np
import torch
import torchvision

from backbones import brief
from resnet import Net, fill, hash01, our_name

BATCH, SIZE, CLASSES = 3, 96, 3
TARGETS = {"defect": range(1, CLASSES), "normal": range(1), "2": range(2, 3)}
ROOT = pathlib.Path(__file__).parents[2]
torch.set_num_threads(1)


def short(values):
    return [float(f"{v:.7g}") for v in values.flatten().tolist()]


def resnet18():
    net = Net()
    return net, {"layer2": net.backbone.layer2, "layer4": net.backbone.layer4}


def efficientnet_b0():
    net = torchvision.models.efficientnet_b0(weights=None)
    net.classifier = torch.nn.Identity()
    return Net(net, 1280), {"level5": net.features[4], "level9": net.features[8]}


def grad_cam(net, level, x, classes):
    """Selvaraju et al. 2017, equations 1 and 2, and the logits."""
    seen = {}

    def hook(module, args, maps):
        seen["maps"] = maps
        maps.register_hook(lambda gradient: seen.__setitem__("gradient", gradient))

    handle = level.register_forward_hook(hook)
    logits = net(x)
    handle.remove()
    of = logits[:, list(classes)].max(dim=1)
    of.values.sum().backward()
    alpha = seen["gradient"].mean(dim=(2, 3), keepdim=True)
    return torch.relu((alpha * seen["maps"]).sum(dim=1)).detach(), seen["maps"], logits.detach(), of.indices


def pictures():
    """Blocks of 32 x 32 pixels are halved in brightness 0 to 3 times, otherwise in each picture."""
    noise = (hash01(BATCH * SIZE * SIZE * 3, 1000) * 256).astype(np.uint8).reshape(BATCH, SIZE, SIZE, 3)
    y, x = np.mgrid[:SIZE, :SIZE] // 32
    halved = np.stack([(3 * y + x) * (i + 1) % 4 for i in range(BATCH)]).astype(np.uint8)
    return noise >> halved[..., None]


def explained(name, net, levels):
    state = {our_name(k): v for k, v in net.state_dict().items()}
    names = sorted(k for k in state if not k.endswith("num_batches_tracked"))
    with torch.no_grad():
        for stream, n in enumerate(names):
            fill(n, stream, state[n])
    net.eval()
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    x = ((torch.from_numpy(pictures()).float() / 255 - mean) / std).permute(0, 3, 1, 2).contiguous()
    with torch.no_grad():
        logits = net(x)
        ahead = logits[:, 1] - logits[:, 2]
        net.classifier.bias[2] += (ahead.min() + ahead.max()) / 2
    out = {"fill_order": names, "bias": short(net.classifier.bias), "levels": {}}
    for level, module in levels.items():
        cams = {}
        for target, classes in TARGETS.items():
            cam, maps, logits, winners = grad_cam(net, module, x, classes)
            cams[target] = short(cam)
            print(f"{name} {level} {target}: positive {(cam > 0).float().mean().item():.2f}, largest {cam.amax(dim=(1, 2)).tolist()}, winners {winners.tolist()}")
            assert target != "defect" or len(set(winners.tolist())) == 2
        out["levels"][level] = {"maps": brief(maps), "height": cam.shape[1], "width": cam.shape[2], "cam": cams}
    out["logits"] = short(logits)
    return out


def main():
    out = {"made_with": {"torch": torch.__version__, "torchvision": torchvision.__version__}, "batch": BATCH, "size": SIZE, "nets": {}}
    for make in (resnet18, efficientnet_b0):
        out["nets"][make.__name__] = explained(make.__name__, *make())
    path = ROOT / "nets/testdata/gradcam.json"
    path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
