package configs

import (
	"slices"
	"testing"
)

// The net is trained on crops where there are some, of any size up to the
// picture's, and on whole pictures else.
func TestInput(t *testing.T) {
	for _, c := range []struct {
		args []string
		want int
	}{
		{nil, 256},
		{[]string{"data.size=128"}, 128},
		{[]string{"data.crop=64"}, 64},
		{[]string{"data.crop=32"}, 32}, // holds the paper's scars still
		{[]string{"data.crop=256"}, 256},
		{[]string{"data.crop=16", "augment.variant=cutpaste"}, 16},
	} {
		got, err := Load("", c.args, nil)
		if err != nil {
			t.Errorf("%q: %v", c.args, err)
		} else if got.Data.Input() != c.want {
			t.Errorf("%q: trained on %d pixels, want %d", c.args, got.Data.Input(), c.want)
		}
	}
}

// The presets differ from the paper's image model in the crop alone.
func TestPatchPresets(t *testing.T) {
	for file, want := range map[string]string{"paper-patch64.yaml": "data.crop=64", "paper-patch32.yaml": "data.crop=32"} {
		c, err := Load(file, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Changed(Training, Scoring); !slices.Equal(got, []string{want}) {
			t.Errorf("%s changes %q, want %q", file, got, want)
		}
		if stem := c.Network().Stem; stem != StemSmall {
			t.Errorf("%s has the stem %s", file, stem)
		}
	}
}
