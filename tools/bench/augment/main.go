// Command augment measures package data/augment: how many pictures one thread
// makes in a second. Its other side is tools/bench/augment_reference.py, which
// does the same work with torchvision on Pillow images and has the same flags
// and output.
//
// One source picture becomes three, normal, CutPaste and Scar, with the schema's
// default strengths but for --hue. Plans are drawn within the measured time. The
// pictures made are spread over a batch of 32 sources, so that they are written
// to memory and not to the processor's cache. Rates are per second of processor
// time, so that other programs on the machine disturb them little.
//
//	go run ./tools/bench/augment --size 256 --seconds 3 --views shared --hue 0 --json
//
// Exit status: 0 done, 2 wrong flags.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data/augment"
)

const sources = 32 // pictures, as many as a default batch

func main() {
	size := flag.Int("size", 256, "side of the square pictures, in `pixels`")
	seconds := flag.Float64("seconds", 3, "how long to measure")
	views := flag.String("views", "shared", "do the three views of a picture share its translation and jitter: shared or independent")
	hue := flag.Float64("hue", 0, "strength of the base jitter's hue, 0 to 0.5")
	asJSON := flag.Bool("json", false, "print one JSON object")
	flag.Parse()
	var wrong string
	switch {
	case flag.NArg() > 0:
		wrong = fmt.Sprintf("unexpected argument %q", flag.Arg(0))
	case *size < 8 || *size > 4096:
		wrong = fmt.Sprintf("--size is %d, want 8 to 4096", *size)
	case !(*seconds > 0):
		wrong = fmt.Sprintf("--seconds is %g, want more than 0", *seconds)
	case *views != "shared" && *views != "independent":
		wrong = fmt.Sprintf("--views is %q, want shared or independent", *views)
	case !(*hue >= 0 && *hue <= 0.5):
		wrong = fmt.Sprintf("--hue is %g, want 0 to 0.5", *hue)
	}
	if wrong != "" {
		fmt.Fprintf(os.Stderr, "augment: %s; see --help\n", wrong)
		os.Exit(2)
	}
	runtime.GOMAXPROCS(1)

	a := configs.Default().Augment
	a.Variant, a.Views, a.Jitter.Hue = "3way", *views, *hue
	rate := measure(a, *size, time.Duration(*seconds*float64(time.Second)))
	outputs := rate * float64(augment.Views(a.Variant))
	if *asJSON {
		// Numbers and a plain name: this cannot fail.
		b, _ := json.Marshal(map[string]any{
			"name":               fmt.Sprintf("augment %d px %s hue %g", *size, *views, *hue),
			"images_per_second":  outputs,
			"sources_per_second": rate,
		})
		fmt.Println(string(b))
		return
	}
	fmt.Printf("data/augment, 3-way, %d px, views %s, hue %g: %.0f pictures/s from %.0f source pictures/s, one thread\n",
		*size, *views, *hue, outputs, rate)
}

// measure returns source pictures a second of processor time.
func measure(a configs.Augment, size int, length time.Duration) float64 {
	planner, painter := augment.NewPlanner(a, configs.Default().Data.Mean, size, size, 0), augment.NewPainter(size, size)
	pictures := draw(size)
	views := augment.Views(a.Variant)
	bytes := 3 * size * size
	batch := make([]uint8, views*sources*bytes)
	dst := make([][]uint8, views)
	var plans []augment.Plan
	update := func(step int) {
		for i, src := range pictures {
			for v := range dst {
				at := (v*sources + i) * bytes
				dst[v] = batch[at : at+bytes]
			}
			plans = planner.Plans(plans[:0], step, i)
			painter.Paint(dst, src, plans)
		}
	}
	update(0)
	done, start, used := 0, time.Now(), processorTime()
	for time.Since(start) < length {
		done++
		update(done)
	}
	return float64(done*sources) / (processorTime() - used)
}

// processorTime is what this process has used so far, in seconds.
func processorTime() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // only wrong arguments make it fail
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// draw makes smooth colour pictures with some noise, as the reference does.
func draw(size int) [][]uint8 {
	r := rand.New(rand.NewPCG(0, 0))
	out := make([][]uint8, sources)
	for i := range out {
		pix := make([]uint8, 0, 3*size*size)
		var f [3][2]float64
		for c := range f {
			f[c] = [2]float64{1 + 5*r.Float64(), 1 + 5*r.Float64()}
		}
		for y := range size {
			for x := range size {
				for c := range f {
					wave := math.Sin(2 * math.Pi * (f[c][0]*float64(x) + f[c][1]*float64(y)) / float64(size))
					v := 0.5 + 0.4*wave + 0.03*r.NormFloat64()
					pix = append(pix, uint8(255*min(max(v, 0), 1)))
				}
			}
		}
		out[i] = pix
	}
	return out
}
