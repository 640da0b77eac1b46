package metric

import "encoding/binary"

// run is a stretch of anomalous pixels within a row: those from index from up to,
// not including, index to of the mask, all of one region.
type run struct {
	from, to int
	region   int
}

// regions are the connected components of a mask. Two anomalous pixels belong
// together where they touch by a side or by a corner (8-connected), as in MVTec's
// evaluation of PRO.
//
// A mask is read once, row by row. Its runs are joined with those that they touch
// in the row above by union-find, so that the work that is not reading is by runs
// and not by pixels, and an empty mask costs an eighth of its bytes in looks. The
// value is used again for the next mask, and its memory with it.
type regions struct {
	runs  []run // by their place in the mask; regions are numbered in that order too
	sizes []int // pixels of each region

	parent []int // of provisional regions; a root is its own parent, and the lowest of its set
}

// find gives what a mask of rows of this width holds; zero is normal.
func (r *regions) find(mask []uint8, width int) {
	r.runs, r.sizes, r.parent = r.runs[:0], r.sizes[:0], r.parent[:0]
	above := 0 // where the runs of the row above begin
	for row := 0; row < len(mask); row += width {
		begin := len(r.runs)
		r.scan(mask[:row+width], row)
		r.join(r.runs[above:begin], r.runs[begin:], width)
		above = begin
	}
	r.number()
}

// scan appends the runs of the last row of mask, which begins at index row.
func (r *regions) scan(mask []uint8, row int) {
	for at := row; ; {
		for at+8 <= len(mask) && binary.LittleEndian.Uint64(mask[at:]) == 0 {
			at += 8
		}
		for at < len(mask) && mask[at] == 0 {
			at++
		}
		if at == len(mask) {
			return
		}
		from := at
		for at < len(mask) && mask[at] != 0 {
			at++
		}
		r.runs = append(r.runs, run{from: from, to: at})
	}
}

// join gives the runs of a row their provisional regions. Runs are half open, so
// that two which touch by a corner only have the end of one at the start of the
// other.
func (r *regions) join(above, row []run, width int) {
	next := 0 // the first run above that can still touch one of this row
	for i := range row {
		c := &row[i]
		from, to := c.from-width, c.to-width // in the row above
		for next < len(above) && above[next].to < from {
			next++
		}
		c.region = len(r.parent)
		for j := next; j < len(above) && above[j].from <= to; j++ {
			c.region = r.union(c.region, above[j].region)
		}
		if c.region == len(r.parent) {
			r.parent = append(r.parent, c.region)
		}
	}
}

// union makes the regions a and b one and returns it. a may be a new one, which
// then is not needed.
func (r *regions) union(a, b int) int {
	b = r.root(b)
	if a == len(r.parent) {
		return b
	}
	a = r.root(a)
	r.parent[max(a, b)] = min(a, b)
	return min(a, b)
}

// root halves the path to it on its way.
func (r *regions) root(a int) int {
	for r.parent[a] != a {
		r.parent[a] = r.parent[r.parent[a]]
		a = r.parent[a]
	}
	return a
}

// number replaces provisional regions by 0, 1, 2 and so on, and counts pixels. A
// root is lower than the rest of its set, so it has its number before they ask.
func (r *regions) number() {
	for a, p := range r.parent {
		if p == a {
			r.parent[a] = len(r.sizes)
			r.sizes = append(r.sizes, 0)
		} else {
			r.parent[a] = r.parent[p]
		}
	}
	for i := range r.runs {
		c := &r.runs[i]
		c.region = r.parent[c.region]
		r.sizes[c.region] += c.to - c.from
	}
}
