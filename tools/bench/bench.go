package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// bench is one run of the program.
type bench struct {
	quick   bool
	python  string
	threads int
}

// measurement is a row of the table before it is measured.
type measurement struct {
	key     string // for --only
	name    string
	skip    func() string // why it cannot be measured here; nil or "": it can
	measure func(context.Context, *bench) (row, error)
}

// measurements are all rows, in the table's order.
var measurements = []measurement{
	{"update-64", "update fp32 64 px", nil, compareUpdates(64, "off")},
	{"update-256", "update fp32 256 px", nil, compareUpdates(256, "off")},
	{"bf16-64", "update bf16 channels-last 64 px against PyTorch fp32", noBFloat16, compareUpdates(64, "bf16")},
	{"bf16-256", "update bf16 channels-last 256 px against PyTorch fp32", noBFloat16, compareUpdates(256, "bf16")},
	{"augment", "augmentation 256 px per core", nil, compareAugmentation("shared")},
	{"augment-independent", "augmentation 256 px per core, independent views", nil, compareAugmentation("independent")},
	{"host", "host time outside libtorch in an update fp32 256 px", nil, measureHost},
	{"memory", "resident memory after many updates fp32 64 px against after 50", nil, measureMemory},
}

func noBFloat16() string {
	if torch.FastBFloat16() {
		return ""
	}
	return "this CPU has neither AVX512-BF16 nor AMX, so bfloat16 is slower than float32 here"
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

// run measures, prints the table and writes the JSON file.
func (b *bench) run(ctx context.Context, chosen []measurement, jsonFile string) error {
	var rows []row
	var skipped []string
	for _, m := range chosen {
		if m.skip != nil {
			if reason := m.skip(); reason != "" {
				skipped = append(skipped, fmt.Sprintf("Not measured: %s: %s.", m.name, reason))
				continue
			}
		}
		say("%s", m.name)
		r, err := m.measure(ctx, b)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		r.Name = m.name
		rows = append(rows, r)
	}
	fmt.Printf("libtorch %s, %d threads, %s\n\n", torch.Version(), b.threads, processor())
	fmt.Print(markdown(rows))
	for _, s := range skipped {
		fmt.Printf("\n%s\n", s)
	}
	if len(rows) == 0 {
		return nil
	}
	if err := writeJSON(jsonFile, rows); err != nil {
		return err
	}
	say("the rows are in %s", jsonFile)
	return nil
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
