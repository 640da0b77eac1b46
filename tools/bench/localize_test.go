package main

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/experiments/localize"
)

// Our sides of dense embedding and of Gaussians say what they do in the reference's
// words, and answer each line.
func TestLocalizeSides(t *testing.T) {
	for _, c := range []struct {
		side func([]string, io.Reader, io.Writer) error
		args string
		want string
	}{
		{embedWindows, "1 device=cpu threads=2 net.stem=imagenet", "49 windows, 512 features, 2 threads, cpu"},
		{fitGaussians, "2 2", "4 Gaussians of 512 features, 250 pictures, 2 threads"},
	} {
		var out bytes.Buffer
		if err := c.side(strings.Fields(c.args), strings.NewReader("1\n2\n"), &out); err != nil {
			t.Fatal(err)
		}
		d := json.NewDecoder(&out)
		var hello, a answer
		if err := d.Decode(&hello); err != nil || hello.Work != c.want || hello.Torch == "" || hello.Resident <= 0 {
			t.Errorf("%s: %+v, %v", c.args, hello, err)
		}
		for range 2 {
			if err := d.Decode(&a); err != nil || a.Seconds <= 0 || a.Peak < hello.Resident {
				t.Errorf("%s: %+v, %v", c.args, a, err)
			}
		}
	}
}

func TestLocalizeSidesRefuse(t *testing.T) {
	for _, c := range []struct {
		side func([]string, io.Reader, io.Writer) error
		args string
	}{
		{embedWindows, ""}, {embedWindows, "0"}, {embedWindows, "50"}, {embedWindows, "all"}, {embedWindows, "1 net.stem=none"},
		{fitGaussians, ""}, {fitGaussians, "2"}, {fitGaussians, "0 2"}, {fitGaussians, "2 two"},
	} {
		if err := c.side(strings.Fields(c.args), strings.NewReader(""), &bytes.Buffer{}); err == nil {
			t.Errorf("%q started", c.args)
		}
	}
}

// A group of rows has the features that those rows have among all, and pictures and
// windows differ.
func TestRandomFeatures(t *testing.T) {
	plan, err := planGaussians(3)
	if err != nil {
		t.Fatal(err)
	}
	read := func(s localize.Source, from, to int) (all [][]float32) {
		err := s.Embed([]int{0, 249}, from, to, func(_ int, features []float32) error {
			all = append(all, slices.Clone(features))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	s := randomFeatures(plan)
	whole, rows := read(s, 0, 3), read(s, 1, 3)
	for i := range whole {
		if len(whole[i]) != 9*512 || !slices.Equal(whole[i][3*512:], rows[i]) {
			t.Errorf("picture %d has other features in a group of rows", i)
		}
	}
	if slices.Equal(whole[0], whole[1]) || slices.Equal(whole[0][:512], whole[0][512:1024]) {
		t.Error("pictures or windows have the same features")
	}
}
