package configs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// YAML writes every key in the schema's order. The same configuration gives the
// same bytes, and Parse reads them back to an equal one.
func (c *Config) YAML() []byte {
	var b bytes.Buffer
	var open []string // the sections whose headings stand above the current line
	for _, f := range schema {
		path := strings.Split(f.name, ".")
		sections, leaf := path[:len(path)-1], path[len(path)-1]
		for depth, s := range sections {
			if depth < len(open) && open[depth] == s {
				continue
			}
			open = open[:min(depth, len(open))]
			fmt.Fprintf(&b, "%s%s:\n", strings.Repeat("  ", depth), s)
			open = append(open, s)
		}
		open = open[:len(sections)]
		fmt.Fprintf(&b, "%s%s: %s\n", strings.Repeat("  ", len(sections)), leaf, f.format(f.get(c)))
	}
	return b.Bytes()
}

// Difference is a key in which two configurations differ, and its two values as YAML
// has them.
type Difference struct{ Key, Here, There string }

// Differences are the keys in which two configurations differ, where here is c and
// there is other, in the schema's order. It looks only at keys that affect one of at,
// or at all keys when at is left out.
func (c *Config) Differences(other *Config, at ...Affects) []Difference {
	var list []Difference
	for _, f := range schema {
		if len(at) > 0 && !slices.Contains(at, f.affects) {
			continue
		}
		if here, there := f.format(f.get(c)), f.format(f.get(other)); here != there {
			list = append(list, Difference{f.name, here, there})
		}
	}
	return list
}

// Diff is [Config.Differences] in words, a line each, such as
// "optim.lr: 0.03 here, 0.01 there".
func (c *Config) Diff(other *Config, at ...Affects) []string {
	var lines []string
	for _, d := range c.Differences(other, at...) {
		lines = append(lines, fmt.Sprintf("%s: %s here, %s there", d.Key, d.Here, d.There))
	}
	return lines
}

// CopyKeys gives c the values that other has of these keys. It panics on a name that is
// no key's.
func (c *Config) CopyKeys(other *Config, keys ...string) {
	for _, name := range keys {
		f, _ := lookup(name)
		if f == nil {
			panic("configs: there is no key " + name)
		}
		f.set(c, f.get(other))
	}
}

// Changed lists the keys whose values are not the defaults, such as
// "optim.lr=0.01", in the schema's order. It looks only at keys that affect one
// of at, or at all keys when at is left out.
func (c *Config) Changed(at ...Affects) []string {
	var list []string
	for _, f := range schema {
		if len(at) > 0 && !slices.Contains(at, f.affects) {
			continue
		}
		if value := f.format(f.get(c)); value != f.format(f.def) {
			list = append(list, f.name+"="+value)
		}
	}
	return list
}

// Hash is a SHA-256, in hex, over every key that affects training and its value.
// Two configurations of the same hash train the same weights from the same data
// on the same code. A key that came after runs had stored their hashes (late) is
// left out while it has its default, which does what was done before.
func (c *Config) Hash() string {
	return c.hash(func(f *field) bool { return f.affects == Training })
}

// Identity is a SHA-256, in hex, over every key that a run's scores depend on, those
// of scoring too, but not over where the pictures lie: what they are is said by their
// fingerprint.
func (c *Config) Identity() string {
	return c.hash(func(f *field) bool { return f.affects != Nothing && f.name != "data.root" })
}

func (c *Config) hash(over func(*field) bool) string {
	var lines []string
	for _, f := range schema {
		if !over(f) {
			continue
		}
		if value := f.format(f.get(c)); !f.late || value != f.format(f.def) {
			lines = append(lines, f.name+": "+value+"\n")
		}
	}
	slices.Sort(lines) // the schema's order is for readers and may change
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return hex.EncodeToString(sum[:])
}
