package suite

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestFingerprintsAreKept(t *testing.T) {
	p := at(t, twoMethods)
	root := filepath.Join(p.dir, "data")
	picture := filepath.Join(root, "a", "train", "good", "000.png")
	// of is the fingerprint as a new process finds it, and whether it was computed.
	of := func() (string, bool) {
		t.Helper()
		f, err := openFingerprints(p.dir)
		if err != nil {
			t.Fatal(err)
		}
		print, err := f.of(root, "a")
		if err != nil {
			t.Fatal(err)
		}
		computed := f.changed
		if err := f.save(); err != nil {
			t.Fatal(err)
		}
		return print, computed
	}
	first, computed := of()
	if !computed || len(first) != 64 {
		t.Errorf("the first is %q, computed: %t", first, computed)
	}
	if again, computed := of(); computed || again != first {
		t.Errorf("%q was computed again: %t; it was %q", again, computed, first)
	}
	// A file that is written anew is read again, the same bytes have the same print.
	if err := os.Chtimes(picture, time.Time{}, time.Unix(1e9, 0)); err != nil {
		t.Fatal(err)
	}
	if again, computed := of(); !computed || again != first {
		t.Errorf("of another time it is %q, computed: %t", again, computed)
	}
	if err := os.WriteFile(picture, []byte("other"), 0o666); err != nil {
		t.Fatal(err)
	}
	changed, computed := of()
	if !computed || changed == first {
		t.Errorf("of other bytes it is %q, computed: %t", changed, computed)
	}
	p.write(fingerprintsFile, "{")
	if again, computed := of(); !computed || again != changed {
		t.Errorf("from a damaged file it is %q, computed: %t", again, computed)
	}
	if err := os.Remove(picture); err != nil {
		t.Fatal(err)
	}
	if again, computed := of(); !computed || again == changed {
		t.Errorf("with a picture less it is %q, computed: %t", again, computed)
	}
}
