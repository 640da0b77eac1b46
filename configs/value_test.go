package configs

import (
	"testing"

	"go.yaml.in/yaml/v3"
)

func nodeOf(t *testing.T, text string) *yaml.Node {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte("k: "+text+"\n"), &n); err != nil {
		t.Fatalf("%s is not YAML: %v", text, err)
	}
	return n.Content[0].Content[1]
}

func TestNumbersAreShortAndReadable(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 0.03: "0.03", 3e-5: "0.00003", 1e-6: "0.000001", 1e-7: "1.0e-07", 1.5e-7: "1.5e-07", 45: "45", 1e20: "1.0e+20", -0.5: "-0.5"} {
		if got := yamlNumber(x); got != want {
			t.Errorf("yamlNumber(%g) = %s, want %s", x, got, want)
		}
	}
}

func TestTextIsQuotedWhereYAMLWouldReadSomethingElse(t *testing.T) {
	for s, want := range map[string]string{
		"runs": "runs", "3way": "3way", "../data/real": "../data/real",
		"": `""`, "off": `"off"`, "No": `"No"`, "null": `"null"`, "~": `"~"`, "12": `"12"`, "1.5": `"1.5"`, "a b": `"a b"`, "a: b": `"a: b"`, "0x1f": `"0x1f"`, "2020-01-02": `"2020-01-02"`,
	} {
		if got := yamlText(s); got != want {
			t.Errorf("yamlText(%q) = %s, want %s", s, got, want)
		}
	}
}

func TestRangesInWords(t *testing.T) {
	for _, c := range []struct {
		l    limit
		want string
	}{
		{atLeast(0), "0 or more"},
		{between(1, 65536), "1 to 65536"},
		{inside(0, 1), "more than 0 and less than 1"},
		{number{min: 0, max: 1, openMin: true}, "more than 0 and at most 1"},
		{number{min: 0, max: 1, openMax: true}, "0 or more and less than 1"},
		{exactly(3, between(0, 1)), "3 numbers, each 0 to 1"},
		{oneOf("a", "b"), "one of a, b"},
		{someOf("a", "b"), "one or more of a, b, each once"},
	} {
		if got := c.l.text(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// A chance is text, since it may be auto, and text goes into the hash as it is:
// however the number is written, it is one.
func TestAChanceIsOneTextHoweverItIsWritten(t *testing.T) {
	for written, want := range map[string]string{"0.2": "0.2", "0.20": "0.2", "2e-1": "0.2", "+.2": "0.2", "0": "0", "-0": "0", "0.0": "0", "auto": "auto"} {
		inFile, err := Parse([]byte("net:\n  dropout: "+written+"\n  stochastic_depth: \""+written+"\"\n"), "f.yaml")
		if err != nil {
			t.Fatal(err)
		}
		inArgument, err := Load("", []string{"net.dropout=" + written, "net.stochastic_depth=" + written}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []*Config{inFile, inArgument} {
			if c.Net.Dropout != want || c.Net.StochasticDepth != want {
				t.Errorf("%s is read as %q and %q, want %q", written, c.Net.Dropout, c.Net.StochasticDepth, want)
			}
		}
	}
}

// What a file of weights holds is told by its content.
func TestWeightsMayHaveAnyName(t *testing.T) {
	for _, path := range []string{"model.pth.tar", "last.ckpt", "weights", "a b/c.d/e"} {
		if c, err := Load("", []string{"net.weights=" + path}, nil); err != nil || c.Net.Weights != path {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestAddressesOfTrackingServers(t *testing.T) {
	for _, address := range []string{"", "http://127.0.0.1:5000", "https://h.example/mlflow/", "http://[::1]:5000"} {
		if c, err := Load("", []string{"log.mlflow=" + address}, nil); err != nil || c.Log.MLflow != address {
			t.Errorf("%s: %v", address, err)
		}
	}
}
