package published

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Collection is the figures of one file.
type Collection struct {
	Name   string
	tables []*Table
}

// Table is the figures that a source prints together.
type Table struct {
	Name, Collection string
	methods          []*Method
}

// Method is the figures of a method in a table.
type Method struct {
	Name, Table, Collection string

	figures []Figure
	places  map[cell]int
}

// cell is where a figure stands, in names as normal has them.
type cell struct{ category, metric string }

// Read reads figures from a CSV file with the columns table, method, category,
// metric, value, stderr, unit, source and note. A row without a value is kept as
// such, with the note that must say why, and is never 0. Errors give the line: of a
// row that is cut off, that stands there twice, or that misses a source.
func Read(name string, from io.Reader) (*Collection, error) {
	r := csv.NewReader(from)
	head, err := r.Read()
	if err == io.EOF {
		err = errors.New("it is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("published figures %s cannot be read: %w", name, err)
	}
	if !slices.Equal(head, columns) {
		return nil, fmt.Errorf("published figures %s have the columns %q, not %q", name, head, columns)
	}
	c := &Collection{Name: name}
	tables, methods := map[string]*Table{}, map[[2]string]*Method{}
	for {
		row, err := r.Read()
		if err == io.EOF {
			return c, nil
		}
		if err != nil {
			return nil, fmt.Errorf("published figures %s cannot be read: %w", name, err)
		}
		line, _ := r.FieldPos(0)
		f, err := figure(row)
		if err != nil {
			return nil, fmt.Errorf("line %d of published figures %s: %w", line, name, err)
		}
		table := normal(f.Table)
		t, ok := tables[table]
		if !ok {
			t = &Table{Name: f.Table, Collection: name}
			tables[table] = t
			c.tables = append(c.tables, t)
		}
		m, ok := methods[[2]string{table, normal(f.Method)}]
		if !ok {
			m = &Method{Name: f.Method, Table: t.Name, Collection: name, places: map[cell]int{}}
			methods[[2]string{table, normal(f.Method)}] = m
			t.methods = append(t.methods, m)
		}
		at := cell{normal(f.Category), normal(f.Metric)}
		if _, ok := m.places[at]; ok {
			return nil, fmt.Errorf("line %d of published figures %s: %s of %s for %s stands there twice in %s", line, name, f.Metric, f.Method, f.Category, f.Table)
		}
		m.places[at] = len(m.figures)
		m.figures = append(m.figures, f)
	}
}

// Tables lists the tables of the collection in its order.
func (c *Collection) Tables() []string {
	list := make([]string, len(c.tables))
	for i, t := range c.tables {
		list[i] = t.Name
	}
	return list
}

// Table gives a table by its name, such as "Table 1".
func (c *Collection) Table(name string) (*Table, error) {
	for _, t := range c.tables {
		if normal(t.Name) == normal(name) {
			return t, nil
		}
	}
	return nil, unknown("table", name, " in "+c.Name, c.Tables())
}

// Methods lists the methods of the table in its order.
func (t *Table) Methods() []string {
	list := make([]string, len(t.methods))
	for i, m := range t.methods {
		list[i] = m.Name
	}
	return list
}

// Method gives the figures of a method by its name, such as "CutPaste (3-way)".
func (t *Table) Method(name string) (*Method, error) {
	for _, m := range t.methods {
		if normal(m.Name) == normal(name) {
			return m, nil
		}
	}
	return nil, unknown("method", name, " in "+t.Name+" of "+t.Collection, t.Methods())
}

// Figures are all of the method, in the order of the file.
func (m *Method) Figures() []Figure { return slices.Clone(m.figures) }

// Categories lists what the method has figures for, in the order of the file.
func (m *Method) Categories() []string {
	return distinct(m.figures, func(f Figure) string { return f.Category })
}

// Metrics lists what the figures of the method measure.
func (m *Method) Metrics() []string {
	return distinct(m.figures, func(f Figure) string { return f.Metric })
}

// Lookup gives the figure for a category in a metric. It is false where there is no
// row; a row may still have no value.
func (m *Method) Lookup(category, metric string) (Figure, bool) {
	i, ok := m.places[cell{normal(category), normal(metric)}]
	if !ok {
		return Figure{}, false
	}
	return m.figures[i], true
}
