package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
)

// task is what both sides do in turn.
type task struct {
	word  string  // before the number of units in a line to each process
	per   float64 // results in a unit
	unit  string  // of results in a second: "images/s"
	clock func(answer) float64
}

// takeTurns has both sides, ours first, do the same work in turn, and returns for
// each turn how many results each had in a second. The first unit of work
// allocates and builds kernels; the second says how many make a side's turn.
func (b *bench) takeTurns(ctx context.Context, sides [2]*process, w task) (rates [2][]float64, err error) {
	if ours, reference := sides[0].hello, sides[1].hello; ours.Work != reference.Work || ours.Torch != reference.Torch {
		return rates, fmt.Errorf("the sides would not do the same: ours %s (%s), the reference %s (%s)", ours.Work, ours.Torch, reference.Work, reference.Torch)
	}
	if w.clock == nil {
		w.clock = func(a answer) float64 { return a.Seconds }
	}
	one := func(p *process, units int) (float64, error) {
		a, err := p.turn(ctx, w.word+strconv.Itoa(units))
		return max(w.clock(a), 1e-6), err
	}
	var units [2]int
	var longest float64
	for range 2 {
		longest = 0
		for side, p := range sides {
			seconds, err := one(p, 1)
			if err != nil {
				return rates, err
			}
			units[side] = max(1, int(math.Round(b.turnSeconds()/seconds)))
			longest = max(longest, seconds)
		}
	}
	turns := b.turns(longest)
	for i := range turns {
		for side, p := range sides {
			seconds, err := one(p, units[side])
			if err != nil {
				return rates, err
			}
			rates[side] = append(rates[side], float64(units[side])*w.per/seconds)
		}
		say("  turn %d of %d: ours %s, reference %s %s", i+1, turns, figure(rates[0][i]), figure(rates[1][i]), w.unit)
	}
	return rates, nil
}

// turns is how often each side is measured, where one unit of work takes this
// many seconds: long ones average by themselves.
func (b *bench) turns(unit float64) int {
	long := unit > b.turnSeconds()
	switch {
	case b.quick && long:
		return 2
	case b.quick:
		return 3
	case long:
		return 5
	}
	return 7
}

// turnSeconds is how long a turn should last; one unit of work may take longer.
func (b *bench) turnSeconds() float64 {
	if b.quick {
		return 1
	}
	return 2
}
