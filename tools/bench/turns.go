package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
)

// takeTurns has both sides, ours first, do the same work in turn, and returns
// for each turn how many units of work each did in a second. A line to a process
// says how many. The first unit allocates and builds kernels; the second says
// how many make a turn.
func (b *bench) takeTurns(ctx context.Context, sides [2]*process, show func(rate float64) string) (rates [2][]float64, err error) {
	if ours, reference := sides[0].hello, sides[1].hello; ours.Work != reference.Work || ours.Torch != reference.Torch {
		return rates, fmt.Errorf("the sides would not do the same: ours %s (%s), the reference %s (%s)", ours.Work, ours.Torch, reference.Work, reference.Torch)
	}
	units, longest := 1, 0.
	for range 2 {
		units, longest = 1, 0
		for _, p := range sides {
			a, err := p.turn(ctx, "1")
			if err != nil {
				return rates, err
			}
			units = max(units, int(math.Round(b.turnSeconds()/a.Seconds)))
			longest = max(longest, a.Seconds)
		}
	}
	turns := b.turns(longest)
	for i := range turns {
		for side, p := range sides {
			a, err := p.turn(ctx, strconv.Itoa(units))
			if err != nil {
				return rates, err
			}
			rates[side] = append(rates[side], float64(units)/a.Seconds)
		}
		say("  turn %d of %d: ours %s, reference %s", i+1, turns, show(rates[0][i]), show(rates[1][i]))
	}
	return rates, nil
}

// turns is how often each side is measured, where one unit of work takes this
// many seconds: long ones average by themselves.
func (b *bench) turns(unit float64) int {
	switch {
	case b.quick:
		return 3
	case unit > b.turnSeconds():
		return 5
	}
	return 9
}

// turnSeconds is how long a turn should last; one unit of work may take longer.
func (b *bench) turnSeconds() float64 {
	if b.quick {
		return 1
	}
	return 3
}
