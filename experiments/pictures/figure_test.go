package pictures

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/data"
)

func ptr(v float64) *float64 { return &v }

// picture is one of this size in one colour, with maps of one score each.
func picture(name string, size int, colour rgb, scores ...float32) Picture {
	p := Picture{
		Case:  Case{Name: name, Defect: "good", Score: 1},
		Image: &data.Image{W: size, H: size, Pix: bytes.Repeat(colour[:], size*size)},
	}
	for _, v := range scores {
		m := make([]float32, size*size)
		for i := range m {
			m[i] = v
		}
		p.Maps = append(p.Maps, m)
	}
	return p
}

func TestLayout(t *testing.T) {
	for _, c := range []struct {
		w, h int
		want layout
	}{
		{32, 32, layout{8, 1, 256, 256}},
		{64, 64, layout{4, 1, 256, 256}},
		{96, 96, layout{3, 1, 288, 288}},
		{128, 128, layout{2, 1, 256, 256}},
		{200, 200, layout{1, 1, 200, 200}},
		{256, 256, layout{1, 1, 256, 256}},
		{512, 512, layout{1, 2, 512, 512}},
		{1024, 1024, layout{1, 4, 1024, 1024}},
		{128, 64, layout{2, 1, 256, 128}},
		{1, 300, layout{1, 1, 1, 300}},
	} {
		if got := newLayout(&data.Image{W: c.w, H: c.h}); got != c.want {
			t.Errorf("%d x %d: %v, want %v", c.w, c.h, got, c.want)
		}
	}
}

// Columns are 256 pixels and 12 apart, after a margin of 16; the pictures begin below a
// margin of 16 and a line of 20.
const (
	firstRow = 16 + 20
	nextCol  = 256 + 12
)

func TestPanel(t *testing.T) {
	for _, size := range []int{64, 128, 256} {
		factor := 256 / size
		p := picture("a.png", size, rgb{200, 100, 50}, 2, 8)
		p.Maps[0][1] = 5   // pixel (1,0), the threshold
		p.Maps[1][0] = nan // pixel (0,0)
		p.Mask = make([]uint8, size*size)
		for y := 20; y < 30; y++ {
			for x := 20; x < 30; x++ {
				p.Mask[y*size+x] = 1
			}
		}
		f := Figure{Maps: []Map{{"windows", Scale{2, 10}, ptr(5)}, {"Grad-CAM", Scale{0, 8}, nil}}}
		im := f.Panel(p)
		if b, want := im.Bounds(), image.Rect(0, 0, 16+5*nextCol-12+16, firstRow+256+26+40+16); b != want {
			t.Fatalf("%d: the panel is %v, want %v", size, b, want)
		}
		photo := rgb{200, 100, 50}
		grey := greyOf(photo[:])
		below := rgb{64 + grey/2, 64 + grey/2, 64 + grey/2}
		at := func(column, x, y int) rgb { // the upper left corner of a pixel
			c := canvas{RGBA: im}
			return c.get(16+column*nextCol+x*factor, firstRow+y*factor)
		}
		for _, c := range []struct {
			what         string
			column, x, y int
			want         rgb
		}{
			{"the picture", 0, 0, 0, photo},
			{"the picture in the mask", 0, 20, 20, photo},
			{"its last pixel", 0, size - 1, size - 1, photo},
			{"outside the mask", 1, 18, 18, photo},
			{"the mask's border", 1, 20, 20, skyBlue},
			{"the mask's other border", 1, 25, 20, skyBlue},
			{"inside the mask", 1, 25, 25, photo},
			{"the lowest score", 2, 0, 0, heat()[0].over(below, opacity)},
			{"one of 3/8 of the scale", 2, 1, 0, heat()[96].over(below, opacity)}, // 3/8*255 = 95.6
			{"the highest score", 3, 1, 1, heat()[255].over(below, opacity)},
			{"NaN", 3, 0, 0, below},
			{"found", 4, 1, 0, orange},
			{"not found", 4, 0, 1, photo},
			{"the mask over the prediction", 4, 20, 20, skyBlue},
		} {
			if got := at(c.column, c.x, c.y); got != c.want {
				t.Errorf("%d: %s is %v, want %v", size, c.what, got, c.want)
			}
		}
		c := canvas{RGBA: im}
		if got := c.get(16+nextCol+20*factor-1, firstRow+25*factor); got != black {
			t.Errorf("%d: beside the mask stands %v, want %v", size, got, black)
		}
	}
}

// What is filled shows its picture half, but for its border.
func TestPredictionIsTinted(t *testing.T) {
	p := picture("a.png", 64, rgb{200, 100, 50}, 7)
	f := Figure{Maps: []Map{{"windows", Scale{2, 10}, ptr(5)}}}
	c := canvas{RGBA: f.Panel(p)}
	left := 16 + 2*nextCol
	if got, want := c.get(left+1, firstRow+1), orange.over(rgb{200, 100, 50}, 50); got != want {
		t.Errorf("inside it is %v, want %v", got, want)
	}
	if got := c.get(left, firstRow); got != orange {
		t.Errorf("its border is %v, want %v", got, orange)
	}
}

func TestColumns(t *testing.T) {
	masked := picture("a", 64, black, 1, 2)
	masked.Mask = make([]uint8, 64*64)
	one, two := picture("a", 64, black, 1), picture("a", 64, black, 1, 2)
	for _, c := range []struct {
		name    string
		maps    []Map
		picture Picture
		want    string
	}{
		{"one map", []Map{{"windows", Scale{0, 1}, nil}}, one, "picture, windows"},
		{"one map with a threshold", []Map{{"windows", Scale{0, 1}, ptr(0.5)}}, one, "picture, windows, prediction by windows"},
		{"two maps, a mask", []Map{{"windows", Scale{0, 1}, nil}, {"Grad-CAM", Scale{0, 1}, nil}}, masked, "picture, mask, windows, Grad-CAM"},
		{"two predictions", []Map{{"a", Scale{0, 1}, ptr(0)}, {"b", Scale{0, 1}, ptr(0)}}, two, "picture, a, b, prediction by a, prediction by b"},
	} {
		f := Figure{Maps: c.maps}
		var titles []string
		for _, column := range f.columns([]section{{"", []Picture{c.picture}}}, newLayout(c.picture.Image)) {
			titles = append(titles, column.title)
		}
		if got := strings.Join(titles, ", "); got != c.want {
			t.Errorf("%s: columns %s, want %s", c.name, got, c.want)
		}
		if b := f.Panel(c.picture).Bounds(); b.Dx() != 32+len(titles)*nextCol-12 {
			t.Errorf("%s: %d pixels wide", c.name, b.Dx())
		}
	}
}

func TestCaptions(t *testing.T) {
	for _, c := range []struct {
		of        Case
		threshold *float64
		want      string
	}{
		{Case{"a.png", "good", false, 1.25}, nil, "   good   score 1.25"},
		{Case{"a.png", "good", false, 1.25}, ptr(2), "   good   score 1.25 ≤ threshold 2: normal"},
		{Case{"a.png", "good", false, 2}, ptr(2), "   good   score 2 ≤ threshold 2: normal"},
		{Case{"a.png", "good", false, 2.5}, ptr(2), "   good   score 2.5 > threshold 2: anomalous, a false alarm"},
		{Case{"a.png", "hole", true, 3}, ptr(2), "   hole   score 3 > threshold 2: anomalous"},
		{Case{"a.png", "hole", true, 1.99999}, ptr(2), "   hole   score 1.99999 ≤ threshold 2: normal, missed"},
		{Case{"a.png", "", false, 3}, ptr(2), "   score 3 > threshold 2: anomalous"},
	} {
		if got := (Figure{Threshold: c.threshold}).about(c.of); got != c.want {
			t.Errorf("%v: %q, want %q", c.of, got, c.want)
		}
	}
}

func TestSheet(t *testing.T) {
	f := Figure{Title: "bottle", Maps: []Map{{"windows", Scale{0, 1}, nil}}, Threshold: ptr(2)}
	red, green, blue := rgb{255, 0, 0}, rgb{0, 255, 0}, rgb{0, 0, 255}
	normal := []Picture{picture("a", 64, red, 1), picture("b", 64, green, 1)}
	anomalous := []Picture{picture("c", 64, blue, 1)}
	const (
		row   = 256 + 26
		heads = 26 + 20
	)
	for _, c := range []struct {
		name              string
		normal, anomalous []Picture
		height            int
		pictures          map[int]rgb // by row of pixels
	}{
		{"both", normal, anomalous, 16 + 30 + heads + 2*row + heads + row + 40 + 16, map[int]rgb{
			16 + 30 + heads:               red,
			16 + 30 + heads + 255:         red,
			16 + 30 + heads + row:         green,
			16 + 30 + heads + row + 255:   green,
			16 + 30 + 2*heads + 2*row:     blue,
			16 + 30 + 2*heads + 2*row - 1: paper,
		}},
		{"normal ones", normal[:1], nil, 16 + 30 + heads + row + 40 + 16, map[int]rgb{16 + 30 + heads: red}},
		{"anomalous ones", nil, anomalous, 16 + 30 + heads + row + 40 + 16, map[int]rgb{16 + 30 + heads: blue}},
	} {
		im := f.Sheet(c.normal, c.anomalous)
		if got := im.Bounds().Dy(); got != c.height {
			t.Errorf("%s: %d pixels high, want %d", c.name, got, c.height)
		}
		sheet := canvas{RGBA: im}
		for y, want := range c.pictures {
			if got := sheet.get(16, y); got != want {
				t.Errorf("%s: in row %d stands %v, want %v", c.name, y, got, want)
			}
		}
	}
}

// A normal picture without a mask stands in a sheet beside one with: its place in the
// mask's column shows the picture.
func TestSheetWithOneMask(t *testing.T) {
	with := picture("b", 64, rgb{0, 0, 255}, 1)
	with.Mask = bytes.Repeat([]uint8{1}, 64*64)
	im := Figure{Maps: []Map{{"windows", Scale{0, 1}, nil}}}.Sheet([]Picture{picture("a", 64, rgb{255, 0, 0}, 1)}, []Picture{with})
	c := canvas{RGBA: im}
	if got := c.get(16+nextCol, 16+26+20); got != (rgb{255, 0, 0}) {
		t.Errorf("beside it stands %v, want the picture", got)
	}
	if got := c.get(16+nextCol, 16+2*(26+20)+256+26); got != skyBlue {
		t.Errorf("the mask's border is %v", got)
	}
}

func TestFiguresAreTheSameAgain(t *testing.T) {
	dir := t.TempDir()
	var first []byte
	for i, name := range []string{"a.png", "b.png"} {
		p := picture("a", 64, rgb{9, 200, 30}, 3, 4)
		p.Mask = bytes.Repeat([]uint8{0, 1, 1, 0}, 16*64)
		f := Figure{"title", []Map{{"windows", Scale{0, 7}, ptr(2)}, {"Grad-CAM", Scale{1, 5}, ptr(3)}}, ptr(1)}
		file := filepath.Join(dir, name)
		if err := Write(file, f.Sheet([]Picture{p}, []Picture{p})); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = content
		} else if !bytes.Equal(content, first) {
			t.Error("the same figure has other bytes")
		}
	}
	if err := Write(filepath.Join(dir, "missing", "a.png"), image.NewGray(image.Rect(0, 0, 1, 1))); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("into a folder that is missing: %v", err)
	}
}

func TestWrongSizesPanic(t *testing.T) {
	f := Figure{Maps: []Map{{"windows", Scale{0, 1}, nil}}}
	good := picture("a", 64, black, 1)
	short := picture("a", 64, black, 1)
	short.Maps[0] = short.Maps[0][1:]
	mask := picture("a", 64, black, 1)
	mask.Mask = make([]uint8, 9)
	for name, draw := range map[string]func(){
		"a short map":    func() { f.Panel(short) },
		"a short mask":   func() { f.Panel(mask) },
		"too many maps":  func() { f.Panel(picture("a", 64, black, 1, 2)) },
		"two sizes":      func() { f.Sheet([]Picture{good, picture("b", 32, black, 1)}, nil) },
		"no picture":     func() { f.Sheet(nil, nil) },
		"too few pixels": func() { p := good; p.Image = &data.Image{W: 64, H: 64}; f.Panel(p) },
	} {
		func() {
			defer func() {
				if r, _ := recover().(string); !strings.HasPrefix(r, "pictures: ") {
					t.Errorf("%s: %v", name, r)
				}
			}()
			draw()
		}()
	}
}

// A name of any length leaves room for what is said of its picture.
func TestLongNamesLeaveTheVerdict(t *testing.T) {
	f := Figure{Maps: []Map{{"windows", Scale{0, 1}, nil}}}
	p := picture(strings.Repeat("long/", 100), 64, black, 1)
	before := f.Panel(p)
	p.Score = 2
	if bytes.Equal(before.Pix, f.Panel(p).Pix) {
		t.Error("the score is not to be seen")
	}
}
