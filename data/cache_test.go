package data

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// spoil changes a file's content but neither its size nor its time, so that
// only a cache can still give the old picture: the tests' way of seeing where
// a picture came from.
func spoil(t *testing.T, path string) (restore func()) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	put := func(content []byte) {
		write(t, path, content)
		if err := os.Chtimes(path, time.Time{}, info.ModTime()); err != nil {
			t.Fatal(err)
		}
	}
	put(bytes.Repeat([]byte{'x'}, len(old)))
	return func() { put(old) }
}

func spoilAll(t *testing.T, items []Item) {
	t.Helper()
	for _, it := range items {
		spoil(t, it.Path)
	}
}

// theCacheFile is the only file in a cache folder.
func theCacheFile(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Fatalf("%d files in the cache, want one", len(entries))
	}
	return filepath.Join(dir, entries[0].Name())
}

func TestCacheIsUsed(t *testing.T) {
	items, cache := drawn(t, t.TempDir(), 5, 9, 9), filepath.Join(t.TempDir(), "made", "when needed")
	o := LoadOptions{Size: 4, Cache: cache}
	first := load(t, items, o)
	spoilAll(t, items)
	second := load(t, items, o)
	if !slices.Equal(first.Pix, second.Pix) {
		t.Error("the cache gives other bytes")
	}
	if len(first.Notes)+len(second.Notes) > 0 {
		t.Errorf("notes %q %q", first.Notes, second.Notes)
	}
	theCacheFile(t, cache)
	if _, err := Load(t.Context(), items, LoadOptions{Size: 4, Cache: "off"}); err == nil {
		t.Error("data.cache=off still reads the cache")
	}
	if _, err := Load(t.Context(), items, LoadOptions{Size: 5, Cache: cache}); err == nil {
		t.Error("another size was taken from the cache")
	}
}

func TestCacheNoticesChanges(t *testing.T) {
	dir := t.TempDir()
	items, o := drawn(t, dir, 4, 9, 9), LoadOptions{Size: 9, Cache: t.TempDir()}
	load(t, items, o)
	for name, change := range map[string]func(path string){
		"newer file": func(path string) { redraw(t, path, 9, 9, 100) },
		"another size": func(path string) {
			info, _ := os.Stat(path)
			redraw(t, path, 30, 30, 3)
			os.Chtimes(path, time.Time{}, info.ModTime())
		},
	} {
		change(items[1].Path)
		restore := spoil(t, items[0].Path)
		got := load(t, items, o)
		restore()
		if want := load(t, items, LoadOptions{Size: 9}); !slices.Equal(got.Pix, want.Pix) {
			t.Errorf("%s: a changed picture was not noticed, or another one was decoded again", name)
		}
	}
}

// Pictures are added to and taken from a folder; the rest comes from the cache,
// and what is gone leaves the file.
func TestCacheFollowsAFolder(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	o := LoadOptions{Size: 8, Cache: cache}
	items := drawn(t, dir, 6, 9, 9)
	want := load(t, items, LoadOptions{Size: 8})
	load(t, items[:3], o)

	restore := []func(){spoil(t, items[0].Path), spoil(t, items[1].Path), spoil(t, items[2].Path)}
	load(t, items[3:], o) // does not forget the first three
	for _, r := range restore {
		r()
	}
	spoilAll(t, items)
	got := load(t, items, o)
	if !slices.Equal(got.Pix, want.Pix) {
		t.Error("the pictures of two loads are not all in the cache")
	}

	before, err := os.Stat(theCacheFile(t, cache))
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items[1:] {
		os.Remove(it.Path)
	}
	redraw(t, items[0].Path, 9, 9, 200)
	load(t, items[:1], o)
	after, err := os.Stat(theCacheFile(t, cache))
	if err != nil {
		t.Fatal(err)
	}
	if record := int64(3 * 8 * 8); before.Size()-after.Size() < 5*record {
		t.Errorf("%d bytes before, %d after five of six pictures are gone", before.Size(), after.Size())
	}
}

// Damage anywhere in the file, and any length of it, costs decoding again and
// a note, never a wrong picture; then the file is whole again.
func TestDamagedCache(t *testing.T) {
	items, cache := drawn(t, t.TempDir(), 3, 9, 9), t.TempDir()
	o := LoadOptions{Size: 6, Cache: cache}
	want := load(t, items, o)
	path := theCacheFile(t, cache)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, content []byte) {
		t.Helper()
		write(t, path, content)
		got := load(t, items, o)
		if !slices.Equal(got.Pix, want.Pix) {
			t.Fatalf("%s: wrong pictures", what)
		}
		if len(got.Notes) == 0 || !strings.Contains(got.Notes[0], path) || !strings.Contains(got.Notes[0], "damaged") {
			t.Fatalf("%s: notes %q", what, got.Notes)
		}
		again, err := os.ReadFile(path)
		if err != nil || len(again) != len(whole) {
			t.Fatalf("%s: not written again: %d bytes, %v", what, len(again), err)
		}
	}
	try("empty", nil)
	try("another file", []byte("something else that is long enough for a header"))
	try("longer", append(bytes.Clone(whole), 0))
	for n := 1; n < len(whole); n += 1 + len(whole)/40 {
		try("cut", whole[:n])
	}
	for i := 0; i < len(whole); i += 1 + len(whole)/60 {
		bad := bytes.Clone(whole)
		bad[i] ^= 0x40
		try("one bit", bad)
	}
}

func TestCacheOfAnotherDecoder(t *testing.T) {
	items, cache := drawn(t, t.TempDir(), 2, 9, 9), t.TempDir()
	o := LoadOptions{Size: 6, Cache: cache}
	want := load(t, items, o)
	old := decoderVersion
	defer func() { decoderVersion = old }()
	decoderVersion = "another"
	restore := spoil(t, items[0].Path)
	if _, err := Load(t.Context(), items, o); err == nil {
		t.Error("pictures of another decoder were used")
	}
	restore()
	if got := load(t, items, o); !slices.Equal(got.Pix, want.Pix) || len(got.Notes) > 0 {
		t.Errorf("notes %q", got.Notes)
	}
	theCacheFile(t, cache) // replaced, not added to
}

// A cache folder that cannot be used means no cache and a note.
func TestCacheFolderOfNoUse(t *testing.T) {
	items := drawn(t, t.TempDir(), 2, 9, 9)
	want := load(t, items, LoadOptions{Size: 6})
	file := write(t, filepath.Join(t.TempDir(), "file"), nil)
	folders := map[string]string{"a file": file, "below a file": filepath.Join(file, "deep")}
	if os.Geteuid() != 0 { // root may write everywhere
		readOnly := t.TempDir()
		if err := os.Chmod(readOnly, 0o555); err != nil {
			t.Fatal(err)
		}
		folders["read-only"] = readOnly
	}
	if _, err := os.Stat("/dev/full"); err == nil {
		folders["no folder can be made here"] = "/dev/full/cache"
	}
	for what, folder := range folders {
		got := load(t, items, LoadOptions{Size: 6, Cache: folder})
		if !slices.Equal(got.Pix, want.Pix) {
			t.Errorf("%s: wrong pictures", what)
		}
		if len(got.Notes) == 0 || !strings.Contains(strings.Join(got.Notes, "\n"), "are not cached") {
			t.Errorf("%s: notes %q", what, got.Notes)
		}
	}
}

func TestCacheFolder(t *testing.T) {
	t.Setenv("CUTPASTE_CACHE", "/some/where")
	t.Setenv("XDG_CACHE_HOME", "/home/me/.cache")
	t.Setenv("HOME", "/home/me")
	for setting, want := range map[string]string{"": "", "off": "", "/my/own": "/my/own", "auto": "/some/where/pictures"} {
		if got, err := CacheFolder(setting); got != want || err != nil {
			t.Errorf("CacheFolder(%q) = %q, %v, want %q", setting, got, err, want)
		}
	}
	t.Setenv("CUTPASTE_CACHE", "")
	base, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := CacheFolder("auto"); got != filepath.Join(base, "cutpaste", "pictures") || err != nil {
		t.Errorf("CacheFolder(auto) = %q, %v", got, err)
	}
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	if _, err := os.UserCacheDir(); err == nil {
		t.Skip("this system has a cache folder without HOME")
	}
	items := drawn(t, t.TempDir(), 1, 4, 4)
	if p := load(t, items, LoadOptions{Size: 2, Cache: "auto"}); len(p.Notes) != 1 || !strings.Contains(p.Notes[0], "not cached") {
		t.Errorf("without a home: notes %q", p.Notes)
	}
}

func TestCommonFolder(t *testing.T) {
	item := func(path string) Item { return Item{Path: path} }
	for _, c := range []struct {
		paths []string
		want  string
	}{
		{[]string{"/a/b/1.png"}, "/a/b"},
		{[]string{"/a/b/1.png", "/a/b/2.png"}, "/a/b"},
		{[]string{"/a/test/good/1.png", "/a/test/cut/1.png"}, "/a/test"},
		{[]string{"/a/b/1.png", "/a/bc/1.png"}, "/a"},
		{[]string{"/a/b/1.png", "/a/1.png"}, "/a"},
		{[]string{"/a/1.png", "/b/1.png"}, "/"},
	} {
		var items []Item
		for _, p := range c.paths {
			items = append(items, item(p))
		}
		if got, err := commonFolder(items); got != c.want || err != nil {
			t.Errorf("%q have %q in common (%v), want %q", c.paths, got, err, c.want)
		}
	}
}
