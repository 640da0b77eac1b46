package weights

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// The files in testdata come from tools/golden/weights.py (torch 2.11.0).

// Both formats hold what the safetensors file holds, strides and shared storages
// put in order, and in the order of the dict.
func TestPyTorchFiles(t *testing.T) {
	want := mustOpen(t, "testdata/state.safetensors")
	for path, format := range map[string]string{"testdata/state.pth": PyTorch, "testdata/legacy.pth": PyTorchLegacy} {
		f := mustOpen(t, path)
		if f.Format != format || len(f.Notes) > 0 {
			t.Errorf("%s: format %q, notes %q", path, f.Format, f.Notes)
		}
		if len(f.Tensors) != len(want.Tensors) {
			t.Errorf("%s has %d tensors, want %d", path, len(f.Tensors), len(want.Tensors))
		}
		for i, name := range []string{"module.conv1.weight", "module.bn1.num_batches_tracked", "half"} {
			if f.Tensors[i].Name != name {
				t.Errorf("%s: tensor %d is %s, want %s", path, i, f.Tensors[i].Name, name)
			}
		}
		for _, w := range want.Tensors {
			x := f.named(t, w.Name)
			if x.DType != w.DType || !slices.Equal(x.Shape, w.Shape) {
				t.Errorf("%s: %s is %s %v, want %s %v", path, x.Name, x.DType, x.Shape, w.DType, w.Shape)
			}
			got, err := f.Bytes(x)
			if err != nil {
				t.Error(err)
			}
			expected, err := want.Bytes(w)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, expected) {
				t.Errorf("%s: %s is % x, want % x", path, x.Name, got, expected)
			}
			if floats[w.DType] == nil {
				continue
			}
			a, b := make([]float32, x.Len()), make([]float32, w.Len())
			if err := f.Float32s(x, a); err != nil {
				t.Error(err)
			}
			if err := want.Float32s(w, b); err != nil || !slices.Equal(a, b) {
				t.Errorf("%s: %s is %v, want %v (%v)", path, x.Name, a, b, err)
			}
		}
	}
}

// Views of storages, as PyTorch wrote them before 1.0.
func TestLegacyViews(t *testing.T) {
	f := mustOpen(t, "testdata/views.pth")
	for name, want := range map[string][]float32{"a": {0.125, 0.25, 0.375, 0.5}, "b": {0.75, 0.875, 1, 1.125, 1.25}} {
		x := f.named(t, name)
		got := make([]float32, x.Len())
		if err := f.Float32s(x, got); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v (%v), want %v", name, got, err, want)
		}
	}
}

func TestCheckpoint(t *testing.T) {
	f := mustOpen(t, "testdata/checkpoint.pth")
	var names []string
	for _, x := range f.Tensors {
		names = append(names, x.Name)
	}
	if want := []string{"0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"}; !slices.Equal(names, want) {
		t.Errorf("tensors %q, want %q", names, want)
	}
	if want := []string{`The tensors are those of "state_dict" in it.`, "Passed over: epoch, arch, best, optimizer."}; !slices.Equal(f.Notes, want) {
		t.Errorf("notes %q, want %q", f.Notes, want)
	}
	got := make([]float32, 2)
	if err := f.Float32s(f.named(t, "0.weight"), got); err != nil || !slices.Equal(got, []float32{0.5, 0.5}) {
		t.Error(got, err)
	}
}

func content(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// changed is the zip archive b with one record replaced, or, where change
// returns nil, left out; method is how it is stored.
func changed(t testing.TB, b []byte, name string, method uint16, change func([]byte) []byte) string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, record := range r.File {
		rc, err := record.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		header := zip.FileHeader{Name: record.Name, Method: zip.Store}
		if strings.HasSuffix(record.Name, name) {
			if data = change(data); data == nil {
				continue
			}
			header.Method = method
		}
		to, err := w.CreateHeader(&header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// pickled is the state dict's archive with another pickle in it.
func pickled(t testing.TB, code string) string {
	return changed(t, content(t, "testdata/state.pth"), "data.pkl", zip.Store, func([]byte) []byte { return []byte(code) })
}

// A hostile or damaged file is refused within a second and without a large
// allocation, whatever it claims.
func TestPyTorchRefuses(t *testing.T) {
	state, legacy := content(t, "testdata/state.pth"), content(t, "testdata/legacy.pth")
	to := func(s string) func([]byte) []byte { return func([]byte) []byte { return []byte(s) } }
	replace := func(b []byte, old, new string) string {
		t.Helper()
		if bytes.Count(b, []byte(old)) == 0 {
			t.Fatalf("%q is not there", old)
		}
		return strings.Replace(string(b), old, new, 1)
	}
	u64 := func(n uint64) string { return string(binary.LittleEndian.AppendUint64(nil, n)) }
	zeros := func([]byte) []byte { return make([]byte, 16<<20) }
	// A tensor of a storage with 24 numbers of F32; its first number, shape and
	// strides are given as instructions, where K and M are numbers of 1 and 2 bytes.
	tensor := func(layout string) string {
		return "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n" +
			"X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x18tQ" + layout + "\x89ccollections\nOrderedDict\n)RtR"
	}
	rebuild := func(layout string) string { return pickled(t, "\x80\x02}X\x01\x00\x00\x00a"+tensor(layout)+"s.") }
	nothing := func([]byte) []byte { return nil }
	for _, c := range []struct{ name, content, want string }{
		{"zip cut off", string(state[:len(state)-30]), "it is cut off or damaged"},
		{"zip cut off early", string(state[:700]), "it is cut off or damaged"},
		{"zip bomb in the numbers", changed(t, state, "data/0", zip.Deflate, zeros), "compressed"},
		{"zip bomb in the pickle", changed(t, state, "data.pkl", zip.Deflate, zeros), "compressed"},
		{"zip bomb in the byte order", changed(t, state, "byteorder", zip.Deflate, zeros), "compressed"},
		{"zip without a pickle", changed(t, state, "data.pkl", 0, nothing), "without data.pkl"},
		{"zip without numbers", changed(t, state, "data/3", 0, nothing), `lacks "state/data/3"`},
		{"zip with too few numbers", changed(t, state, "data/0", 0, to("1234")), "it is damaged"},
		{"zip with a long list", longDirectory(t), "a list of more than 8 MB"},
		{"big-endian zip", changed(t, state, "byteorder", 0, to("big")), "byte order \"big\""},
		{"zip of the future", changed(t, state, "version", 0, to("11\n")), "version \"11\""},
		{"zip with a version that is none", changed(t, state, "version", 0, to("x")), "version \"x\""},
		{"TorchScript", archive(t, "x/data.pkl", "x/constants.pkl"), "TorchScript"},
		{"two pickles", archive(t, "x/data.pkl", "y/data.pkl"), "more than one data.pkl"},
		{"a record twice", archive(t, "x/data.pkl", "x/data/0", "x/data/0"), `has "x/data/0" twice`},
		{"a wheel", archive(t, "package/models/x.pth"), "without data.pkl"},

		{"system", string(content(t, "testdata/evil.pth")), "refers to posix.system, which a file of weights has no business with: nothing of it was run"},
		{"system, legacy", string(content(t, "testdata/evil_legacy.pth")), "refers to posix.system"},
		{"system, in the way of protocol 0", pickled(t, "(S'echo'\nios\nsystem\n."), "pickle instruction 'S'"},
		{"system, as an instance", pickled(t, "(ios\nsystem\n."), "refers to os.system"},
		{"system, by stack", pickled(t, "\x80\x04\x8c\x02os\x8c\x06system\x93."), "refers to os.system"},
		{"system, by a name with dots", pickled(t, "\x80\x04\x8c\x05torch\x8c\x09os.system\x93."), "refers to torch.os.system"},
		{"getattr", pickled(t, "cbuiltins\ngetattr\n."), "refers to builtins.getattr"},
		{"name to upset a terminal", pickled(t, "c\x1b[2J\nx\n."), `refers to "\x1b[2J.x"`},
		{"whole net", string(content(t, "testdata/module.pth")), "refers to torch.nn.modules.container.Sequential"},
		{"call of a type", pickled(t, "ctorch\nFloatStorage\n)R."), "calls what is no function"},

		{"empty pickle", pickled(t, ""), "in the middle of its list"},
		{"pickle cut off", changed(t, state, "data.pkl", 0, func(b []byte) []byte { return b[:len(b)/2] }), "in the middle of its list"},
		{"text of 4 GB", pickled(t, "X\xff\xff\xff\xff"), "a text of 4294967295 bytes"},
		{"text of 2^64 bytes", pickled(t, "\x8d"+u64(1<<64-1)), "a text of 18446744073709551615 bytes"},
		{"text beyond the end", pickled(t, "X\xff\xff\x0f\x00"), "in the middle of its list"},
		{"long number", pickled(t, "\x8b\xff\xff\xff\x7f"), "pickle instruction"},
		{"many values", pickled(t, strings.Repeat("}", 1<<20)), "more than 524288 values"},
		{"many marks", pickled(t, strings.Repeat("(", 1<<20)), "more than 524288 values"},
		{"doubling tuples", pickled(t, strings.Repeat("N2\x86", 1000)+"."), "holds no dict of tensors"},
		{"deep tuples", pickled(t, "N"+strings.Repeat("\x85", 1<<18)+"."), "holds no dict of tensors"},
		{"a list made into many dicts", pickled(t, "]q\x00("+strings.Repeat("]q\x01(NNe", 50_000)+"e0ccollections\nOrderedDict\nq\x02"+strings.Repeat("h\x02h\x00\x85R0", 50_000)+"}."), "more than 524288 values"},
		{"a dict in many places", pickled(t, "}q\x00("+strings.Repeat("NN", 100_000)+"u}("+strings.Repeat("Nh\x00", 100_000)+strings.Repeat("X\x01\x00\x00\x00ah\x00", 10_000)+"u."), "holds no tensors"},
		{"a long name in many places", pickled(t, tensor("K\x00(t(t")+"q\x00X\x00\x00\x0f\x00"+strings.Repeat("a", 15<<16)+"q\x010}("+strings.Repeat("h\x01h\x00", 100_000)+"u."), "a very long one"},
		{"a dict in itself", pickled(t, "}q\x00X\x01\x00\x00\x00ah\x00s."), "holds no tensors"},
		{"a list as a key", pickled(t, "}]Ns."), "holds no tensors"},
		{"nothing on the stack", pickled(t, "R"), "takes more values than it has"},
		{"nothing above the mark", pickled(t, "N(0"), "takes more values than it has"},
		{"no mark", pickled(t, "Nt"), "lacks a mark"},
		{"odd items", pickled(t, "}(Nu"), "no dict"},
		{"no such memo", pickled(t, "h\x09"), "not put away"},
		{"protocol 6", pickled(t, "\x80\x06"), "pickle protocol 6"},
		{"attributes of a number", pickled(t, "K\x01}b"), "no dict"},
		{"a single number", pickled(t, "K\x01."), "holds no dict of tensors"},
		{"no tensors", pickled(t, "}."), "holds no tensors"},
		{"persistent id that is none", pickled(t, "NQ"), "where there are none"},
		{"storage without a type", pickled(t, "(X\x07\x00\x00\x00storageNNNNtQ"), "a storage without type"},
		{"whole module of the past", pickled(t, "(X\x06\x00\x00\x00moduleNNNtQ"), "a whole net with its program"},

		{"shape beyond its storage", rebuild("K\x00(K\x05K\x05t(K\x05K\x01t"), "fewer than that"},
		{"first number beyond its storage", rebuild("K\x18(t(t"), "goes beyond its storage"},
		{"last number beyond its storage", rebuild("K\x01(K\x18t(K\x01t"), "goes beyond its storage"},
		{"strides beyond its storage", rebuild("K\x00(K\x03K\x02t(K\x0bK\x02t"), "goes beyond its storage"},
		{"strides that overflow", rebuild("K\x00(K\x03t(\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7ft"), "goes beyond its storage"},
		{"shape that overflows", rebuild("K\x00(J\xff\xff\xff\x7fJ\xff\xff\xff\x7fJ\xff\xff\xff\x7ft(K\x00K\x00K\x00t"), "fewer than that"},
		{"numbers repeated", rebuild("K\x00(M\xff\xffM\xff\xfft(K\x00K\x00t"), "fewer than that"},
		{"negative first number", rebuild("J\xff\xff\xff\xff(t(t"), "goes beyond its storage"},
		{"negative shape", rebuild("K\x00(J\xff\xff\xff\xfft(K\x01t"), "no storage, shape and strides"},
		{"more strides than shape", rebuild("K\x00(K\x01t(K\x01K\x01t"), "no storage, shape and strides"},
		{"65 dimensions", rebuild("K\x00(" + strings.Repeat("K\x01", 65) + "t(" + strings.Repeat("K\x01", 65) + "t"), "no storage, shape and strides"},

		{"legacy cut off in its numbers", string(legacy[:len(legacy)-1]), "in the middle of its storage"},
		{"legacy cut off in its list", string(legacy[:200]), "in the middle of its list"},
		{"legacy cut off before its protocol", string(legacy[:15]), "in the middle of its list"},
		{"legacy of another protocol", replace(legacy, "M\xe9\x03.", "M\xea\x03."), "protocol 1002"},
		{"big-endian legacy", replace(legacy, "little_endianq\x02\x88", "little_endianq\x02\x89"), "another byte order"},
		{"legacy that counts otherwise", replace(legacy, u64(24)+"\x00\x00\x00\x3e", u64(25)+"\x00\x00\x00\x3e"), "has 24 numbers in one place and 25 in another"},
		{"view beyond its storage", replace(content(t, "testdata/views.pth"), "K\x04K\x06\x87", "K\x05K\x06\x87"), "a view beyond its storage"},
		{"other pickle", "\x80\x04}" + strings.Repeat("N0", 100) + ".", "not one that torch.save wrote"},
	} {
		path := filepath.Join(t.TempDir(), "x.pth")
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		refused(t, c.name, path, c.want)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; took > time.Second || used > 100<<20 {
			t.Errorf("%s: took %s and allocated %d bytes in all", c.name, took, used)
		}
	}
}

// archive is a zip archive of empty records.
func archive(t *testing.T, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		if _, err := w.CreateHeader(&zip.FileHeader{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// longDirectory is an archive of many empty records.
func longDirectory(t *testing.T) string {
	names := make([]string, 9000)
	for i := range names {
		names[i] = fmt.Sprint(strings.Repeat("x", 1000), i)
	}
	return archive(t, names...)
}
