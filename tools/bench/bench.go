package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// bench is one run of the program.
type bench struct {
	quick          bool
	python         string
	threads        int
	device         string // cpu, or cuda:N
	root, category string // of pictures for whole trainings; "": drawn ones, the first

	notes []string // sentences for below the table
}

// note adds a sentence, which begins with its subject, to what stands below the
// table.
func (b *bench) note(sentence string) { b.notes = append(b.notes, sentence) }

// measurement is one or more rows of the table before they are measured.
type measurement struct {
	key     string                     // for --only
	name    string                     // of rows that have none of their own
	skip    func(device string) string // why it cannot be measured here; nil or "": it can
	alone   bool                       // there is no reference
	measure func(context.Context, *bench) ([]row, error)
}

// measurements are all rows, in the table's order.
var measurements = []measurement{
	{key: "update-64", name: "update fp32 64 px", measure: compareUpdates(64, float32s)},
	{key: "update-256", name: "update fp32 256 px", measure: compareUpdates(256, float32s)},
	{key: "bf16-64", name: "update bf16 channels-last 64 px", skip: noBFloat16, measure: compareUpdates(64, bfloat16s)},
	{key: "bf16-256", name: "update bf16 channels-last 256 px", skip: noBFloat16, measure: compareUpdates(256, bfloat16s)},
	{key: "bf16-fp32-64", name: "update bf16 channels-last 64 px against PyTorch fp32", skip: noBFloat16, measure: compareUpdatesTo(64, bfloat16s)},
	{key: "bf16-fp32-256", name: "update bf16 channels-last 256 px against PyTorch fp32", skip: noBFloat16, measure: compareUpdatesTo(256, bfloat16s)},
	{key: "compile-64", name: "update bf16 channels-last 64 px against torch.compile", skip: noCUDA, measure: compareUpdatesTo(64, bfloat16s, "--amp", "bf16", "--channels-last", "--compile")},
	{key: "compile-256", name: "update bf16 channels-last 256 px against torch.compile", skip: noCUDA, measure: compareUpdatesTo(256, bfloat16s, "--amp", "bf16", "--channels-last", "--compile")},
	{key: "fp16-256", name: "update fp16 channels-last 256 px", skip: noCUDA, measure: compareUpdates(256, float16s)},
	{key: "tf32-256", name: "update TF32 against float32, ours, 256 px", skip: noCUDA, measure: compareOurs(256, float32s, "tf32=true", "tf32=false")},
	{key: "deterministic-64", name: "update deterministic against not, ours, fp32 64 px", alone: true, measure: compareOurs(64, float32s, "train.deterministic=true", "train.deterministic=false")},
	{key: "b4", name: "EfficientNet-B4", measure: compareBackbone("efficientnet_b4", 128, 24)},
	{key: "windows", name: "dense embedding, ImageNet stem", measure: compareWindows(configs.StemImageNet, 49, 4)},
	{key: "windows-small", name: "dense embedding, small stem", measure: compareWindows(configs.StemSmall, 5, 1)},
	{key: "gaussians", name: "fit a Gaussian per window", measure: compareGaussians},
	{key: "load", name: "loading weights of ResNet-50", measure: compareLoading},
	{key: "host-time", name: "host time per update, slim ResNet-18, against eager", measure: compareHostTime(true)},
	{key: "host-time-kernels", name: "host time per update, slim ResNet-18, against eager without oneDNN", measure: compareHostTime(false)},
	{key: "host-share", name: "host share outside libtorch, fp32 256 px", alone: true, measure: measureHost},
	{key: "augment", name: "augmentation 256 px per core", measure: compareAugmentation("shared")},
	{key: "augment-independent", name: "augmentation 256 px per core, independent views", measure: compareAugmentation("independent")},
	{key: "augment-tensors", name: "augmentation 256 px as tensor operations", measure: compareTensorAugmentation},
	{key: "decode-png", name: "decode PNG and resize 1024 to 256 px per core", measure: compareDecoding("png")},
	{key: "decode-jpeg", name: "decode JPEG and resize 1024 to 256 px per core", measure: compareDecoding("jpg")},
	{key: "cache", name: "load from the cache against decoding PNG, ours, per core", alone: true, measure: compareCache},
	{key: "pixels", name: pixelsName, measure: comparePixels},
	{key: "pixels-histogram", name: histogramName, alone: true, measure: compareHistogram},
	{key: "memory", name: "resident memory late against early, fp32 64 px", alone: true, measure: measureMemory},
	{key: "loop-128", name: "end to end 128 px", measure: compareLoops(loop{size: 128, sources: 8, steps: 60})},
	{key: "loop-256", name: "end to end 256 px", measure: compareLoops(loop{size: 256, sources: 8, steps: 60})},
	{key: "loop-long", name: "end to end 256 px, the paper's batch", skip: noCUDA, measure: compareLoops(loop{size: 256, sources: sources, steps: 500})},
}

func noBFloat16(device string) string {
	if device != "cpu" || torch.FastBFloat16() {
		return ""
	}
	return "this CPU has neither AVX512-BF16 nor AMX, so bfloat16 is slower than float32 here"
}

func noCUDA(device string) string {
	if device == "cpu" {
		return "it is measured on CUDA only, and this is the CPU"
	}
	return ""
}

func keys() []string {
	var out []string
	for _, m := range measurements {
		out = append(out, m.key)
	}
	return out
}

// choose picks measurements by names separated by commas; the part of a key
// before a hyphen stands for all that begin with it. An empty string is all.
func choose(names string) ([]measurement, error) {
	if names == "" {
		return measurements, nil
	}
	wanted := map[string]bool{}
	for name := range strings.SplitSeq(names, ",") {
		known := false
		for _, m := range measurements {
			if m.key == name || strings.HasPrefix(m.key, name+"-") {
				wanted[m.key], known = true, true
			}
		}
		if !known {
			return nil, fmt.Errorf("--only %q is not known; there are: %s", name, strings.Join(keys(), ", "))
		}
	}
	var out []measurement
	for _, m := range measurements {
		if wanted[m.key] {
			out = append(out, m)
		}
	}
	return out, nil
}

// errPartial says that some rows could not be measured, for reasons said before.
var errPartial = errors.New("not everything could be measured")

// run measures, prints the table and writes the JSON file. A row that fails is
// told and does not keep the others from being measured, and what is there when
// ctx ends is printed.
func (b *bench) run(ctx context.Context, chosen []measurement, jsonFile string) error {
	if !slices.ContainsFunc(chosen, func(m measurement) bool { return m.skip == nil && !m.alone }) {
		// Nothing to compare with.
	} else if err := b.checkReference(ctx); err != nil {
		return err
	}
	var rows []row
	var missing []string
	var failed error
	for _, m := range chosen {
		if m.skip != nil {
			if reason := m.skip(b.device); reason != "" {
				missing = append(missing, fmt.Sprintf("Not measured: %s: %s.", m.name, reason))
				continue
			}
		}
		say("%s", m.name)
		measured, err := m.measure(ctx, b)
		if ctx.Err() != nil {
			failed = ctx.Err()
			break
		}
		if err != nil {
			say("%s: %v", m.name, err)
			missing = append(missing, fmt.Sprintf("Not measured: %s: %v.", m.name, err))
			failed = errPartial
			continue
		}
		for _, r := range measured {
			if r.Name == "" {
				r.Name = m.name
			}
			rows = append(rows, r)
		}
	}
	fmt.Printf("libtorch %s, %d threads, %s, %s\n\n", torch.Version(), b.threads, b.device, processor())
	if len(rows) > 0 {
		fmt.Print(markdown(rows))
	}
	for _, s := range b.notes {
		missing = append(missing, s+".")
	}
	for _, s := range missing {
		fmt.Printf("\n%s\n", s)
	}
	if len(rows) == 0 {
		return failed
	}
	if err := writeJSON(jsonFile, rows); err != nil {
		return err
	}
	say("the rows are in %s", jsonFile)
	return failed
}

// say reports progress.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// processor names this machine's.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.Trim(name, " \t:\n")
		}
	}
	return runtime.GOARCH
}
