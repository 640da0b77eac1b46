package configs

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Every way of writing a wrong configuration, with the whole sentence that the
// user reads, is in testdata/errors.golden. A file is called f.yaml here.
var wrong = []struct {
	yaml    string
	arg     string
	environ string
}{
	{yaml: "train:\n  stpes: 5\n"},
	{yaml: "trian:\n  steps: 5\n"},
	{yaml: "trian: 5\n"},
	{yaml: "augment:\n  scra:\n    angle: 5\n"},
	{yaml: "train:\n  epochs: 256\n"},
	{yaml: "learning_rate: 0.1\n"},
	{yaml: "lr: 0.1\n"},
	{yaml: "augment:\n  scar:\n    breadth: 3\n"},
	{yaml: "Seed: 1\n"},
	{yaml: "optim: {batch: 8}\n"},
	{arg: "head=5"},
	{arg: "--train.steps=5"},
	{arg: "batch-size=5"},
	{arg: "xyzzy=5"},
	{environ: "CUTPASTE_TRAIN_STEP=5"},
	{environ: "CUTPASTE_LR=5"},

	{yaml: "train:\n  steps: many\n"},
	{yaml: "train:\n  steps: 1.5\n"},
	{yaml: "train:\n  steps: 1e4\n"},
	{yaml: "train:\n  steps: \"100\"\n"},
	{yaml: "train:\n  steps: [1, 2]\n"},
	{yaml: "train:\n  steps: {a: 1}\n"},
	{yaml: "train:\n  steps:\n"},
	{yaml: "data:\n  root:\n"},
	{yaml: "train: {deterministic: yes}\n"},
	{yaml: "optim:\n  lr: fast\n"},
	{yaml: "net:\n  head: 512\n"},
	{yaml: "net:\n  head: [512, x]\n"},
	{yaml: "net:\n  head: [512, [1]]\n"},
	{yaml: "net: resnet18\n"},
	{arg: "net=resnet18"},
	{arg: "train.steps="},
	{arg: "train.steps=abc"},
	{arg: "net.head="},
	{arg: "net.head=[512"},
	{arg: "net.head=512,,128"},
	{environ: "CUTPASTE_TRAIN_DETERMINISTIC=1"},

	{yaml: "optim:\n  lr: .nan\n"},
	{yaml: "optim:\n  lr: -.inf\n"},
	{arg: "optim.lr=nan"},
	{arg: "optim.lr=1e999"},
	{arg: "data.std=0.1,inf,0.1"},
	{arg: "gradcam.target=anomaly"},
	{arg: "gradcam.target=4"},
	{arg: "gradcam.level=pool"},

	{yaml: "train:\n  batch: 0\n"},
	{yaml: "optim:\n  lr: 0\n"},
	{yaml: "optim:\n  momentum: 1\n"},
	{yaml: "augment:\n  variant: 4way\n"},
	{yaml: "augment:\n  area:\n    max: 1\n"},
	{yaml: "data:\n  size: 8\n"},
	{yaml: "data:\n  mean: [0.5]\n"},
	{yaml: "net:\n  head: [512, 0]\n"},
	{yaml: "net:\n  weights: \"a\\nb\"\n"},
	{arg: "net.name=resnet19"},
	{arg: "net.name=vgg"},
	{arg: "embed.levels=pool,lvl7"},
	{yaml: "embed:\n  levels: pool\n"},
	{yaml: "embed:\n  levels: [pool, levle7]\n"},
	{arg: "embed.levels=pool,pool"},
	{arg: "embed.levels=[]"},
	{yaml: "data:\n  category: ../bottle\n"},
	{yaml: "data:\n  cache: \"\"\n"},
	{yaml: "out: \"a\\nb\"\n"},
	{arg: "out=\xff"},
	{arg: "seed=-1"},
	{arg: "seed=18446744073709551616"},
	{arg: "train.steps=99999999999999999999"},
	{arg: "device=gpu"},
	{arg: "data.category=" + strings.Repeat("long/", 50)},

	{yaml: "augment: {area: {min: 0.2}}\n"},
	{yaml: "augment: {scar: {width: {min: 20}}}\n"},
	{yaml: "augment: {aspect: {min: 1.5, sampling: intervals}}\n"},
	{yaml: "augment: {scar: {sizes: integer, width: {min: 2.2, max: 2.8}}}\n"},
	{yaml: "augment: {area: {max: 0.5}}\n"},
	{yaml: "augment: {area: {max: 0.3}, rotate: 45}\n"},
	{yaml: "augment: {area: {min: 0.00001}}\n"},
	{yaml: "data: {size: 24}\n"},
	{yaml: "data: {size: 16}\naugment: {scar: {bounds: unrotated}}\n"},
	{yaml: "data: {crop: 8}\n"},
	{yaml: "data: {crop: -64}\n"},
	{yaml: "data: {size: 64, crop: 96}\n"},
	{yaml: "data: {crop: 24}\n"},
	{yaml: "data: {crop: 24}\naugment: {scar: {bounds: unrotated}}\n"},
	{yaml: "data: {crop: 64}\naugment: {area: {max: 0.5}}\n"},
	{yaml: "data: {crop: 64}\naugment: {area: {min: 0.0004}}\n"},
	{yaml: "net: {stem: 3x3}\n"},
	{yaml: "net: {name: efficientnet_b0, stem: small}\n"},
	{yaml: "net: {weights: imagenet, stem: small}\n"},
	{yaml: "data: {crop: 64}\nnet: {weights: imagenet}\n"},
	{yaml: "optim: {nesterov: true, momentum: 0}\n"},
	{yaml: "augment: {on: device}\ndata: {device_cache: off}\n"},
	{yaml: "augment: {on: cpu}\ndata: {device_cache: on}\n"},
	{yaml: "device: cpu\ntrain: {graph: on}\n"},

	{yaml: "train:\n  phases: 5\n"},
	{yaml: "train:\n  phases: {steps: 5}\n"},
	{yaml: "train:\n  phases:\n"},
	{yaml: "train:\n  phases: [5]\n"},
	{yaml: "train:\n  phases:\n    - steps: 5\n    - stpes: 5\n"},
	{yaml: "train:\n  phases: [{steps: 5, learning_rate: 0.1}]\n"},
	{yaml: "train:\n  phases: [{steps: 5, [a]: 0.1}]\n"},
	{yaml: "train:\n  phases: [{lr: 0.1}]\n"},
	{yaml: "train:\n  phases: [{steps: 5, lr: 0.1, steps: 6}]\n"},
	{yaml: "train:\n  phases: [{steps: 0}]\n"},
	{yaml: "train:\n  phases: [{steps: 5.5}]\n"},
	{yaml: "train:\n  phases: [{steps: \"5\"}]\n"},
	{yaml: "train:\n  phases: [{steps: 5}, {steps: 5, lr: 0}]\n"},
	{yaml: "train:\n  phases: [{steps: 5, lr: .inf}]\n"},
	{yaml: "train:\n  phases: [{steps: 5, lr: }]\n"},
	{yaml: "train:\n  phases: [{steps: 5, train: [all]}]\n"},
	{yaml: "train:\n  phases: [{steps: 5, train: heads}]\n"},
	{yaml: "train:\n  phases: [{steps: 5, batchnorm: freeze}]\n"},
	{yaml: "train:\n  phases: [{steps: 600_000_000}, {steps: 600_000_000}]\n"},
	{yaml: "train:\n  steps: 7\n  phases: [{steps: 5}, {steps: 6}]\n"},
	{yaml: "train: {phases: [" + strings.Repeat("{steps: 1}, ", 65) + "]}\n"},
	{yaml: "train: {phases: &p [{steps: 5}, *p]}\n"},
	{arg: "train.phases="},
	{arg: "train.phases=[{steps: 5}"},
	{arg: "train.phases=[{steps: 5, epochs: 2}]"},
	{environ: "CUTPASTE_TRAIN_PHASES=head"},
	{yaml: "optim: {cycle: epoch}\n"},

	{yaml: "log: {mlflow: localhost:5000}\n"},
	{arg: "log.mlflow=file:///mlruns"},
	{arg: "log.mlflow=http://"},
	{arg: "log.mlflow=http://h:port"},
	{environ: "CUTPASTE_LOG_MLFLOW=https://h/?token=x"},
	{arg: "log.mlflow=https://me:secret@h"},
	{yaml: "log:\n  mlflow: htp://me:secret@h\n"},
	{arg: "log.mlflow_experiment=a\tb"},

	{yaml: "seed: 1\ndevice: cpu\nseed: 2\n"},
	{yaml: "train:\n  steps: 1\ntrain:\n  steps: 2\n"},
	{yaml: "train:\n  steps: 1\ntrain.steps: 2\n"},
	{yaml: "- seed\n"},
	{yaml: "seed\n"},
	{yaml: "? [a]\n: 1\n"},
	{yaml: "seed: 1\n---\nseed: 2\n"},
	{yaml: "seed: 1\nname: a: b\n"},
	{yaml: "seed: 1\n\tname: b\n"},
	{yaml: "seed: a: b\n"},
	{yaml: "\tseed: 1\n"},
	{yaml: "seed: 1\nnet:\n  head: [1\nname: x\n"},
	{yaml: "seed: 1\nname: 'x\n"},
	{yaml: "seed: *s\n"},
	{yaml: "seed: \xff\n"},

	{arg: "train.steps"},
	{arg: "demo.yaml"},
}

func TestWrongConfigurations(t *testing.T) {
	var b strings.Builder
	for _, w := range wrong {
		var args, environ []string
		layer, err := parseYAML([]byte(w.yaml), "f.yaml")
		input := w.yaml
		if w.arg != "" {
			args, input = []string{w.arg}, w.arg
		}
		if w.environ != "" {
			environ, input = []string{w.environ}, w.environ
		}
		if err == nil {
			_, err = Load("", args, environ)
		}
		if err == nil {
			_, err = resolve("f.yaml", layer, nil, nil)
		}
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q gives %v, want an *Error", input, err)
			continue
		}
		if strings.ContainsAny(e.Error(), "\n") {
			t.Errorf("%q gives more than a line: %q", input, e)
		}
		if w.yaml != "" && e.Source != "" && !strings.HasPrefix(e.Source, "f.yaml") {
			t.Errorf("%q names %q as its source, want the file", input, e.Source)
		}
		fmt.Fprintf(&b, "%q\n  key %q\n  %v\n", input, e.Key, e)
	}
	golden(t, "errors.golden", b.String())
}

// A wrong value is an error even where a later layer replaces it: the mistake
// would come back as soon as that layer is gone.
func TestWrongValueBelowARightOne(t *testing.T) {
	file := write(t, "f.yaml", "seed: x\n")
	if _, err := Load(file, []string{"seed=1"}, nil); err == nil {
		t.Error("a wrong seed in the file passed because an argument replaced it")
	}
}
