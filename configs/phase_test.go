package configs

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// fineTuning is the paper's A.4.
var fineTuning = []Phase{{2560, 0.03, "head", "frozen"}, {16384, 0.0001, "all", "frozen"}}

const fineTuningText = "[{steps: 2560, lr: 0.03, train: head, batchnorm: frozen}, {steps: 16384, lr: 0.0001, train: all, batchnorm: frozen}]"

func TestPhasesInEveryForm(t *testing.T) {
	for about, c := range map[string]struct{ text, arg, environ string }{
		"flow":        {text: "train: {phases: " + fineTuningText + "}\n"},
		"block":       {text: "train:\n  phases:\n    - {steps: 2_560, train: head, batchnorm: frozen} # optim.lr\n    - steps: 16384\n      lr: 1e-4\n      batchnorm: frozen\n"},
		"aliases":     {text: "seed: &s 2560\ntrain:\n  phases:\n    - {steps: *s, train: head, batchnorm: &b frozen}\n    - {steps: 16384, lr: 0.0001, batchnorm: *b}\n"},
		"argument":    {arg: "train.phases=" + fineTuningText},
		"environment": {environ: "CUTPASTE_TRAIN_PHASES=" + fineTuningText},
	} {
		var args, environ []string
		if c.arg != "" {
			args = []string{c.arg}
		}
		if c.environ != "" {
			environ = []string{c.environ}
		}
		got, err := Load(write(t, "x.yaml", c.text), args, environ)
		if err != nil {
			t.Errorf("%s: %v", about, err)
			continue
		}
		if !slices.Equal(got.Train.Phases, fineTuning) || !slices.Equal(got.PhaseList(), fineTuning) || got.Train.Steps != 2560+16384 {
			t.Errorf("%s: %d updates in %v", about, got.Train.Steps, got.Train.Phases)
		}
		if text := string(got.YAML()); !strings.Contains(text, "  steps: 18944\n  phases: "+fineTuningText+"\n") {
			t.Errorf("%s: written as\n%s", about, text)
		}
		if back, err := Parse(got.YAML(), "config.yaml"); err != nil || !reflect.DeepEqual(back, got) {
			t.Errorf("%s: does not come back (%v)", about, err)
		}
	}
}

// What an entry leaves out is settled after all layers are known.
func TestPhasesTakeTheirDefaults(t *testing.T) {
	file := write(t, "x.yaml", "train: {phases: [{steps: 3}, {steps: 4, lr: 0.5}]}\n")
	c, err := Load(file, []string{"optim.lr=0.25"}, nil)
	want := []Phase{{3, 0.25, "all", "train"}, {4, 0.5, "all", "train"}}
	if err != nil || !slices.Equal(c.Train.Phases, want) {
		t.Errorf("%v (%v), want %v", c, err, want)
	}
}

// train.steps says the sum of the phases, or 0, in whatever layer it stands.
func TestStepsBesidePhases(t *testing.T) {
	phases := "train: {phases: [{steps: 3}, {steps: 4}]}\n"
	for _, c := range []struct {
		args, environ []string
		want          int // -1 for an error
	}{
		{nil, nil, 7}, {[]string{"train.steps=7"}, nil, 7}, {[]string{"train.steps=0"}, nil, 0},
		{nil, []string{"CUTPASTE_TRAIN_STEPS=0"}, 0}, {[]string{"train.steps=65536"}, nil, -1},
		{[]string{"train.steps=8"}, []string{"CUTPASTE_TRAIN_STEPS=7"}, -1},
		{[]string{"train.phases=[]"}, nil, 65536}, {[]string{"train.phases=[]", "train.steps=9"}, nil, 9},
	} {
		got, err := Load(write(t, "x.yaml", phases), c.args, c.environ)
		switch {
		case c.want < 0 && (err == nil || !strings.Contains(err.Error(), "7 updates")):
			t.Errorf("%q %q: %v", c.args, c.environ, err)
		case c.want >= 0 && (err != nil || got.Train.Steps != c.want):
			t.Errorf("%q %q: %v (%v), want %d updates", c.args, c.environ, got, err, c.want)
		}
	}
}

func TestWithoutPhasesThereIsOne(t *testing.T) {
	c, err := Load("", []string{"train.steps=9", "optim.lr=0.5"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.PhaseList(), []Phase{{9, 0.5, "all", "train"}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Lists of phases are not shared with a config.
func TestPhaseListIsACopy(t *testing.T) {
	c := Default()
	c.Train.Phases = slices.Clone(fineTuning)
	c.PhaseList()[0].Steps = 1
	if c.Train.Phases[0].Steps != 2560 {
		t.Error("changing the list changed the configuration")
	}
}

// configs/finetune-b4.yaml is the paper's A.4, and its control needs no other file.
func TestFineTuningOfThePaper(t *testing.T) {
	c, err := Load("finetune-b4.yaml", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Train.Phases, fineTuning) || c.Train.Steps != (10+64)*UpdatesPerEpoch || 3*c.Train.Batch != 24 || c.Optim.Cycle != "phase" {
		t.Errorf("%d updates of %d pictures in %v, a half cosine over each %s", c.Train.Steps, c.Train.Batch, c.Train.Phases, c.Optim.Cycle)
	}
	want := []string{"net.name=efficientnet_b4", "net.weights=imagenet", "train.steps=18944", "train.phases=" + fineTuningText, "train.batch=8", "embed.levels=[pool, level7]"}
	if got := c.Changed(Training, Scoring); !slices.Equal(got, want) {
		t.Errorf("it changes %q, want %q", got, want)
	}
	if _, err := Load("finetune-b4.yaml", []string{"train.steps=0"}, nil); err != nil {
		t.Errorf("the control: %v", err)
	}
}
