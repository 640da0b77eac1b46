package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func fixed(rows ...row) func(context.Context, *bench) ([]row, error) {
	return func(context.Context, *bench) ([]row, error) { return rows, nil }
}

// A row that fails does not keep the others from being measured and written.
func TestRunGoesOnAfterAFailure(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bench.json")
	chosen := []measurement{
		{key: "a", name: "first", alone: true, measure: fixed(row{Ours: 1, Unit: "s"})},
		{key: "b", name: "second", alone: true, measure: func(context.Context, *bench) ([]row, error) { return nil, errors.New("no luck") }},
		{key: "c", name: "third", alone: true, skip: noCUDA, measure: fixed()},
		{key: "d", name: "fourth", alone: true, measure: fixed(row{Ours: 2, Unit: "s"}, row{Name: "beside it", Ours: 3, Unit: "s"})},
	}
	err := (&bench{device: "cpu"}).run(t.Context(), chosen, file)
	if !errors.Is(err, errPartial) {
		t.Errorf("run: %v", err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{`"first"`, `"fourth"`, `"beside it"`} {
		if !strings.Contains(string(text), name) {
			t.Errorf("%s is not in %s", name, text)
		}
	}
}

// What was measured before an interruption is written.
func TestRunInterrupted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bench.json")
	ctx, cancel := context.WithCancel(t.Context())
	err := (&bench{device: "cpu"}).run(ctx, []measurement{
		{key: "a", name: "first", alone: true, measure: fixed(row{Ours: 1, Unit: "s"})},
		{key: "b", name: "second", alone: true, measure: func(ctx context.Context, _ *bench) ([]row, error) { cancel(); return nil, ctx.Err() }},
		{key: "c", name: "third", alone: true, measure: fixed(row{Ours: 1, Unit: "s"})},
	}, file)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("run: %v", err)
	}
	if text, _ := os.ReadFile(file); !strings.Contains(string(text), "first") || strings.Contains(string(text), "third") {
		t.Errorf("written: %s", text)
	}
}

// Without a Python that can be compared with, nothing is measured.
func TestReferenceIsCheckedFirst(t *testing.T) {
	chosen := []measurement{{key: "a", name: "first", measure: func(context.Context, *bench) ([]row, error) {
		t.Error("something was measured")
		return nil, nil
	}}}
	dir := t.TempDir()
	script := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o777); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for python, want := range map[string]string{
		filepath.Join(dir, "none"):              "no such file",
		script("bare", "echo no torch; exit 1"): "no torch",
		script("old", "echo 1.0.0"):             "the reference's torch is 1.0.0",
	} {
		err := (&bench{device: "cpu", python: python}).run(t.Context(), chosen, filepath.Join(dir, "bench.json"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", filepath.Base(python), err, want)
		}
	}
}

// Wrong commands are refused before anything is measured.
func TestWrongCommands(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"--only upd", "upd"},
		{"more", "more"},
		{"--threads 0", "--threads"},
		{"--category bottle", "--pictures"},
		{"--pictures no/such/folder", "no/such/folder"},
		{"--device gpu", "gpu"},
		{"profile --updates 0", "--updates"},
		{"profile --sizes 3 --out " + t.TempDir(), "data.size"},
	} {
		err := start(t.Context(), strings.Fields(c.args))
		var wrong usageError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("bench %s: %v", c.args, err)
		}
	}
}
