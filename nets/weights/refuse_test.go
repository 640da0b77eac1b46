package weights

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Whatever is no file of weights is refused by a sentence that names it.
func TestOpenRefuses(t *testing.T) {
	good, err := os.ReadFile("../safetensors/testdata/python.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, content, want string }{
		{"empty", "", "is empty"},
		{"page", "\n<!DOCTYPE html>\n<html><body>404</body></html>", "is a web page, no weights: its download failed"},
		{"page without doctype", "<HTML><head>", "is a web page"},
		{"error of a bucket", `<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>`, "is a web page"},
		{"pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a", "git lfs pull"},
		{"text", "epoch,loss\n1,0.3\n", "is a text file"},
		{"picture", "\x89PNG\r\n\x1a\n" + strings.Repeat("x", 100), "is damaged or no file of weights"},
		{"safetensors cut off", string(good[:len(good)-3]), "has the impossible offsets"},
		{"safetensors cut off in its header", string(good[:100]), "cut off"},
		{"safetensors with a name to fill a screen", strings.Replace("\xd8\x07\x00\x00\x00\x00\x00\x00"+`{"A":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`, "A", strings.Repeat("\u00fc", 979), 1), "by 1958 bytes"},
		{"safetensors with a lying offset", strings.Replace(string(good), `"data_offsets":[0,`, `"data_offsets":[9,`, 1), "tensor"},
	} {
		path := filepath.Join(t.TempDir(), "x.pth")
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, c.name, path, c.want)
	}
	refused(t, "folder", t.TempDir(), "is a folder")
	refused(t, "missing", filepath.Join(t.TempDir(), "none.pth"), "no such file")
	refused(t, "device", "/dev/null", "no regular file")
	pipe := filepath.Join(t.TempDir(), "pipe.pth")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, "pipe", pipe, "no regular file")
}

// A header of nothing but short names is refused within a second and without a
// large allocation, whether that shows at its first tensor or behind its last.
func TestLongHeaderIsRefusedFast(t *testing.T) {
	for value, want := range map[string]string{
		`{}`: "must have a dtype",
		`{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`: "its tensors end at byte",
	} {
		header := []byte("{")
		for i := 0; len(header) < 4<<20-100; i++ {
			header = fmt.Appendf(header, `"%x":%s,`, i, value)
		}
		header[len(header)-1] = '}'
		content := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
		path := inFile(t, append(append(content, header...), 0))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		refused(t, value, path, want)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; took > time.Second || used > 100<<20 {
			t.Errorf("%s: took %s and allocated %d bytes in all", value, took, used)
		}
	}
}

func refused(t *testing.T, name, path, want string) {
	t.Helper()
	f, err := Open(path)
	switch {
	case err == nil:
		t.Errorf("%s: opened, with %d tensors", name, len(f.Tensors))
		f.Close()
	case !strings.Contains(err.Error(), want) || strings.Count(err.Error(), path) != 1:
		t.Errorf("%s: %q, want the file once and %q", name, err, want)
	}
}
