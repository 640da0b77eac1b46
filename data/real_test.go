package data

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Real pictures, where they are: bottle and screw of MVTec AD and the magnetic
// tile set, all 256 x 256 JPEG, with known counts.
func TestRealPictures(t *testing.T) {
	const root = "../../shared/data/real"
	if _, err := os.Stat(root); err != nil {
		t.Skip("the real pictures are not here")
	}
	if names, err := Categories(root); err != nil || !slices.Equal(names, []string{"bottle", "magnetic_tile", "screw"}) {
		t.Errorf("categories %q, %v", names, err)
	}
	for _, want := range []struct {
		name                          string
		train, good, anomalous, masks int
		findings                      int
		mode                          string
	}{
		{"bottle", 209, 20, 63, 63, 0, "8-bit RGB"},
		{"screw", 320, 41, 119, 119, 0, "8-bit grey"},
		{"magnetic_tile", 337, 137, 195, 195, 1, "8-bit grey"}, // one empty mask
	} {
		t.Run(want.name, func(t *testing.T) {
			r, err := Check(context.Background(), root, want.name, CheckOptions{})
			if err != nil {
				t.Fatal(err)
			}
			var train, good, anomalous, masks int
			for _, f := range r.Folders {
				masks += f.Masks
				switch f.Folder {
				case "train/good":
					train += f.Pictures
				case "test/good":
					good += f.Pictures
				default:
					anomalous += f.Pictures
				}
			}
			if train != want.train || good != want.good || anomalous != want.anomalous || masks != want.masks {
				t.Errorf("%d, %d, %d and %d masks", train, good, anomalous, masks)
			}
			total := want.train + want.good + want.anomalous
			if !slices.Equal(r.Sizes, []ValueCount{{"256x256", total}}) || !slices.Equal(r.Modes, []ValueCount{{want.mode, total}}) {
				t.Errorf("sizes %v, modes %v", r.Sizes, r.Modes)
			}
			if !r.OK() || len(r.Findings) != want.findings {
				t.Errorf("findings %+v", r.Findings)
			}
			for _, f := range r.Findings {
				if !strings.Contains(f.Text, "marks no pixel") {
					t.Errorf("finding %+v", f)
				}
			}
		})
	}

	c, err := Open(root, "bottle")
	if err != nil {
		t.Fatal(err)
	}
	o := LoadOptions{Size: 64, Cache: filepath.Join(t.TempDir(), "cache")}
	first := load(t, c.Train, o)
	if second := load(t, c.Train, o); !slices.Equal(first.Pix, second.Pix) || len(second.Notes) > 0 {
		t.Errorf("the cache gives other pictures, notes %q", second.Notes)
	}
}
