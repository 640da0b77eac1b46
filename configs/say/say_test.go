package say

import (
	"strings"
	"testing"
)

func TestName(t *testing.T) {
	long := strings.Repeat("ü", 60)
	for name, want := range map[string]string{
		"layer1.0.conv1.weight":     "layer1.0.conv1.weight",
		"größe 2.png":               "größe 2.png",
		"":                          `""`,
		"a\x1b[2Jb":                 `"a\x1b[2Jb"`,
		"a\tb\n":                    `"a\tb\n"`,
		"a\u202eb":                  `"a\u202eb"`, // would turn the rest of the line around
		"a\xffb":                    `"a\xffb"`,
		`a"b`:                       `"a\"b"`,
		long:                        long,
		long + "x":                  `"` + long + `..."`,
		strings.Repeat("\x00", 1e6): `"` + strings.Repeat(`\x00`, 60) + `..."`,
	} {
		if got := Name(name); got != want {
			t.Errorf("%.200q: got %s, want %s", name, got, want)
		}
	}
	if got := Quote("a.b"); got != `"a.b"` {
		t.Error(got)
	}
}

func TestNames(t *testing.T) {
	names := []string{"a", "b\n", "c", "d", "e", "f", "g"}
	for n, want := range map[int]string{
		0: "", 1: "a", 2: `a, "b\n"`, 5: `a, "b\n", c, d, e`, 6: `a, "b\n", c, d, e and 1 more`, 7: `a, "b\n", c, d, e and 2 more`,
	} {
		if got := Names(names[:n]); got != want {
			t.Errorf("%d names: %s, want %s", n, got, want)
		}
	}
}
