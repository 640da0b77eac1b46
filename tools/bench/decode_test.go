package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/data"
)

// The files take what photographs take, and a decoder answers each line.
func TestDecoder(t *testing.T) {
	full := t.TempDir()
	if err := writePictures(full, 2, "png"); err != nil {
		t.Fatal(err)
	}
	items, err := data.Folder(full)
	if err != nil || len(items) != 2 {
		t.Fatalf("%d files, %v", len(items), err)
	}
	info, err := os.Stat(items[0].Path)
	if err != nil || info.Size() < 1e6 || info.Size() > 2e6 {
		t.Errorf("a PNG takes %d bytes, %v", info.Size(), err)
	}
	var out bytes.Buffer
	if err := decode([]string{full, "off"}, strings.NewReader("1\n1\n"), &out); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(out.String(), "\n"); lines != 3 || !strings.Contains(out.String(), `"2 files to 256 px"`) {
		t.Errorf("the decoder said %s", out.String())
	}
	for _, args := range [][]string{{full}, {filepath.Join(full, "none"), "off"}} {
		if err := decode(args, strings.NewReader(""), &out); err == nil {
			t.Errorf("a decoder of %v started", args)
		}
	}
	if err := decode([]string{full, "off"}, strings.NewReader("many\n"), &out); err == nil || !strings.Contains(err.Error(), "many") {
		t.Errorf("a turn of many: %v", err)
	}
}
