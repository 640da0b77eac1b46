package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"

	"github.com/cutpaste/cutpaste/experiments/metric"
)

// The maps of a category's test pictures, about as many as MVTec AD has of one.
const (
	mapCount = 100
	mapSize  = 256
)

// pixelsName is the rows'.
var pixelsName = fmt.Sprintf("pixel AUROC, AP and AUPRO of %d maps of %d px", mapCount, mapSize)

// histogramName is that of estimates.
var histogramName = pixelsName + " from a histogram against exact, ours"

// pixelsVerb makes this program our side of metrics of pixels.
const pixelsVerb = "pixels"

// comparePixels measures pixel AUROC, AP and AUPRO of maps that are in memory,
// against scikit-learn and scikit-image.
func comparePixels(ctx context.Context, b *bench) ([]row, error) {
	return b.sameMaps(ctx, pixelsName, 1e-9, [2]func(string) (*process, error){
		func(file string) (*process, error) { return b.startPixels(ctx, "exact", file) },
		func(file string) (*process, error) {
			return b.startReference(ctx, "pixels_reference.py", "--file", file,
				"--images", strconv.Itoa(mapCount), "--size", strconv.Itoa(mapSize))
		},
	})
}

// compareHistogram measures the estimates from a histogram against exact ones, both
// ours. They differ by less than a bound that hardly depends on the maps.
func compareHistogram(ctx context.Context, b *bench) ([]row, error) {
	return b.sameMaps(ctx, histogramName, 1e-4, [2]func(string) (*process, error){
		func(file string) (*process, error) { return b.startPixels(ctx, "histogram", file) },
		func(file string) (*process, error) { return b.startPixels(ctx, "exact", file) },
	})
}

func (b *bench) startPixels(ctx context.Context, way, file string) (*process, error) {
	return startSelf(ctx, pixelsVerb, way, strconv.Itoa(b.threads), file, strconv.Itoa(mapCount), strconv.Itoa(mapSize))
}

// sameMaps has two sides measure one file of maps in turn. The three results may
// differ by tolerance. The memory is what the maps and the first measurement take
// together.
func (b *bench) sameMaps(ctx context.Context, name string, tolerance float64, start [2]func(file string) (*process, error)) ([]row, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "maps")
	if err := writeMaps(file, mapCount, mapSize); err != nil {
		return nil, err
	}
	var sides [2]*process
	var results [2][]float64
	var memory [2]float64
	for i := range sides {
		if sides[i], err = start[i](file); err != nil {
			return nil, err
		}
		defer sides[i].stop()
		a, err := sides[i].turn(ctx, "1")
		if err != nil {
			return nil, err
		}
		results[i], memory[i] = a.Results, a.Peak-sides[i].hello.Resident
	}
	if err := sameResults(results, tolerance); err != nil {
		return nil, err
	}
	rates, err := b.takeTurns(ctx, sides, task{per: mapCount, unit: images.unit})
	if err != nil {
		return nil, err
	}
	speed, peak := compared(rates[0], rates[1], images.unit), comparedOnce(memory[0], memory[1], "MiB, the maps included")
	peak.Name = "peak memory, " + name
	return []row{speed, peak}, nil
}

// sameResults refuses two sides that do not measure the same.
func sameResults(results [2][]float64, tolerance float64) error {
	if !slices.EqualFunc(results[0], results[1], func(a, b float64) bool { return math.Abs(a-b) <= tolerance }) {
		return fmt.Errorf("AUROC, AP and AUPRO are %v with ours and %v with the reference", results[0], results[1])
	}
	return nil
}

// measurePixels is our side: it answers each line, a number, after measuring the
// maps of a file so many times. args are exact or histogram, the number of threads,
// the file, and how many maps of which side it holds.
func measurePixels(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 5 || args[0] != "exact" && args[0] != "histogram" {
		return errors.New("pixels takes exact or histogram, threads, a file, how many maps it holds, and their side")
	}
	var numbers [3]int
	for i, text := range []string{args[1], args[3], args[4]} {
		n, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		numbers[i] = n
	}
	threads, count, size := numbers[0], numbers[1], numbers[2]
	runtime.GOMAXPROCS(threads)
	now, _, err := resident()
	if err != nil {
		return err
	}
	var maps [][]float32
	var masks [][]uint8
	hello := answer{Work: fmt.Sprintf("%d maps of %d px", count, size), Resident: now}
	ready := func() (err error) {
		maps, masks, err = readMaps(args[2], count, size)
		return err
	}
	return serve(in, out, hello, ready, func(n int) (a answer, err error) {
		for range n {
			if a.Results, err = pixelMetrics(args[0], maps, masks, size); err != nil {
				break
			}
		}
		return a, err
	})
}

// pixelMetrics is AUROC, AP and AUPRO.
func pixelMetrics(way string, maps [][]float32, masks [][]uint8, size int) ([]float64, error) {
	if way == "histogram" {
		h := metric.NewPixelHistogram(metric.DefaultBins)
		for i := range maps {
			if err := h.Add(maps[i], masks[i], size); err != nil {
				return nil, err
			}
		}
		m, err := h.Metrics(metric.DefaultFPRLimit)
		return []float64{m.AUROC.Value, m.AP.Value, m.AUPRO.Value}, err
	}
	var p metric.Pixels
	for i := range maps {
		if err := p.Add(maps[i], masks[i], size); err != nil {
			return nil, err
		}
	}
	m, err := p.Metrics(metric.DefaultFPRLimit)
	return []float64{m.AUROC, m.AP, m.AUPRO}, err
}

// writeMaps fills a file with count maps of noise, then as many masks: every second
// has three blots, in the mean about a twentieth of its pixels, whose scores are
// higher.
func writeMaps(file string, count, size int) error {
	r := rand.New(rand.NewPCG(0, 0))
	scores, masks := make([]float32, count*size*size), make([]uint8, count*size*size)
	for i := range scores {
		scores[i] = float32(20 + 5*r.NormFloat64())
	}
	for i := 1; i < count; i += 2 {
		for range 3 {
			x, y, radius := r.IntN(size), r.IntN(size), size/32+r.IntN(size/8)
			for row := max(0, y-radius); row < min(size, y+radius); row++ {
				for column := max(0, x-radius); column < min(size, x+radius); column++ {
					if (row-y)*(row-y)+(column-x)*(column-x) < radius*radius {
						at := (i*size+row)*size + column
						masks[at], scores[at] = 1, scores[at]+4
					}
				}
			}
		}
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(binary.Write(f, binary.LittleEndian, scores), binary.Write(f, binary.LittleEndian, masks), f.Close())
}

func readMaps(file string, count, size int) (maps [][]float32, masks [][]uint8, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	for range count {
		maps = append(maps, make([]float32, size*size))
		masks = append(masks, make([]uint8, size*size))
		if err := binary.Read(f, binary.LittleEndian, maps[len(maps)-1]); err != nil {
			return nil, nil, err
		}
	}
	for _, mask := range masks {
		if _, err := io.ReadFull(f, mask); err != nil {
			return nil, nil, err
		}
	}
	return maps, masks, nil
}
