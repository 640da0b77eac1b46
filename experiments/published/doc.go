// Package published holds the figures that papers and reimplementations print for
// MVTec AD, so that tables can hold measured ones beside them. They are facts with
// their sources, one a row, as they were printed:
//
//   - cutpaste: all tables of the CutPaste paper (arXiv:2104.04015v1);
//   - padim: the tables of the PaDiM paper (arXiv:2011.08785), read where others quote
//     them, each row saying where. Rows that no source confirms are marked
//     ([Figure.Unconfirmed]);
//   - reimplementations: what others report of both methods. Of a larger collection
//     it has every row about CutPaste, and of PaDiM the AUROC of images and pixels in
//     five repositories; F1 scores and other methods are left out.
//
// Of a method of the reimplementations, [Method.Conditions] says what makes it
// comparable with the paper or not: the weights it starts from, and whether its
// checkpoint was chosen by the test score.
//
// Names are found whatever their case, and with blanks, - and _ being the same. A
// collection, table or method that is not there is an error that names the nearest.
//
// [MVTec] has the categories in the papers' order, with how many pictures each has.
package published

import (
	"bytes"
	"embed"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/configs/say"
)

//go:embed *.csv
var files embed.FS

// names are the collections.
var names = []string{"cutpaste", "padim", "reimplementations"}

// Names lists the collections.
func Names() []string { return slices.Clone(names) }

var collections = sync.OnceValue(func() map[string]*Collection {
	all := map[string]*Collection{}
	for _, name := range names {
		text, err := files.ReadFile(name + ".csv")
		if err == nil {
			all[name], err = Read(name, bytes.NewReader(text))
		}
		if err != nil {
			panic("published: " + err.Error()) // tests read them all
		}
	}
	return all
})

// Open gives a collection by its name. The figures are read once, by the first call.
func Open(name string) (*Collection, error) {
	c, ok := collections()[normal(name)]
	if !ok {
		return nil, unknown("collection of published figures", name, "", names)
	}
	return c, nil
}

// Find is [Open], [Collection.Table] and [Table.Method] in one.
func Find(collection, table, method string) (*Method, error) {
	c, err := Open(collection)
	if err != nil {
		return nil, err
	}
	t, err := c.Table(table)
	if err != nil {
		return nil, err
	}
	return t.Method(method)
}

// normal is a name in the form in which names are compared: average_texture for
// "Average texture".
func normal(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return r == ' ' || r == '_' || r == '-'
	}), "_")
}

// unknown says that there is no such name, which is the nearest, and what there is.
func unknown(what, name, in string, have []string) error {
	s := "there is no " + what + " " + say.Quote(name) + in
	compared := make([]string, len(have))
	for i, h := range have {
		compared[i] = normal(h)
	}
	if near := slices.Index(compared, configs.Similar(normal(name), compared)); near >= 0 {
		s += "; the nearest is " + say.Quote(have[near])
	}
	quoted := make([]string, len(have))
	for i, h := range have {
		quoted[i] = say.Quote(h)
	}
	return errors.New(s + "; there are " + strings.Join(quoted, ", "))
}
