package augment

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

// golden is testdata/torchvision.json, made by tools/golden/jitter.py with
// torchvision 0.26.0 and Pillow 13.0.0.
type golden struct {
	Pictures [][]byte `json:"pictures"`
	Jitter   []struct {
		Picture int       `json:"picture"`
		Ops     goldenOps `json:"ops"`
		RGB     []byte    `json:"rgb"`
	} `json:"jitter"`
	EveryColour []struct {
		Shift  uint8
		SHA256 string
	} `json:"every_colour"`
	Translate []struct {
		Size, DX, DY int
		In, Out      []byte
	} `json:"translate"`
	Rotate []struct {
		W, H    int
		Degrees float64
		BoxW    int `json:"box_w"`
		BoxH    int `json:"box_h"`
		UV      []byte
	} `json:"rotate"`
	Turn []struct {
		Size, Quarters int
		In, Out        []byte
	} `json:"turn"`
	Confetti []struct {
		Size, X, Y, W, H int
		Ops              goldenOps
		In, Out          []byte
	} `json:"confetti"`
}

type goldenOps []struct {
	Op     string  `json:"op"`
	Factor float64 `json:"factor"`
}

// jitter is the operations as a plan has them, and whether their factors lie on its
// grid.
func (ops goldenOps) jitter() (j Jitter, exact bool) {
	names := map[string]Op{"brightness": Brightness, "contrast": Contrast, "saturation": Saturation, "hue": Hue}
	exact = true
	for i, a := range ops {
		f := a.Factor * One
		j[i] = Adjust{names[a.Op], int32(math.Round(f))}
		if a.Op == "hue" {
			j[i].By = int32(uint8(int(a.Factor * 255)))
		} else if f != math.Round(f) {
			exact = false
		}
	}
	return j, exact
}

func loadGolden(t *testing.T) *golden {
	t.Helper()
	b, err := os.ReadFile("testdata/torchvision.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Jitter) == 0 || len(g.EveryColour) == 0 || len(g.Translate) == 0 || len(g.Rotate) == 0 ||
		len(g.Turn) == 0 || len(g.Confetti) == 0 {
		t.Fatal("testdata/torchvision.json has no cases; make it with tools/golden/jitter.py")
	}
	return &g
}

// Factors on the plan's grid give torchvision's bytes exactly. A factor off the
// grid is rounded by up to 1/8192, which moves a blend of bytes by up to 0.03
// grey levels before it is cut to an integer: one level an operation.
func TestJitterEqualsTorchvision(t *testing.T) {
	g := loadGolden(t)
	for _, c := range g.Jitter {
		j, exact := c.Ops.jitter()
		tolerance := len(c.Ops)
		if exact {
			tolerance = 0
		}
		for name, apply := range map[string]func([]byte){"kernel": j.apply, "Go": func(p []byte) { applyGo(p, j) }} {
			got := append([]byte(nil), g.Pictures[c.Picture]...)
			apply(got)
			for i := range got {
				if d := int(got[i]) - int(c.RGB[i]); d > tolerance || d < -tolerance {
					t.Errorf("%s %v: byte %d is %d, torchvision has %d", name, c.Ops, i, got[i], c.RGB[i])
					break
				}
			}
		}
	}
}

// applyGo is the jitter one operation at a time, each as its definition says,
// without tables, passes or vectors.
func applyGo(pix []byte, j Jitter) {
	for _, a := range j {
		sum := 0
		for i := 0; i < len(pix); i += 3 {
			sum += grey(pix[i], pix[i+1], pix[i+2])
		}
		mean := roundedMean(sum, len(pix)/3)
		for i := 0; i < len(pix); i += 3 {
			m := 0
			switch a.Op {
			case None:
				continue
			case Contrast:
				m = mean
			case Saturation:
				m = grey(pix[i], pix[i+1], pix[i+2])
			case Hue:
				h, s, v := toHSV(pix[i], pix[i+1], pix[i+2])
				pix[i], pix[i+1], pix[i+2] = toRGB(h+uint8(a.By), s, v)
				continue
			}
			for k := i; k < i+3; k++ {
				f := float64(a.By) / One
				pix[k] = uint8(math.Floor(min(max(float64(m)+(float64(pix[k])-float64(m))*f, 0), 255)))
			}
		}
	}
}

// Hue, the operation with the most roundings, for every colour there is.
func TestHueEqualsPillowForEveryColour(t *testing.T) {
	pix := make([]uint8, 3<<24)
	check := func(name string, turn func([]uint8, uint8), shift uint8, want string) {
		for i := range 1 << 24 {
			pix[3*i], pix[3*i+1], pix[3*i+2] = uint8(i>>16), uint8(i>>8), uint8(i)
		}
		turn(pix, shift)
		if got := fmt.Sprintf("%x", sha256.Sum256(pix)); got != want {
			t.Errorf("%s, shift %d: some colour differs from Pillow's", name, shift)
		}
	}
	cases := loadGolden(t).EveryColour
	for _, c := range cases {
		check("kernel", turnHue, c.Shift, c.SHA256)
	}
	check("hueGo", hueGo, cases[1].Shift, cases[1].SHA256)
}

func TestTranslateEqualsTorchvision(t *testing.T) {
	for _, c := range loadGolden(t).Translate {
		got := make([]byte, len(c.In))
		translate(got, c.In, c.Size, box{c.DX, c.DY, c.Size, c.Size})
		if string(got) != string(c.Out) {
			t.Errorf("translation by (%d,%d) differs from torchvision's pad and crop", c.DX, c.DY)
		}
	}
}

// The box and every pixel's source are Pillow's.
func TestTurnEqualsPillow(t *testing.T) {
	for _, c := range loadGolden(t).Rotate {
		r := turn(c.W, c.H, c.Degrees)
		if r.w != c.BoxW || r.h != c.BoxH {
			t.Errorf("%dx%d by %v: box %dx%d, Pillow has %dx%d", c.W, c.H, c.Degrees, r.w, r.h, c.BoxW, c.BoxH)
			continue
		}
		for i := 0; i < r.w*r.h; i++ {
			x, y := int32(i%r.w), int32(i/r.w)
			u, v := (r.m[0]*x+r.m[1]*y+r.m[2])>>16, (r.m[3]*x+r.m[4]*y+r.m[5])>>16
			if u < 0 || v < 0 || u >= int32(c.W) || v >= int32(c.H) {
				u, v = 255, 255
			}
			if wu, wv := int32(c.UV[2*i]), int32(c.UV[2*i+1]); u != wu || v != wv {
				t.Errorf("%dx%d by %v: (%d,%d) shows (%d,%d), Pillow (%d,%d)", c.W, c.H, c.Degrees, x, y, u, v, wu, wv)
				break
			}
		}
	}
}
