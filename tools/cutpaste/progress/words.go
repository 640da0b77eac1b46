package progress

import (
	"fmt"
	"strings"
	"time"
)

// state is how far a task is: "115/256 updates, 2.1/s, 1m07s left".
func (t *Task) state(now time.Time) string {
	s := fmt.Sprintf("%d/%d %s", t.done, t.total, t.unit)
	rate := t.rate()
	if rate == 0 {
		return s
	}
	// Counts down between two reports.
	left := time.Duration(float64(t.total-t.done)/rate*float64(time.Second)) - now.Sub(t.at)
	return fmt.Sprintf("%s, %s, %s left", s, perTime(rate), duration(max(left, 0)))
}

// summary is what a finished task leaves: "256 updates in 2m04s, 2.1/s".
func (t *Task) summary(took time.Duration) string {
	if t.done < t.total {
		return fmt.Sprintf("stopped at %d of %d %s after %s", t.done, t.total, t.unit, duration(took))
	}
	s := fmt.Sprintf("%d %s in %s", t.done, t.unit, duration(took))
	if rate := t.rate(); rate > 0 {
		s += ", " + perTime(rate)
	}
	return s
}

// rate is in units a second, 0 while it is not known.
func (t *Task) rate() float64 {
	if seconds := t.at.Sub(t.firstAt).Seconds(); seconds > 0 && t.done > t.first {
		return float64(t.done-t.first) / seconds
	}
	return 0
}

// perTime keeps two digits or more of a rate, whatever its size.
func perTime(rate float64) string {
	unit := "s"
	switch {
	case rate*60 < 1:
		rate, unit = rate*3600, "h"
	case rate < 1:
		rate, unit = rate*60, "min"
	}
	if rate >= 10 {
		return fmt.Sprintf("%.0f/%s", rate, unit)
	}
	return fmt.Sprintf("%.1f/%s", rate, unit)
}

// duration is as exact as a person needs it: 3.2s, 45s, 2m04s, 3h05m, 2d03h.
func duration(d time.Duration) string {
	s := int(d.Round(time.Second) / time.Second)
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	case s < 24*3600:
		return fmt.Sprintf("%dh%02dm", s/3600, s/60%60)
	}
	return fmt.Sprintf("%dd%02dh", s/(24*3600), s/3600%24)
}

func join(parts ...string) string {
	var there []string
	for _, p := range parts {
		if p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, ", ")
}
