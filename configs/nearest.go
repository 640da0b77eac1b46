package configs

import (
	"math"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/configs/say"
)

// unknown says that name is no key and names those that were probably meant.
// group tells that the name stands over a group of keys in a file.
func unknown(name string, group bool) string {
	candidates := keyNames()
	if group {
		candidates = sectionNames()
	}
	near, far := nearest(name, candidates)
	if far {
		return "there is no key " + say.Quote(name) + ", and the nearest is " + orList(near) + "; cutpaste config keys lists them all"
	}
	return "there is no key " + say.Quote(name) + "; did you mean " + orList(near) + "?"
}

// usual has names that other programs use for a key here and that are too far
// from it in letters.
var usual = map[string]string{
	"epochs":        "train.steps",
	"num_epochs":    "train.steps",
	"learning_rate": "optim.lr",
	"batch_size":    "train.batch",
	"image_size":    "data.size",
	"wd":            "optim.weight_decay",
	"gpu":           "device",
}

// nearest gives the one to three candidates closest to what was written, and
// whether even they are far off. A candidate counts by its whole name or by its
// end, so that lr, head and scar.angle are found without their section.
func nearest(written string, candidates []string) (near []string, far bool) {
	written = strings.ReplaceAll(strings.ToLower(strings.TrimLeft(written, "-")), "-", "_")
	_, last, dotted := cutLast(written)
	short, shortLast := written[:min(len(written), 100)], last[:min(len(last), 100)] // longer is no key anyway
	key := usual[last]
	_, member, _ := cutLast(key)
	for _, name := range []string{key, member} { // member: of an entry of train.phases
		if slices.Contains(candidates, name) {
			return []string{name}, false
		}
	}
	best := math.MaxInt
	for _, name := range candidates {
		d := 2 * Distance(short, name)
		for rest := name; ; {
			_, end, more := strings.Cut(rest, ".")
			if !more {
				break
			}
			d, rest = min(d, 2*Distance(short, end)+1), end
		}
		if dotted { // the right name in the wrong section
			_, end, _ := cutLast(name)
			d = min(d, 2*Distance(shortLast, end)+3)
		}
		if d < best {
			best, near = d, nil
		}
		if d == best && len(near) < 3 {
			near = append(near, name)
		}
	}
	return near, best > max(4, len(written)+1)
}

// meant is which words of a long choice were probably meant by what is none of
// them; of a short one all are read at a glance.
func meant(l limit, v any) []string {
	const long = 8
	var words, written []string
	switch l := l.(type) {
	case choice:
		words, written = l, []string{v.(string)}
	case some:
		words, written = l, v.([]string)
	}
	if len(words) < long {
		return nil
	}
	for _, w := range written {
		if slices.Contains(words, w) {
			continue
		}
		if near, far := nearest(w, words); !far {
			return near
		}
		return nil
	}
	return nil
}

func keyNames() []string {
	names := make([]string, len(schema))
	for i, f := range schema {
		names[i] = f.name
	}
	return names
}

func sectionNames() []string {
	var names []string
	for _, f := range schema {
		for section, _, ok := cutLast(f.name); ok; section, _, ok = cutLast(section) {
			if !slices.Contains(names, section) {
				names = append(names, section)
			}
		}
	}
	return names
}

// cutLast splits data.max_pixels into data and max_pixels.
func cutLast(name string) (section, last string, dotted bool) {
	i := strings.LastIndexByte(name, '.')
	return name[:max(i, 0)], name[i+1:], i >= 0
}

func orList(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// Distance is the number of letters to insert, remove, replace or swap with their
// neighbour that makes b of a (optimal string alignment), upper and lower case
// being the same: how far off a mistyped name is.
func Distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	prev2, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}

// Similar is the name that is most like what was written, "" if none is. A few
// letters may be wrong, missing or swapped; a word's beginning is enough.
func Similar(written string, names []string) string {
	best, name := 1+max(1, len(strings.TrimLeft(written, "-"))/3), ""
	for _, n := range names {
		d := Distance(written, n)
		if strings.HasPrefix(n, written) && strings.Trim(written, "-") != "" {
			d = 1
		}
		if d < best {
			best, name = d, n
		}
	}
	return name
}

// lookup finds a key, or the keys of a section, by exact name.
func lookup(name string) (f *field, inSection []string) {
	i := slices.IndexFunc(schema, func(f *field) bool { return f.name == name })
	if i >= 0 {
		return schema[i], nil
	}
	for _, f := range schema {
		if strings.HasPrefix(f.name, name+".") {
			inSection = append(inSection, f.name)
		}
	}
	return nil, inSection
}
