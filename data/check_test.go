package data

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// marks is a mask of w x h pixels with n of them marked, as PNG.
func marks(t *testing.T, w, h, n int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range n {
		img.Pix[i] = 255
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// shade is a flat RGB picture, as JPEG or PNG.
func shade(t *testing.T, w, h int, v uint8, format string) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		img.Set(i%w, i/w, color.RGBA{v, v / 2, 0, 255})
	}
	var b bytes.Buffer
	var err error
	if format == "JPEG" {
		err = jpeg.Encode(&b, img, nil)
	} else {
		err = png.Encode(&b, img)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func category(t *testing.T, files map[string][]byte) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		write(t, filepath.Join(root, "c", name), content)
	}
	return root
}

func TestCheckOfACleanCategory(t *testing.T) {
	root := category(t, map[string][]byte{
		"train/good/0.png":             shade(t, 8, 8, 10, "PNG"),
		"train/good/1.png":             shade(t, 8, 8, 11, "PNG"),
		"train/good/2.jpg":             shade(t, 8, 8, 12, "JPEG"),
		"test/good/0.png":              shade(t, 8, 8, 13, "PNG"),
		"test/cut/0.png":               shade(t, 8, 8, 14, "PNG"),
		"ground_truth/cut/0_mask.png":  marks(t, 8, 8, 3),
		"ground_truth/good/0_mask.png": marks(t, 8, 8, 0), // some sets have them
		"test/good/Thumbs.db":          []byte("ignored"),
	})
	var last int
	r, err := Check(context.Background(), root, "c", CheckOptions{Progress: func(done, total int) { last = 100*done + total }})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) > 0 || !r.OK() {
		t.Errorf("findings %+v", r.Findings)
	}
	if want := []FolderCount{{"train/good", 3, 0}, {"test/cut", 1, 1}, {"test/good", 1, 1}}; !slices.Equal(r.Folders, want) {
		t.Errorf("folders %+v", r.Folders)
	}
	if want := []ValueCount{{"8x8", 5}}; !slices.Equal(r.Sizes, want) {
		t.Errorf("sizes %+v", r.Sizes)
	}
	if want := []ValueCount{{"PNG", 4}, {"JPEG", 1}}; !slices.Equal(r.Formats, want) {
		t.Errorf("formats %+v", r.Formats)
	}
	if want := []ValueCount{{"8-bit RGB", 5}}; !slices.Equal(r.Modes, want) {
		t.Errorf("modes %+v", r.Modes)
	}
	if last != 707 {
		t.Errorf("progress ended at %d", last)
	}
	c, err := Open(root, "c")
	if err != nil {
		t.Fatal(err)
	}
	if f, err := c.Fingerprint(); f != r.Fingerprint || err != nil || f == "" {
		t.Errorf("fingerprint %s, Check's %s, %v", f, r.Fingerprint, err)
	}
}

// Everything wrong at once: Check lists all of it, in the order of files.
func TestCheckListsEverything(t *testing.T) {
	good := shade(t, 8, 8, 13, "PNG")
	root := category(t, map[string][]byte{
		"train/good/0.png":             good,
		"train/good/1.png":             good, // twice in training
		"train/good/2.png":             shade(t, 8, 8, 12, "JPEG"),
		"train/good/3.png":             good[:len(good)/2],
		"train/good/4.bmp":             []byte("no picture"),
		"train/good/5.jpg":             {},
		"test/cut/0.png":               good, // trained on
		"test/cut/1.png":               shade(t, 8, 8, 40, "PNG"),
		"test/cut/2.png":               shade(t, 16, 8, 41, "PNG"),
		"test/cut/3.png":               shade(t, 8, 8, 42, "PNG"),
		"test/cut/4.png":               shade(t, 8, 8, 43, "PNG"),
		"test/cut/5.png":               shade(t, 8, 8, 44, "PNG"), // no mask
		"test/good/1.png":              shade(t, 8, 8, 40, "PNG"), // both normal and cut
		"test/good/6.png":              shade(t, 8, 8, 46, "PNG"),
		"ground_truth/cut/0_mask.png":  marks(t, 8, 8, 0),
		"ground_truth/cut/1_mask.png":  marks(t, 8, 8, 1),
		"ground_truth/cut/2_mask.png":  marks(t, 8, 8, 1), // its picture is 16 x 8
		"ground_truth/cut/3_mask.png":  []byte("BM"),
		"ground_truth/cut/4_mask.jpg":  shade(t, 8, 8, 200, "JPEG"),
		"ground_truth/cut/9_mask.png":  marks(t, 8, 8, 1), // no picture
		"ground_truth/good/6_mask.png": marks(t, 8, 8, 2),
	})
	r, err := Check(context.Background(), root, "c", CheckOptions{Workers: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []Finding{
		{false, "", "test/cut: 1 of 6 pictures without a mask (5.png)"},
		{false, "", "ground_truth/cut: 1 mask without a picture"},
		{false, "", "1 picture not square"},
		{false, "train/good/2.png", "is a JPEG, not the PNG that its name says"},
		{true, "train/good/3.png", "is cut short"},
		{true, "train/good/4.bmp", "is not a PNG, JPEG, BMP or TIFF"},
		{true, "train/good/5.jpg", "is empty"},
		{false, "ground_truth/cut/0_mask.png", "marks no pixel"},
		{true, "ground_truth/cut/2_mask.png", "has 8 x 8 pixels and its picture 16 x 8"},
		{true, "ground_truth/cut/3_mask.png", "cut short"},
		{false, "ground_truth/cut/4_mask.jpg", "is a JPEG, whose noise"},
		{true, "ground_truth/good/6_mask.png", "marks 2 pixels of a picture in test/good"},
		{false, "train/good/1.png", "is the same file as train/good/0.png: it counts twice in training"},
		{true, "test/cut/0.png", "is the same file as train/good/0.png: a picture that is trained on"},
		{true, "test/good/1.png", "is the same file as test/cut/1.png: it cannot be both"},
	} {
		if len(r.Findings) == 0 {
			t.Fatalf("no finding is left for %+v", want)
		}
		got := r.Findings[0]
		r.Findings = r.Findings[1:]
		if got.Error != want.Error || got.File != want.File || !strings.Contains(got.Text, want.Text) {
			t.Errorf("finding %+v, want %+v", got, want)
		}
	}
	if len(r.Findings) > 0 {
		t.Errorf("more findings: %+v", r.Findings)
	}
	if r.Fingerprint == "" {
		t.Error("broken pictures that can be read keep the fingerprint from being made")
	}
}

func TestCheckSaysWhenAUROCIsUndefined(t *testing.T) {
	files := map[string][]byte{
		"train/good/0.png": shade(t, 8, 8, 1, "PNG"), "train/good/1.png": shade(t, 8, 8, 2, "PNG"),
		"test/good/0.png": shade(t, 8, 8, 3, "PNG"),
	}
	says := func(words string) {
		t.Helper()
		r, err := Check(context.Background(), category(t, files), "c", CheckOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(r.Findings, func(f Finding) bool { return strings.Contains(f.Text, words) }) || !r.OK() {
			t.Errorf("findings %+v, want %q and no error", r.Findings, words)
		}
	}
	says("no anomalous test picture")
	files["test/cut/0.png"] = shade(t, 8, 8, 4, "PNG")
	delete(files, "test/good/0.png")
	says("no normal test picture")
}

// A picture that is turned has its turned size, and its mask must have it too.
func TestCheckOfTurnedPictures(t *testing.T) {
	turned, err := os.ReadFile("testdata/decode/turned6.jpg") // 8 x 6 in the file, 6 x 8 upright
	if err != nil {
		t.Fatal(err)
	}
	root := category(t, map[string][]byte{
		"train/good/0.png": shade(t, 8, 8, 1, "PNG"), "train/good/1.png": shade(t, 8, 8, 2, "PNG"),
		"test/cut/0.jpg": turned, "ground_truth/cut/0_mask.png": marks(t, 6, 8, 1),
		"test/good/0.png": shade(t, 8, 8, 3, "PNG"),
	})
	r, err := Check(context.Background(), root, "c", CheckOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() || len(r.Findings) != 2 || !strings.Contains(r.Findings[0].Text, "1 picture turned upright") {
		t.Errorf("findings %+v", r.Findings)
	}
	if want := (ValueCount{"6x8", 1}); !slices.Contains(r.Sizes, want) {
		t.Errorf("sizes %+v", r.Sizes)
	}
}

func TestCheckOfAFileThatCannotBeRead(t *testing.T) {
	root := category(t, map[string][]byte{
		"train/good/0.png": shade(t, 8, 8, 1, "PNG"), "train/good/1.png": shade(t, 8, 8, 2, "PNG"),
	})
	if err := os.Symlink("nowhere.png", filepath.Join(root, "c/train/good/2.png")); err != nil {
		t.Skipf("this file system has no links: %v", err)
	}
	r, err := Check(context.Background(), root, "c", CheckOptions{})
	if err != nil {
		t.Fatal(err)
	}
	last := r.Findings[len(r.Findings)-1]
	if r.OK() || last.File != "train/good/2.png" || !strings.Contains(last.Text, "cannot be read") || r.Fingerprint != "" {
		t.Errorf("%+v, fingerprint %q", last, r.Fingerprint)
	}
}

func TestCheckErrors(t *testing.T) {
	root := category(t, map[string][]byte{
		"train/good/0.png": shade(t, 8, 8, 1, "PNG"), "train/good/1.png": shade(t, 8, 8, 2, "PNG"),
	})
	_, err := Check(context.Background(), root, "d", CheckOptions{})
	wantError(t, err, `no category "d"`)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Check(ctx, root, "c", CheckOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestModes(t *testing.T) {
	want := map[string]string{
		"rgb.png": "8-bit RGB", "grey.png": "8-bit grey", "one_bit.png": "8-bit grey", "alpha.png": "8-bit RGB with alpha",
		"palette.png": "palette", "palette_transparent.png": "palette with alpha", "grey16.png": "16-bit grey",
		"rgb16.png": "16-bit RGB", "alpha16.png": "16-bit RGB with alpha", "cmyk.jpg": "CMYK", "grey.jpg": "8-bit grey",
		"rgb.jpg": "8-bit RGB", "rgb.bmp": "8-bit RGB", "grey16.tif": "16-bit grey",
	}
	for file, mode := range want {
		if l := lookAt("testdata/decode/"+file, false, 0); l.mode != mode || l.err != nil {
			t.Errorf("%s is %q, want %q (%v)", file, l.mode, mode, l.err)
		}
	}
}
