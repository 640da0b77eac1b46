package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{syscall.ENOSPC, "the disk with /cache is full"},
		{syscall.EDQUOT, "the disk with /cache is full"},
		{syscall.EACCES, "/cache cannot be written to"},
		{syscall.EPERM, "/cache cannot be written to"},
		{syscall.EROFS, "/cache cannot be written to"},
		{syscall.ENOTDIR, "/cache cannot be written to"},
		{syscall.EIO, "write /cache/file: input/output error"},
	} {
		err := fmt.Errorf("wrapped: %w", &fs.PathError{Op: "write", Path: "/cache/file", Err: c.err})
		got := Explain(err, "/cache")
		if !strings.Contains(got.Error(), c.want) {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
		if !errors.Is(got, c.err) {
			t.Errorf("%q does not wrap %v", got, c.err)
		}
	}
	if Explain(nil, "/cache") != nil {
		t.Error("no error became one")
	}
}

func TestFree(t *testing.T) {
	if n, err := Free(t.TempDir()); err != nil || n < 0 {
		t.Errorf("Free = %d, %v", n, err)
	}
	if _, err := Free("/no/such/folder"); err == nil || !strings.Contains(err.Error(), "/no/such/folder") {
		t.Errorf("a folder that is not there: %v", err)
	}
}
