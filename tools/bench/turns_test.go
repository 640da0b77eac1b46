package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// A side that does work of known cost: it is this test itself, as a process.
// Each unit takes SECONDS; the answers say so, and nobody waits that long.
func TestMain(m *testing.M) {
	if seconds := os.Getenv("BENCH_TEST_SIDE"); seconds != "" {
		fmt.Printf("{\"work\": %q}\n", os.Getenv("BENCH_TEST_WORK"))
		var word string
		var n int
		for {
			if _, err := fmt.Scan(&word, &n); err != nil {
				os.Exit(0)
			}
			var each float64
			fmt.Sscan(seconds, &each)
			text, _ := json.Marshal(answer{Seconds: each * float64(n), Processor: 2 * each * float64(n)})
			fmt.Println(string(text))
		}
	}
	os.Exit(m.Run())
}

func fakeSide(t *testing.T, seconds, work string) *process {
	t.Helper()
	cmd := command(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "BENCH_TEST_SIDE="+seconds, "BENCH_TEST_WORK="+work)
	p, err := begin(t.Context(), cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stop)
	return p
}

// Rates are results a second by the task's clock, whatever a unit takes: a slow
// side is not made to do as many units as a fast one.
func TestTakeTurns(t *testing.T) {
	b := &bench{quick: true}
	sides := [2]*process{fakeSide(t, "0.0001", "the same"), fakeSide(t, "0.5", "the same")}
	for _, c := range []struct {
		clock func(answer) float64
		want  [2]float64
	}{
		{nil, [2]float64{30000, 6}},
		{func(a answer) float64 { return a.Processor }, [2]float64{15000, 3}},
	} {
		rates, err := b.takeTurns(t.Context(), sides, task{word: "do ", per: 3, unit: "things/s", clock: c.clock})
		if err != nil {
			t.Fatal(err)
		}
		for side, want := range c.want {
			if len(rates[side]) != 3 {
				t.Errorf("side %d had %d turns", side, len(rates[side]))
			}
			for _, got := range rates[side] {
				if got/want < 0.999 || got/want > 1.001 {
					t.Errorf("side %d: %g things/s, want %g", side, got, want)
				}
			}
		}
	}
	other := fakeSide(t, "0.5", "something else")
	if _, err := b.takeTurns(t.Context(), [2]*process{sides[0], other}, images); err == nil || !strings.Contains(err.Error(), "something else") {
		t.Errorf("sides of different work: %v", err)
	}
}

// A side that is gone, or a run that was interrupted, ends a turn with an error.
func TestSidesThatEnd(t *testing.T) {
	p := fakeSide(t, "1", "it")
	p.stop()
	if _, err := p.turn(t.Context(), "do 1"); err == nil {
		t.Error("a stopped process answered")
	}
	t.Setenv("CUTPASTE_TRAIN_BATCH", "7")
	if out, err := output(t.Context(), command(t.Context(), "sh", "-c", "echo $CUTPASTE_TRAIN_BATCH$HOME")); err != nil || string(out) != os.Getenv("HOME")+"\n" {
		t.Errorf("a setting of the environment reached a side: %s, %v", out, err)
	}
	if _, err := output(t.Context(), command(t.Context(), "sh", "-c", "exit 3")); err == nil || !strings.Contains(err.Error(), "sh -c failed") {
		t.Errorf("a program that fails: %v", err)
	}
	if _, err := begin(t.Context(), command(t.Context(), "/no/such/program")); err == nil || !strings.Contains(err.Error(), "/no/such/program") {
		t.Errorf("a program that is not there: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := command(ctx, "sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := cmd.Wait(); err == nil {
		t.Error("a program outlived its context")
	}
}
