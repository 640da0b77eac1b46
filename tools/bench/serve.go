package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
)

// serve is one side of a comparison that takes turns: it says hello, gets ready
// (by a function that may be nil; the hello has what was there before), then
// answers each line of in, a number, by doing that much of the work. The answer has the
// time of both clocks and the memory, besides what the work itself says.
func serve(in io.Reader, out io.Writer, hello answer, ready func() error, work func(n int) (answer, error)) error {
	answers := json.NewEncoder(out)
	if err := answers.Encode(hello); err != nil {
		return err
	}
	if ready != nil {
		if err := ready(); err != nil {
			return err
		}
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			return fmt.Errorf("a turn is a number of repeats, not %q", lines.Text())
		}
		used, began := processorTime(), time.Now()
		a, err := work(n)
		if err != nil {
			return err
		}
		a.Seconds, a.Processor = time.Since(began).Seconds(), processorTime()-used
		if a.Resident, a.Peak, err = resident(); err != nil {
			return err
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
	return lines.Err()
}
