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

// Diff says in which keys two configurations differ, a line each, such as
// "optim.lr: 0.03 here, 0.01 there", where here is c and there is other. It looks
// only at keys that affect one of at, or at all keys when at is left out.
func (c *Config) Diff(other *Config, at ...Affects) []string {
	var lines []string
	for _, f := range schema {
		if len(at) > 0 && !slices.Contains(at, f.affects) {
			continue
		}
		if here, there := f.format(f.get(c)), f.format(f.get(other)); here != there {
			lines = append(lines, fmt.Sprintf("%s: %s here, %s there", f.name, here, there))
		}
	}
	return lines
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
	var lines []string
	for _, f := range schema {
		if f.affects != Training {
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
