package metric

import (
	"runtime"
	"sync"
)

// blockLen is how many elements lie together in memory. They are kept in blocks
// so that a list can grow without being copied, and sorted into other blocks. It
// is a power of two.
const blockLen = 1 << 14

// digitBits is how much of a key a pass of the sort looks at: three passes for 32
// bits. Four of 8 bits were slower, and 2048 places that are written to still fit
// the second cache and what the processor remembers of pages.
const digitBits = 11

// blocks is a list of elements that carry a 32-bit key.
type blocks[T uint32 | uint64] struct {
	list []*[blockLen]T
	n    int
}

func (b *blocks[T]) at(i int) T { return b.list[i/blockLen][i%blockLen] }

// room is memory for the next elements: write some to its front and add their
// number to n.
func (b *blocks[T]) room() []T {
	if b.n == len(b.list)*blockLen {
		b.list = append(b.list, new([blockLen]T))
	}
	return b.list[b.n/blockLen][b.n%blockLen:]
}

// each calls f with the elements of the blocks from first up to end, in order.
func (b *blocks[T]) each(first, end int, f func([]T)) {
	for i := first; i < end; i++ {
		f(b.list[i][:min(blockLen, b.n-i*blockLen)])
	}
}

// sort orders the elements by the 32 bits above bit low, lowest first: a radix
// sort, least significant digit first, each pass by all processors. While it runs
// it takes the list's memory a second time.
func (b *blocks[T]) sort(low int) {
	other := blocks[T]{make([]*[blockLen]T, len(b.list)), b.n}
	for i := range other.list {
		other.list[i] = new([blockLen]T)
	}
	// Each worker has its part of the blocks.
	workers := min(runtime.GOMAXPROCS(0), len(b.list))
	next := make([][1 << digitBits]uint, workers) // where a worker writes the next element of a digit
	for shift := low; shift < low+32; shift += digitBits {
		inParts(workers, len(b.list), func(w, first, end int) {
			b.each(first, end, func(part []T) { count(part, shift, &next[w]) })
		})
		if !starts(next, uint(b.n)) {
			clear(next)
			continue // all elements have the same digit
		}
		inParts(workers, len(b.list), func(w, first, end int) {
			b.each(first, end, func(part []T) { scatter(part, shift, &next[w], other.list) })
		})
		clear(next)
		b.list, other.list = other.list, b.list
	}
}

func count[T uint32 | uint64](part []T, shift int, counts *[1 << digitBits]uint) {
	for _, e := range part {
		counts[(e>>shift)%(1<<digitBits)]++
	}
}

// starts makes places of counts: the elements of a digit lie after those of all
// lower digits, and after those of the same digit of earlier workers. It is false
// if one digit has all n elements.
func starts(counts [][1 << digitBits]uint, n uint) bool {
	sum := uint(0)
	for digit := range 1 << digitBits {
		before := sum
		for w := range counts {
			counts[w][digit], sum = sum, sum+counts[w][digit]
		}
		if sum-before == n {
			return false
		}
	}
	return true
}

func scatter[T uint32 | uint64](part []T, shift int, next *[1 << digitBits]uint, to []*[blockLen]T) {
	for _, e := range part {
		digit := (e >> shift) % (1 << digitBits)
		at := next[digit]
		next[digit] = at + 1
		to[at/blockLen][at%blockLen] = e
	}
}

// inParts divides n things among workers, who work at the same time.
func inParts(workers, n int, f func(worker, first, end int)) {
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() { f(w, w*n/workers, (w+1)*n/workers) })
	}
	all.Wait()
}
