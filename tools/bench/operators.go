package main

import (
	"fmt"
	"strings"

	"github.com/cutpaste/cutpaste/nets/torch"
)

// operators is what libtorch's operators took in some updates.
type operators struct {
	Updates int            `json:"updates"`
	Seconds float64        `json:"seconds"` // all of it
	Times   []operatorTime `json:"times"`   // the largest Self first
}

type operatorTime struct {
	Name  string  `json:"name"`
	Calls int     `json:"calls"`
	Self  float64 `json:"self"`  // seconds, without the operators that it called
	Total float64 `json:"total"` // seconds, with them
}

// short is the name without where it comes from; what autograd's engine does
// around an operator is "engine: ...".
func (t operatorTime) short() string {
	return strings.NewReplacer("aten::", "", "autograd::engine::evaluate_function: ", "engine: ").Replace(t.Name)
}

// operators does n updates meanwhile.
func (u *updates) operators(n int) (*operators, error) {
	o := &operators{Updates: n}
	return o, torch.Do(func() error {
		var err error
		times, all := torch.Profile(u.numerics.Device, func() { err = u.run(n) })
		o.Seconds = all.Seconds()
		for _, t := range times {
			o.Times = append(o.Times, operatorTime{t.Name, t.Calls, t.Self.Seconds(), t.Total.Seconds()})
		}
		return err
	})
}

// outside is the share of the time that is in no operator.
func (o *operators) outside() float64 {
	rest := o.Seconds
	for _, t := range o.Times {
		rest -= t.Self
	}
	return rest / o.Seconds
}

// table is the n operators that took most (0: all), in milliseconds an update.
func (o *operators) table(n int) string {
	var b strings.Builder
	per := 1e3 / float64(o.Updates)
	line := func(name string, calls string, self, total float64) {
		fmt.Fprintf(&b, "%-44s %6s %10.3f %10.3f %6.1f\n", name, calls, self*per, total*per, 100*self/o.Seconds)
	}
	fmt.Fprintf(&b, "%-44s %6s %10s %10s %6s\n", "operator", "calls", "self ms", "total ms", "%")
	shown, rest := o.Times, 0.
	if n > 0 && n < len(shown) {
		for _, t := range shown[n:] {
			rest += t.Self
		}
		shown = shown[:n]
	}
	for _, t := range shown {
		line(t.short(), fmt.Sprint(t.Calls/o.Updates), t.Self, t.Total)
	}
	if rest > 0 {
		line(fmt.Sprintf("%d others", len(o.Times)-n), "", rest, rest)
	}
	line("in no operator", "", o.outside()*o.Seconds, o.outside()*o.Seconds)
	line("all", "", o.Seconds, o.Seconds)
	return b.String()
}
