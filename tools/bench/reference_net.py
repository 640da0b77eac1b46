"""The network of PyTorch's side: torchvision's backbone, projection head, classifier.

And what several of its programs say about themselves.
"""

import resource

import torch
import torchvision
from torch import nn
from torchvision.models import resnet


class SlimResNet(resnet.ResNet):
    """torchvision's ResNet-18 with another number of channels in its first stage than 64.

    Its own constructor fixes the 64, so the same layers are made here; forward is torchvision's.
    """

    def __init__(self, width):
        nn.Module.__init__(self)
        self._norm_layer, self.inplanes = nn.BatchNorm2d, width
        self.groups, self.base_width, self.dilation = 1, 64, 1
        self.conv1 = nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        for i in range(4):
            setattr(self, f"layer{i + 1}", self._make_layer(resnet.BasicBlock, width << i, 2, stride=min(2, i + 1)))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Identity()


def backbone(name):
    """torchvision's network without its classifier, and the numbers in its embedding."""
    net = getattr(torchvision.models, name)(weights=None)
    last = "fc" if hasattr(net, "fc") else "classifier"
    dim = (net.fc if last == "fc" else net.classifier[-1]).in_features
    setattr(net, last, nn.Identity())
    return net, dim


def small_stem(net):
    """A 3x3 convolution alone at the start of torchvision's ResNet, for pictures of few pixels."""
    net.conv1 = nn.Conv2d(3, net.conv1.out_channels, kernel_size=3, padding=1, bias=False)
    net.maxpool = nn.Identity()


class Net(nn.Module):
    """A backbone with a head of linear, batch norm and ReLU, and a classifier."""

    def __init__(self, classes=3, head=(512, 128), width=64, name="resnet18"):
        super().__init__()
        if width == 64:
            self.backbone, dim = backbone(name)
        else:
            self.backbone, dim = SlimResNet(width), 8 * width
        layers = []
        for out in head:
            layers += [nn.Linear(dim, out, bias=False), nn.BatchNorm1d(out), nn.ReLU(inplace=True)]
            dim = out
        self.head = nn.Sequential(*layers)
        self.classifier = nn.Linear(dim, classes)

    def forward(self, x):
        return self.classifier(self.head(self.backbone(x)))


def resident():
    """Resident memory in MiB."""
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * resource.getpagesize() / 2**20


def version():
    """libtorch's version without what pip adds to it."""
    return torch.__version__.partition("+")[0]
