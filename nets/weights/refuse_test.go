package weights

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
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
