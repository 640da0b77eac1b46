package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data"
	"github.com/cutpaste/cutpaste/nets/torch"
	"github.com/cutpaste/cutpaste/trainer"
)

// windowsVerb makes this program our side of dense embedding.
const windowsVerb = "windows"

// The windows of the patch model: 49 x 49 of 64 px at stride 4 in a picture of 256.
var windowGrid = configs.Grid{Picture: 256, Window: 64, Stride: 4}

// windowBatches are how many windows the reference embeds at a time: whichever is
// the fastest here. The last is all of a picture.
var windowBatches = []int{64, 256, 2401}

// compareWindows measures the dense embedding of a picture by ResNet-18 with a stem, of
// so many rows of its windows, against unfold. The small stem has 16 times the
// multiply-adds, so fewer rows of windows are enough.
func compareWindows(stem string, rows, quickRows int) func(context.Context, *bench) ([]row, error) {
	return func(ctx context.Context, b *bench) ([]row, error) {
		rows := rows
		if b.quick {
			rows = quickRows
		}
		windows := rows * windowGrid.Side()
		ours, err := startSelf(ctx, windowsVerb, strconv.Itoa(rows), "device="+b.device, "threads="+strconv.Itoa(b.threads), "net.stem="+stem)
		if err != nil {
			return nil, err
		}
		defer ours.stop()
		reference, batch, err := b.fastestWindows(ctx, stem, rows)
		if err != nil {
			return nil, err
		}
		defer reference.stop()
		sides := [2]*process{ours, reference}
		var memory [2]float64
		for i, p := range sides {
			a, err := p.turn(ctx, "1")
			if err != nil {
				return nil, err
			}
			memory[i] = a.Peak - p.hello.Resident
		}
		rates, err := b.takeTurns(ctx, sides, task{per: float64(windows), unit: "windows/s"})
		if err != nil {
			return nil, err
		}
		speed, peak := compared(rates[0], rates[1], "windows/s"), comparedOnce(memory[0], memory[1], "MiB")
		for _, r := range []*row{&speed, &peak} {
			r.Unit += fmt.Sprintf(", PyTorch in batches of %d", batch)
		}
		speed.Name = fmt.Sprintf("dense embedding fp32, %d windows of %d px, stride %d, %s stem", windows, windowGrid.Window, windowGrid.Stride, stem)
		peak.Name = "peak memory, " + speed.Name
		return []row{speed, peak}, nil
	}
}

// fastestWindows starts the reference with the batch that is the fastest of those
// that so many rows of windows can fill.
func (b *bench) fastestWindows(ctx context.Context, stem string, rows int) (fastest *process, batch int, err error) {
	windows := rows * windowGrid.Side()
	least := 0.0
	for i, n := range windowBatches {
		if i > 0 && windowBatches[i-1] >= windows {
			break
		}
		n = min(n, windows)
		p, err := b.startReference(ctx, "windows_reference.py", "--device", b.device, "--threads", strconv.Itoa(b.threads),
			"--stem", stem, "--rows", strconv.Itoa(rows), "--batch", strconv.Itoa(n))
		var a answer
		for range 2 { // the first allocates and builds kernels
			if err == nil {
				a, err = p.turn(ctx, "1")
			}
		}
		if err != nil {
			if fastest != nil {
				fastest.stop()
			}
			return nil, 0, err
		}
		say("  reference in batches of %d: %s windows/s", n, figure(float64(windows)/a.Seconds))
		if fastest != nil && a.Seconds >= least {
			p.stop()
			continue
		}
		if fastest != nil {
			fastest.stop()
		}
		fastest, batch, least = p, n, a.Seconds
	}
	return fastest, batch, nil
}

// embedWindows is our side. args are how many rows of windows, then settings.
func embedWindows(args []string, in io.Reader, out io.Writer) error {
	if len(args) == 0 {
		return errors.New("windows takes a number of rows of windows, then settings")
	}
	rows, err := strconv.Atoi(args[0])
	if err != nil || rows < 1 || rows > windowGrid.Side() {
		return fmt.Errorf("windows has 1 to %d rows, not %q", windowGrid.Side(), args[0])
	}
	c, err := configs.Load("", append([]string{
		"data.size=" + strconv.Itoa(windowGrid.Picture), "data.crop=" + strconv.Itoa(windowGrid.Window),
		"localize.stride=" + strconv.Itoa(windowGrid.Stride), "tf32=false", "embed.amp=off",
	}, args[1:]...), nil)
	if err != nil {
		return err
	}
	n, err := trainer.Settle(c)
	if err != nil {
		return err
	}
	now, _, err := resident()
	if err != nil {
		return err
	}
	net, err := trainer.Start(c, n)
	if err != nil {
		return err
	}
	defer func() { _ = torch.Do(func() error { net.Free(); return nil }) }()
	picture := &data.Pictures{Size: windowGrid.Picture, Items: make([]data.Item, 1), Pix: noise(1, windowGrid.Picture)}
	hello := answer{Torch: torch.Version(), Resident: now, Work: fmt.Sprintf("%d windows, %d features, %d threads, %s",
		rows*windowGrid.Side(), net.Dimension(), n.Threads, n.Device)}
	return serve(in, out, hello, nil, func(times int) (answer, error) {
		for range times {
			err := trainer.EmbedWindows(context.Background(), net, picture, windowGrid, 0, rows, c, n,
				func(int, []float32) error { return nil })
			if err != nil {
				return answer{}, err
			}
		}
		return answer{}, nil
	})
}
