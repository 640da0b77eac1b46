#!/usr/bin/env python3
"""The whole training written plainly in PyTorch: the reference of "end to end".

One category in MVTec AD's layout, from its files to the AUROC of its test
pictures: torchvision's ResNet-18 with projection head and classifier, a Dataset
that opens each file with Pillow when it is asked for, torchvision's transforms
and the CutPaste and Scar classes of augment_reference.py, a DataLoader with
workers, float32, SGD with a cosine schedule; then embeddings of the normal
training and the test pictures, scikit-learn's LedoitWolf, Mahalanobis distances,
roc_auc_score. Nothing is tuned, as in what people publish; nothing is slowed
either. (Ours takes the embeddings of the untrained control besides.)

    python3 tools/bench/reference_loop.py --root mvtec --category bottle --size 128 \\
        --steps 60 --sources 8 --workers 2 --threads 2 --out model.pt

Prints one object of JSON: what was done, pictures a second and the share of the
time waited for data in training (from the eleventh update on, if there are as
many), the AUROC in percent.
Needs torch, torchvision, Pillow and scikit-learn.
"""

import argparse
import json
import pathlib
import time

import numpy as np
import torch
from augment_reference import CutPaste, Scar
from PIL import Image
from reference_net import Net, version
from sklearn.covariance import LedoitWolf
from sklearn.metrics import roc_auc_score
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}


def pictures(folder):
    return sorted(f for f in folder.iterdir() if f.suffix.lower() in SUFFIXES)


class Training(Dataset):
    """Normal pictures, each in three views: as it is, with a patch, with a scar."""

    def __init__(self, files, size, to_tensor):
        self.files, self.size, self.to_tensor = files, size, to_tensor
        self.base = transforms.Compose([
            transforms.Resize((size, size)),
            transforms.RandomCrop(size, padding=round(0.125 * size), padding_mode="reflect"),
            transforms.ColorJitter(0.125, 0.4, 0.4, 0),
        ])
        self.cutpaste, self.scar = CutPaste(), Scar()

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        img = self.base(Image.open(self.files[i]).convert("RGB"))
        return [self.to_tensor(v) for v in (img, self.cutpaste(img), self.scar(img))]


class Plain(Dataset):
    """Pictures as they are."""

    def __init__(self, files, size, to_tensor):
        self.files = files
        self.transform = transforms.Compose([transforms.Resize((size, size)), to_tensor])

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        return self.transform(Image.open(self.files[i]).convert("RGB"))


def forever(loader):
    while True:
        yield from loader


def train(a, net, loader, device):
    """Returns pictures a second and the share of the time waited for data."""
    optimizer = torch.optim.SGD(net.parameters(), lr=0.03, momentum=0.9, weight_decay=3e-5)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=a.steps)
    criterion = torch.nn.CrossEntropyLoss()
    net.train()
    warm = 10 if a.steps > 10 else 0
    begin, waited, batches = time.perf_counter(), 0.0, forever(loader)
    for step in range(a.steps):
        if step == warm:
            begin, waited = time.perf_counter(), 0.0
        asked = time.perf_counter()
        views = next(batches)
        waited += time.perf_counter() - asked
        x = torch.cat(views).to(device)
        y = torch.arange(len(views), device=device).repeat_interleave(len(views[0]))
        optimizer.zero_grad()
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.step()
        schedule.step()
        loss.item()
    took = time.perf_counter() - begin
    return (a.steps - warm) * a.sources * 3 / took, waited / took


@torch.no_grad()
def embed(net, loader, device):
    net.eval()
    x = torch.cat([net.backbone(batch.to(device)).cpu() for batch in loader])
    return torch.nn.functional.normalize(x).numpy()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--root", type=pathlib.Path, required=True, help="folder of categories")
    p.add_argument("--category", required=True)
    p.add_argument("--size", type=int, required=True, help="side of the square pictures, in pixels")
    p.add_argument("--steps", type=int, required=True, help="updates")
    p.add_argument("--sources", type=int, required=True, help="source pictures in an update, each in three views")
    p.add_argument("--workers", type=int, required=True, help="processes that prepare pictures")
    p.add_argument("--threads", type=int, required=True)
    p.add_argument("--device", default="cpu", help="cpu or cuda:N")
    p.add_argument("--out", required=True, help="file for the trained weights")
    a = p.parse_args()

    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    device = torch.device(a.device)
    folder = a.root / a.category
    normal = pictures(folder / "train" / "good")
    test, labels = [], []
    for kind in sorted(d for d in (folder / "test").iterdir() if d.is_dir()):
        files = pictures(kind)
        test += files
        labels += [kind.name != "good"] * len(files)

    to_tensor = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])
    pin = device.type == "cuda"
    # Whole batches only; a set smaller than a batch is repeated to fill one.
    repeated = normal * -(-a.sources // len(normal))
    loader = DataLoader(Training(repeated, a.size, to_tensor), batch_size=a.sources, shuffle=True, drop_last=True,
                        num_workers=a.workers, persistent_workers=a.workers > 0, pin_memory=pin)
    net = Net().to(device)
    rate, wait = train(a, net, loader, device)
    torch.save(net.state_dict(), a.out)

    def plain(files):
        return DataLoader(Plain(files, a.size, to_tensor), batch_size=32, num_workers=a.workers, pin_memory=pin)

    train_embeddings, test_embeddings = embed(net, plain(normal), device), embed(net, plain(test), device)
    scores = LedoitWolf().fit(train_embeddings).mahalanobis(test_embeddings)
    auroc = 100 * roc_auc_score(labels, scores) if 0 < np.sum(labels) < len(labels) else None
    print(json.dumps({
        "torch": version(), "steps": a.steps, "views": 3 * a.sources,
        "train_normal": len(normal), "test_normal": len(labels) - sum(labels), "test_anomalous": sum(labels),
        "images_per_second": rate, "data_wait": wait, "auroc": auroc,
    }))


if __name__ == "__main__":
    main()
