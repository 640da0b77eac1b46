package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// wrap breaks text into lines of at most so many columns. The first begins with
// first, the others with rest, which count. A word that is too long stands on a
// line of its own.
func wrap(text string, columns int, first, rest string) string {
	var b strings.Builder
	b.WriteString(first)
	at, empty := utf8.RuneCountInString(first), true
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case empty:
		case at+1+n > columns:
			b.WriteString("\n" + rest)
			at = utf8.RuneCountInString(rest)
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
		empty = false
	}
	b.WriteByte('\n')
	return b.String()
}

// plural is "1 picture" or "2 pictures".
func plural(n int, of string) string { return fmt.Sprintf("%d %s", n, noun(n, of)) }

// noun is "picture" or "pictures".
func noun(n int, of string) string {
	switch stem, y := strings.CutSuffix(of, "y"); {
	case n == 1:
		return of
	case y:
		return stem + "ies"
	}
	return of + "s"
}

// has is the verb for so many.
func has(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}
