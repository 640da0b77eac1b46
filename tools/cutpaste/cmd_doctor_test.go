package main

import (
	"strings"
	"testing"
)

func TestDoctor(t *testing.T) {
	got := cli("doctor", "device=cpu", "out="+t.TempDir())
	if got.code != 0 || !strings.HasSuffix(got.stdout, "\nNothing that is needed is missing.\n") {
		t.Errorf("%+v", got)
	}
	for _, want := range []string{"ok       libtorch        libtorch 2.", "ok       gotorch         v0.0.0-2020", "ok       arithmetic ", "ok       device          cpu (device=cpu)"} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("%q is not in\n%s", want, got.stdout)
		}
	}
}

// What keeps training from working makes the exit status 1: here a device that
// no machine has, and a file where the runs' folder should be.
func TestDoctorFindsWhatIsMissing(t *testing.T) {
	got := cli("doctor", "device=cuda:999", "out=/dev/null/runs", "--json")
	o := got.object(t)
	missing := map[string]bool{}
	for _, f := range o["findings"].([]any) {
		finding := f.(map[string]any)
		missing[finding["name"].(string)] = finding["state"] == "missing"
	}
	if got.code != exitFailed || o["ok"] != false || !missing["device"] || !missing["runs"] || missing["libtorch"] {
		t.Errorf("%d %v", got.code, o)
	}
	if text := cli("doctor", "device=cuda:999"); text.code != exitFailed || !strings.Contains(text.stdout, "Training cannot work: 1 thing to be put right.") {
		t.Errorf("%+v", text)
	}
}
