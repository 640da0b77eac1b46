// Package say puts names that strangers chose, of tensors and of files, into
// sentences: bounded, and so that they cannot steer a terminal. It imports
// nothing of ours.
package say

import (
	"fmt"
	"strconv"
	"strings"
)

// longest is how many letters of a name are shown; tensors' names here have up to
// 60.
const longest = 60

// most is how many names are listed.
const most = 5

// Quote is a name in quotes, what is not printable escaped, of a long one the
// beginning and three dots.
func Quote(name string) string {
	letters := 0
	for i := range name {
		if letters == longest {
			name = name[:i] + "..."
			break
		}
		letters++
	}
	return strconv.Quote(name)
}

// Name is a name as it is, where it is short and everything in it can be printed,
// and otherwise as Quote has it.
func Name(name string) string {
	if quoted := Quote(name); name == "" || quoted[1:len(quoted)-1] != name {
		return quoted
	}
	return name
}

// Names lists names as Name has them, and as Few does.
func Names(names []string) string {
	shown := make([]string, len(names))
	for i, n := range names[:min(most, len(names))] {
		shown[i] = Name(n)
	}
	return Few(shown)
}

// Few lists phrases, of many the first five and how many more there are.
func Few(phrases []string) string {
	list := strings.Join(phrases[:min(most, len(phrases))], ", ")
	if more := len(phrases) - most; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}
