package appendfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func open(t *testing.T, path string, size int64) *File {
	t.Helper()
	a, err := Open(path, size)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func add(t *testing.T, a *File, record string) {
	t.Helper()
	if err := a.Append([]byte(record)); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAppendAndCut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	a := open(t, path, 0)
	add(t, a, "one\n")
	add(t, a, "two\n")
	if got := content(t, path); got != "one\ntwo\n" { // before Close: a killed process loses nothing
		t.Errorf("file has %q", got)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	a = open(t, path, 4)
	add(t, a, "2\n")
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if got := content(t, path); got != "one\n2\n" {
		t.Errorf("file has %q", got)
	}
	if _, err := Open(path, 7); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a file of 6 bytes opened at 7: error %v", err)
	}
	if got := content(t, path); got != "one\n2\n" {
		t.Errorf("after a refused Open the file has %q", got)
	}
}

// A limit on the size of files stands for a full disk: a write that comes to
// it is cut short and then fails, without privileges and on every machine.
func TestFullDiskLeavesNoHalfRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	a := open(t, path, 0)
	add(t, a, "one\n")

	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	full := limit
	full.Cur = 4096
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		t.Fatal(err)
	}
	failure := a.Append(make([]byte, 5000))
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}

	if !errors.Is(failure, syscall.EFBIG) || !strings.Contains(failure.Error(), path) {
		t.Errorf("error %v, want the system's reason and the file", failure)
	}
	if got := content(t, path); got != "one\n" {
		t.Errorf("after the failure the file has %q", got)
	}
	add(t, a, "two\n")
	if err := a.Sync(); err != nil {
		t.Fatal(err)
	}
	if got := content(t, path); got != "one\ntwo\n" {
		t.Errorf("with space again the file has %q", got)
	}
}
