package configs

import "testing"

// Words as people mistype them.
func TestSimilar(t *testing.T) {
	names := []string{"train", "evaluate", "predict", "table", "augment", "config"}
	for written, want := range map[string]string{
		"trian": "train", "Train": "train", "tran": "train", "evalute": "evaluate", "pred": "predict", "aug": "augment",
		"cnfig": "config", "xyzzy": "", "": "", "resume": "",
	} {
		if got := Similar(written, names); got != want {
			t.Errorf("%q is taken for %q, want %q", written, got, want)
		}
	}
	// By hand: one swap; one letter replaced and one added.
	if a, b := Distance("trian", "train"), Distance("gaer", "gears"); a != 1 || b != 2 {
		t.Errorf("distances %d and %d, want 1 and 2", a, b)
	}
}
