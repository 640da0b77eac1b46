package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/trainer"
)

// outcome is what a command line came to.
type outcome struct {
	code           int
	stdout, stderr string
}

// cli runs a command line in this process, without an environment.
func cli(args ...string) outcome { return cliWith(context.Background(), nil, args...) }

func cliWith(ctx context.Context, environ []string, args ...string) outcome {
	var stdout, stderr bytes.Buffer
	code := newApp(&stdout, &stderr, environ).run(ctx, args)
	return outcome{code, stdout.String(), stderr.String()}
}

// object is the last line of standard output, which --json makes an object.
func (o outcome) object(t *testing.T) map[string]any {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(o.stdout, "\n"), "\n")
	var object map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &object); err != nil {
		t.Fatalf("the last line of %q is no object: %v; standard error: %s", o.stdout, err, o.stderr)
	}
	return object
}

// testdata is absolute: tests change the working folder.
var testdata = func() string {
	here, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return filepath.Join(here, "testdata")
}()

// golden compares text with testdata/name; UPDATE_GOLDEN=1 rewrites the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join(testdata, name)
	if os.Getenv("UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; UPDATE_GOLDEN=1 writes it", err)
	}
	if got != string(want) {
		t.Errorf("the text is\n%s\nwant\n%s\nUPDATE_GOLDEN=1 rewrites %s", got, want, file)
	}
}

// every walks over all commands that help lists.
func every(cmd *cobra.Command, f func(*cobra.Command)) {
	f(cmd)
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			every(sub, f)
		}
	}
}

// The page of every verb is in testdata/help, fits 80 columns and says what a
// page has to say. Those of the single shells are cobra's own.
func TestHelp(t *testing.T) {
	used := []string{}
	every(newApp(new(bytes.Buffer), new(bytes.Buffer), nil).root(), func(cmd *cobra.Command) {
		path := strings.Fields(cmd.CommandPath())[1:]
		if len(path) > 1 && path[0] == "completion" {
			return
		}
		got := cli(append(path, "--help")...)
		if got.code != 0 || got.stderr != "" {
			t.Errorf("%q ends with %d and says %q", path, got.code, got.stderr)
		}
		for line := range strings.Lines(got.stdout) {
			if n := len([]rune(line)); n > 81 { // with its end
				t.Errorf("%q: %d columns: %s", path, n-1, line)
			}
		}
		for _, title := range []string{"\nUSAGE\n  cutpaste", "\nEXAMPLES\n  ", "\nFLAGS\n", "\n  -h, --help", "\nEXIT STATUS\n  0 "} {
			if !strings.Contains(got.stdout, title) {
				t.Errorf("the help of %q lacks %q", path, title)
			}
		}
		if again := cli(append([]string{"help"}, path...)...); again != got {
			t.Errorf("cutpaste help %q differs from --help: %q", path, again.stdout)
		}
		name := strings.Join(append([]string{"cutpaste"}, path...), "-") + ".golden"
		used = append(used, name)
		golden(t, filepath.Join("help", name), got.stdout)
	})
	onlyThese(t, "help", used)
}

// onlyThese finds golden files that no test compares with.
func onlyThese(t *testing.T, folder string, used []string) {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(testdata, folder))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !f.IsDir() && !slices.Contains(used, f.Name()) {
			t.Errorf("no test compares with testdata/%s", filepath.Join(folder, f.Name()))
		}
	}
}

func TestEveryGoldenFileIsUsed(t *testing.T) {
	onlyThese(t, "", []string{"check-broken.golden", "check-sound.golden", "inspect.golden", "keys-markdown.golden", "keys.golden", "wrong.golden"})
}

// Without a verb, the program and its groups explain themselves.
func TestNoVerb(t *testing.T) {
	for _, args := range [][]string{nil, {"config"}, {"data"}} {
		bare, help := cli(args...), cli(append(args, "--help")...)
		if bare != help || bare.code != 0 {
			t.Errorf("%q ends with %d and prints %q", args, bare.code, bare.stdout)
		}
	}
}

func TestVersion(t *testing.T) {
	if got := cli("--version"); got.code != 0 || !strings.HasPrefix(got.stdout, "cutpaste ") || !strings.Contains(got.stdout, "libtorch 2.") {
		t.Errorf("%+v", got)
	}
}

// Every kind of wrong command, with the whole sentence that the user reads, is
// in testdata/wrong.golden. All end with 2 and print nothing on standard output.
func TestWrongCommands(t *testing.T) {
	var text strings.Builder
	for _, line := range []string{
		"trian configs/demo.yaml",
		"trian --resume",
		"--quiet trian",
		"xyzzy",
		"config prnt",
		"help tran",
		"help config prnt",
		"completion bsh",
		"completion bash now",
		"--jsn",
		"-x",
		"augment",
		"augment train.steps=3",
		"augment demo.yaml --row 3",
		"augment demo.yaml --xyzzy",
		"augment demo.yaml --rows",
		"augment demo.yaml --rows=three",
		"augment demo.yaml --rows=0",
		"augment demo.yaml --out=sheet.jpg",
		"augment demo.yaml --train.steps=3",
		"augment demo.yaml --json=perhaps",
		"config print train.stpes=3",
		"config print train.steps=many",
		"config print train.steps",
		"config keys train.stpes",
		"config keys xyzzy",
		"data check",
		"data check train.steps=3",
		"data check a b c",
		"data check nowhere",
		"data check testdata data.root=elsewhere",
		"data check testdata bottle data.category=screw",
		"data check testdata",
		"data check testdata/help bottle",
		"data synth",
		"data synth a b",
		"data synth a --size=8",
		"data synth a --seed=-1",
		"data synth a --category=gaer",
		"data synth a --category=xyzzy",
		"doctor data.sise=3",
		"doctor now",
		"table",
		"table a b",
		"pictures",
		"pictures train.steps=3",
		"pictures nowhere",
		"pictures nowhere --hardest=0",
		"predict nowhere",
	} {
		got := cli(strings.Fields(line)...)
		if got.code != exitWrong || got.stdout != "" {
			t.Errorf("%q ends with %d and prints %q", line, got.code, got.stdout)
		}
		fmt.Fprintf(&text, "%s\n  %s", line, got.stderr)
	}
	golden(t, "wrong.golden", text.String())
}

func TestWrongEnvironment(t *testing.T) {
	got := cliWith(context.Background(), []string{"CUTPASTE_TRAIN_STPES=3"}, "config", "print")
	if got.code != exitWrong || !strings.Contains(got.stderr, "CUTPASTE_TRAIN_STEPS") {
		t.Errorf("%+v", got)
	}
}

// The exit status of every kind of error.
func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("no room"), 1},
		{&exitError{code: 1}, 1},
		{usagef("no such flag"), 2},
		{&configs.Error{Msg: "no such key"}, 2},
		{fmt.Errorf("category x: %w", &configs.Error{Msg: "no such key"}), 2},
		{&exitError{3, errors.New("2 of 5 failed")}, 3},
		{context.Canceled, 130},
		{fmt.Errorf("category x: %w", trainer.ErrInterrupted), 130},
		// A disk that fills up while an interrupted run is saved is not a saved run.
		{errors.New("no space left on device"), 1},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("%v ends with %d, want %d", c.err, got, c.want)
		}
	}
}

// With --json an error is an object on standard output, wherever the flag
// stands, and people still read a sentence.
func TestErrorsAsObjects(t *testing.T) {
	for _, args := range [][]string{
		{"config", "print", "train.stpes=3", "--json"},
		{"--json", "config", "print", "train.stpes=3"},
	} {
		got := cli(args...)
		o := got.object(t)
		if o["code"] != 2.0 || o["key"] != "train.stpes" || o["source"] != `argument "train.stpes=3"` || "cutpaste: "+o["error"].(string)+"\n" != got.stderr {
			t.Errorf("%q: %v", args, o)
		}
	}
	for _, args := range [][]string{{"trian", "--json"}, {"augment", "--xyzzy", "--json"}} {
		if o := cli(args...).object(t); o["code"] != 2.0 || o["error"] == "" {
			t.Errorf("%q: %v", args, o)
		}
	}
}

// A cancelled context is what Ctrl-C comes to.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	got := cliWith(ctx, nil, "data", "synth", filepath.Join(t.TempDir(), "drawn"), "--size=32", "--json")
	if o := got.object(t); got.code != 130 || o["code"] != 130.0 || o["error"] != "interrupted" || got.stderr != "cutpaste: interrupted\n" {
		t.Errorf("%+v", got)
	}
}

// A mistake in the program must not look like a wrong command: Go's own status
// for a panic is 2.
func TestPanicIsAFailure(t *testing.T) {
	var stdout, stderr bytes.Buffer
	a := newApp(&stdout, &stderr, nil)
	a.stdout = nil // a mistake
	if code := a.run(context.Background(), []string{"config", "print"}); code != exitFailed || !strings.Contains(stderr.String(), "please report it") {
		t.Errorf("ends with %d and says %q", code, &stderr)
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestFullDisk(t *testing.T) {
	for _, args := range [][]string{{"config", "print"}, {"config", "keys", "--json"}, {"--help"}} {
		var stderr bytes.Buffer
		code := newApp(full{}, &stderr, nil).run(context.Background(), args)
		if code != exitFailed || stderr.String() != "cutpaste: the result cannot be written to standard output: no space left on device\n" {
			t.Errorf("%q ends with %d and says %q", args, code, &stderr)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "- \n"},
		{"one two three", "- one two\n  three\n"},
		{"one two", "- one two\n"},
		{"incomprehensible text", "- incomprehensible\n  text\n"},
		{"äöü äöü äöü", "- äöü äöü\n  äöü\n"},
	} {
		if got := wrap(c.text, 9, "- ", "  "); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.text, got, c.want)
		}
	}
}

func TestPlural(t *testing.T) {
	for n, want := range map[int]string{0: "0 categories", 1: "1 category", 2: "2 categories"} {
		if got := plural(n, "category"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := plural(2, "note"); got != "2 notes" {
		t.Error(got)
	}
}

// What the shell is offered, in the form in which cobra's scripts read it.
func TestCompletion(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string // a line
		none string // no line begins so
	}{
		{[]string{"tra"}, "train\t", "data"},
		{[]string{"augment", ""}, "yaml", "augment."},
		{[]string{"augment", "demo.yaml", "train.s"}, "train.steps=\t", "optim"},
		{[]string{"augment", "demo.yaml", "augment.variant="}, "augment.variant=3way", "augment.views"},
		{[]string{"augment", "demo.yaml", "train.deterministic="}, "train.deterministic=true", ""},
		{[]string{"config", "keys", "optim.l"}, "optim.lr\t", "train"},
		{[]string{"data", "synth", "x", "--category", ""}, "gear", ""},
	} {
		got := cli(append([]string{cobra.ShellCompRequestCmd}, c.args...)...)
		if got.code != 0 || !strings.Contains("\n"+got.stdout, "\n"+c.want) || c.none != "" && strings.Contains("\n"+got.stdout, "\n"+c.none) {
			t.Errorf("%q: %q", c.args, got.stdout)
		}
	}
	if got := cli("completion", "bash"); got.code != 0 || !strings.Contains(got.stdout, "__start_cutpaste") {
		t.Errorf("no script: %d %s", got.code, got.stderr)
	}
}

// category makes a category of small pictures in the folder pictures, which it
// returns, of a working folder of the test's own.
func category(t *testing.T, name string) (root string) {
	t.Helper()
	t.Chdir(t.TempDir())
	root = "pictures"
	for i, file := range []string{"train/good/0.png", "train/good/1.png", "train/good/2.png", "test/good/0.png", "test/bad/0.png"} {
		writePNG(t, filepath.Join(root, name, file), 32, byte(40*i+10))
	}
	writePNG(t, filepath.Join(root, name, "ground_truth/bad/0_mask.png"), 32, 255)
	return root
}

func writePNG(t *testing.T, file string, side int, grey byte) {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		img.SetNRGBA(i%side, i/side, color.NRGBA{grey, byte(i), grey, 255})
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o755)
	}
	if err == nil {
		err = os.WriteFile(file, b.Bytes(), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
