package cachedir

import (
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	t.Setenv("CUTPASTE_CACHE", "/somewhere")
	if got, err := Of("weights"); err != nil || got != "/somewhere/weights" {
		t.Errorf("%s, %v", got, err)
	}
	t.Chdir("/")
	t.Setenv("CUTPASTE_CACHE", "relative")
	if got, err := Of("weights"); err != nil || got != "/relative/weights" {
		t.Errorf("%s, %v", got, err)
	}
	t.Setenv("CUTPASTE_CACHE", "")
	t.Setenv("XDG_CACHE_HOME", "/home/me/.cache")
	if got, err := Of("weights"); err != nil || got != "/home/me/.cache/cutpaste/weights" {
		t.Errorf("%s, %v", got, err)
	}
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	if _, err := Of("weights"); err == nil || !strings.Contains(err.Error(), "set CUTPASTE_CACHE") {
		t.Errorf("without a home: %v", err)
	}
}
