package run

import (
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/trainer"
)

// Progress says where a training in phases is; one without has no phases to name.
func TestProgressNamesThePhase(t *testing.T) {
	for _, c := range []struct {
		status *trainer.Status
		want   string
	}{
		{nil, ""},
		{&trainer.Status{Loss: 1}, "loss 1.000, "},
		{&trainer.Status{Loss: 1, Phase: 2, Phases: 3}, "phase 2 of 3, loss 1.000, "},
	} {
		if got := describe(c.status); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%+v is %q, want %q", c.status, got, c.want)
		}
	}
}
