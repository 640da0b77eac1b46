package nets

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// A published backbone is the net's own bytes and a classifier of zeros, and
// with the head's state it is all of the net. (That names and shapes are
// torchvision's, the fixture of TestBackbonesAreTheReferences says.)
func TestPublished(t *testing.T) {
	for name, classifier := range map[string]string{"resnet18": "fc", "efficientnet_b0": "classifier.1", "efficientnet_lite0": "_fc"} {
		do(t, func() {
			n, err := New(configs.Net{Name: name, Head: []int{8}, HeadFinal: "bn_relu"}, 3, 0, torch.CPU, true)
			if err != nil {
				t.Fatal(err)
			}
			defer n.Free()
			published := n.Published()
			own := published[:len(published)-2]
			if d := sameState(onlyBackbone(n.State()), own); d != "" {
				t.Errorf("%s: %s differs", name, d)
			}
			if len(own)+len(n.HeadState()) != len(n.State()) {
				t.Errorf("%s: %d and %d of %d tensors", name, len(own), len(n.HeadState()), len(n.State()))
			}
			for i, part := range []string{".weight", ".bias"} {
				c := published[len(own)+i]
				shape := []int{1000, n.Dimension()}[:2-i]
				if c.Name != classifier+part || !slices.Equal(c.Shape, shape) {
					t.Errorf("%s: classifier %s %v", name, c.Name, c.Shape)
				}
			}
		})
	}
}

// The real torchvision takes published backbones strictly and computes the same
// embedding, where there is a Python that has it: CUTPASTE_PYTHON, or the one
// that make bench installs.
func TestTorchvisionTakesPublishedBackbones(t *testing.T) {
	python := os.Getenv("CUTPASTE_PYTHON")
	if python == "" {
		python = filepath.Join("..", ".venv", "bin", "python3")
	}
	if err := exec.Command(python, "-c", "import torchvision, safetensors.torch, numpy").Run(); err != nil {
		t.Skipf("skipped: %s has no torchvision, or is not there (CUTPASTE_PYTHON names another; make bench installs one): %v", python, err)
	}
	const script = `
import sys, numpy, torch, torchvision
from safetensors.torch import load_file
name, file, pictures, embedding = sys.argv[1:]
net = getattr(torchvision.models, name)()
print(net.load_state_dict(load_file(file), strict=True))
setattr(net, "fc" if hasattr(net, "fc") else "classifier", torch.nn.Identity())
x = torch.from_numpy(numpy.fromfile(pictures, dtype=numpy.uint8)).view(2, 64, 64, 3).float() / 255
x = (x - torch.tensor([0.485, 0.456, 0.406])) / torch.tensor([0.229, 0.224, 0.225])
with torch.no_grad():
    ours = torch.from_numpy(numpy.fromfile(embedding, dtype=numpy.float32))
    theirs = net.eval()(x.permute(0, 3, 1, 2)).flatten()
assert (ours - theirs).norm() <= 1e-5 * theirs.norm(), (ours - theirs).norm() / theirs.norm()
`
	for _, name := range []string{"resnet18", "wide_resnet50_2", "efficientnet_b4"} {
		dir := t.TempDir()
		path := func(file string) string { return filepath.Join(dir, file) }
		pix := pictures(2, 64)
		do(t, func() {
			n, err := New(configs.Net{Name: name, Head: []int{8}, HeadFinal: "bn_relu", Dropout: "0", StochasticDepth: "0"}, 3, 0, torch.CPU, true)
			if err != nil {
				t.Fatal(err)
			}
			defer n.Free()
			// Statistics and counters are no longer where they started.
			torch.NoGrad(func() {
				n.Train(torch.Images(pictures(8, 64), 64, imageNetMean, imageNetStd, torch.CPU, true), torch.Tensor{})
				n.Count()
			})
			if err := safetensors.Write(path("model.safetensors"), n.Published(), nil); err != nil {
				t.Fatal(err)
			}
			torch.NoGrad(func() {
				images := torch.Images(pix, 64, imageNetMean, imageNetStd, torch.CPU, true)
				e := safetensors.F32("", nil, torch.Read[float32](n.Embed(images)))
				if err := os.WriteFile(path("embedding"), e.Data, 0o666); err != nil {
					t.Fatal(err)
				}
			})
		})
		if err := os.WriteFile(path("pictures"), pix, 0o666); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(python, "-c", script, name, path("model.safetensors"), path("pictures"), path("embedding")).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "All keys matched") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
