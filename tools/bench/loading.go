package main

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/nets/weights"
)

// loadVerb makes this program our side of loading weights.
const loadVerb = "load"

// loadedNet is the network whose weights are loaded, in a file of 100 MB.
const loadedNet = "resnet50"

// compareLoading measures opening a file of torch.save and putting its weights
// into a net that is there, and the memory that net and loading take together.
func compareLoading(ctx context.Context, b *bench) ([]row, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, loadedNet+".pth")
	const script = "loading_reference.py"
	cmd, err := b.reference(ctx, script, "make", file, loadedNet)
	if err != nil {
		return nil, err
	}
	if _, err := output(ctx, cmd); err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	ours, err := startSelf(ctx, loadVerb, file, loadedNet)
	if err != nil {
		return nil, err
	}
	defer ours.stop()
	reference, err := b.startReference(ctx, script, "load", file, loadedNet)
	if err != nil {
		return nil, err
	}
	defer reference.stop()
	sides := [2]*process{ours, reference}
	var peaks [2]float64
	for i, p := range sides {
		a, err := p.turn(ctx, "1")
		if err != nil {
			return nil, err
		}
		peaks[i] = (a.Peak - p.hello.Resident) / (float64(info.Size()) / (1 << 20))
	}
	rates, err := b.takeTurns(ctx, sides, task{per: float64(info.Size()) / 1e6, unit: "MB/s"})
	if err != nil {
		return nil, err
	}
	speed, memory := compared(rates[0], rates[1], "MB/s"), comparedOnce(peaks[0], peaks[1], "times the file (limit 1.3)")
	memory.Name = "peak memory of a net and loading its weights, " + loadedNet
	return []row{speed, memory}, nil
}

// load loads a file's weights into a net, a number of times for each line of in.
func load(args []string, in io.Reader, out io.Writer) error {
	file, name := args[0], args[1]
	now, _, err := resident()
	if err != nil {
		return err
	}
	var net *nets.Net
	hello := answer{Torch: torch.Version(), Work: "weights of " + name, Resident: now}
	ready := func() error {
		return torch.Do(func() (err error) {
			net, err = nets.NewBlank(configs.Net{Name: name}, 2, 0, torch.CPU, true)
			return err
		})
	}
	return serve(in, out, hello, ready, func(n int) (answer, error) {
		for range n {
			if err := loadOnce(net, file); err != nil {
				return answer{}, err
			}
		}
		return answer{}, nil
	})
}

func loadOnce(net *nets.Net, file string) error {
	f, err := weights.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return torch.Do(func() error {
		_, err := net.LoadBackbone(f)
		return err
	})
}
