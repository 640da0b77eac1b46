package data

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// drawn writes n different pictures of w x h pixels into a folder, with a
// modification time in the past.
func drawn(t testing.TB, dir string, n, w, h int) []Item {
	t.Helper()
	for i := range n {
		redraw(t, filepath.Join(dir, string(rune('a'+i))+".png"), w, h, uint8(i))
	}
	items, err := Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func redraw(t testing.TB, path string, w, h int, shade uint8) {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i, v := range noise(w, h).Pix[:w*h] {
		img.Pix[i] = v + shade
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	write(t, path, b.Bytes())
	if err := os.Chtimes(path, time.Time{}, time.Unix(1_700_000_000, int64(shade))); err != nil {
		t.Fatal(err)
	}
}

// load loads and fails on an error.
func load(t testing.TB, items []Item, o LoadOptions) *Pictures {
	t.Helper()
	p, err := Load(context.Background(), items, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoad(t *testing.T) {
	items := drawn(t, t.TempDir(), 5, 11, 7)
	var calls []int
	p := load(t, items, LoadOptions{Size: 4, Workers: 3, Progress: func(done, total int) { calls = append(calls, 10*done+total) }})
	if len(p.Pix) != 5*4*4*3 || !slices.Equal(p.Items, items) || p.Size != 4 || len(p.Notes) > 0 {
		t.Fatalf("%d bytes, notes %q", len(p.Pix), p.Notes)
	}
	if !slices.Equal(calls, []int{15, 25, 35, 45, 55}) {
		t.Errorf("progress %v", calls)
	}
	for i, it := range items {
		im, err := Decode(it.Path, 0)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(p.At(i), Resize(im, 4, 4).Pix) {
			t.Errorf("picture %d is not its file resized", i)
		}
	}
	if one := load(t, items, LoadOptions{Size: 4, Workers: 1}); !slices.Equal(one.Pix, p.Pix) {
		t.Error("one worker loads other bytes than three")
	}
	if none := load(t, nil, LoadOptions{Size: 4, Cache: t.TempDir()}); len(none.Pix) > 0 {
		t.Error("nothing has bytes")
	}
}

func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	items := drawn(t, dir, 6, 8, 8)
	write(t, items[2].Path, []byte("no picture"))
	write(t, items[4].Path, nil)
	for _, workers := range []int{1, 4} {
		_, err := Load(context.Background(), items, LoadOptions{Size: 4, Workers: workers})
		wantError(t, err, items[2].Path)
	}
	_, err := Load(context.Background(), items[:2], LoadOptions{Size: 4, MaxPixels: 63})
	wantError(t, err, items[0].Path, "data.max_pixels (63)")

	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("stopped")
	cancel(cause)
	if _, err := Load(ctx, items, LoadOptions{Size: 4}); err != cause {
		t.Errorf("cancelled: %v", err)
	}
}

// A real JPEG of the usual size: the cost of one picture without a cache.
func BenchmarkDecodeResize256JPEG(b *testing.B) {
	img := image.NewRGBA(image.Rect(0, 0, 256, 256))
	for i := range 256 * 256 { // smooth with a little noise, as photographs are
		x, y := i%256, i/256
		copy(img.Pix[4*i:], []uint8{uint8(x), uint8((x + y) / 2), uint8(y ^ i*i>>9&7), 255})
	}
	var jpg bytes.Buffer
	if err := jpeg.Encode(&jpg, img, &jpeg.Options{Quality: 95}); err != nil {
		b.Fatal(err)
	}
	path := write(b, filepath.Join(b.TempDir(), "a.jpg"), jpg.Bytes())
	for b.Loop() {
		im, err := Decode(path, 0)
		if err != nil {
			b.Fatal(err)
		}
		Resize(im, 64, 64)
	}
}

func BenchmarkLoad300FromCache(b *testing.B) {
	dir := b.TempDir()
	drawn(b, dir, 20, 256, 256)
	content, err := os.ReadFile(filepath.Join(dir, "a.png"))
	if err != nil {
		b.Fatal(err)
	}
	for i := 20; i < 300; i++ {
		write(b, filepath.Join(dir, strings.Repeat("a", 1+i/20)+string(rune('a'+i%20))+".png"), content)
	}
	items, err := Folder(dir)
	if err != nil || len(items) != 300 {
		b.Fatal(len(items), err)
	}
	o := LoadOptions{Size: 256, Cache: b.TempDir()}
	start := time.Now()
	load(b, items, o)
	b.ReportMetric(float64(time.Since(start).Milliseconds()), "first-ms")
	for b.Loop() {
		load(b, items, o)
	}
}
