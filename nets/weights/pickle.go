package weights

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/cutpaste/cutpaste/configs/say"
	"github.com/cutpaste/cutpaste/nets/safetensors"
)

// Limits of a pickle. EfficientNet-B7's state dict, the largest that a net here
// has, takes 200 kB and 50,000 values.
const (
	maxPickle = 16 << 20 // bytes
	maxValues = 1 << 19
	maxString = 1 << 20 // bytes
	maxName   = safetensors.MaxName
)

// A pickle is Python's serialised object: a program for a machine with a stack,
// whose instructions push values and put them together. Among them are those
// that look up a class or a function by name and call it, which is how a file
// runs what it likes. This machine knows the instructions that torch.save
// writes for a dict of tensors, in Python 2 and 3, and of names only those in
// the table globals, which stand for Go functions that put a tensor together.
//
// It is our own because a file may lie. github.com/nlpodyssey/gopickle (v0.2.0)
// allocates whatever length an instruction states, up to 2^63 bytes, and the
// numbers of every storage before it looks at the file's size, indexes empty
// slices, and panics at a storage's view; and it needs all of a file's numbers
// in memory. Here a length is believed when so many bytes are there, the number
// of values is bounded, and nothing walks through nested values or twice through
// one that is shared, so that neither depth nor a value that contains itself or
// is contained many times is a danger.
//
// Values are nil, bool, int64, float64, string, long, tuple, *list, *dict,
// global, *storage and *Tensor.
type pickle struct {
	r       io.ReaderAt
	at, end int64
	window  []byte // of the file, from at on

	stack  []any
	marks  []int // heights of the stack
	memo   map[int]any
	values int // pushed so far
	err    error

	// persistent returns the storage that a persistent id stands for. Errors are
	// half a sentence.
	persistent func(id tuple) (*storage, error)
}

type (
	long  string // of more than 64 bits, little-endian
	tuple []any
	list  struct{ items []any }
	dict  struct{ entries []entry }
	entry struct{ key, value any }
)

// newPickle reads pickles from bytes at to end of r.
func newPickle(r io.ReaderAt, at, end int64) *pickle {
	return &pickle{r: r, at: at, end: min(end, at+maxPickle)}
}

// load runs one pickle and returns what it leaves; p.at is then behind it. The
// error is half a sentence.
func (p *pickle) load() (any, error) {
	p.stack, p.marks, p.memo = nil, nil, map[int]any{}
	for p.err == nil {
		op := p.byte()
		if p.err != nil {
			break
		}
		if op == '.' {
			v := p.pop()
			return v, p.err
		}
		p.step(op)
	}
	return nil, p.err
}

// step carries out one instruction. The names are those of Python's
// pickletools.
func (p *pickle) step(op byte) {
	switch op {
	case 0x80: // PROTO
		if n := p.byte(); n > 5 {
			p.fail("is of pickle protocol %d, and protocols to 5 are known", n)
		}
	case 0x95: // FRAME: only says how much may be read at once
		p.take(8)

	case 'N': // NONE
		p.push(nil)
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		p.push(op == 0x88)
	case 'K': // BININT1
		p.push(int64(p.byte()))
	case 'M': // BININT2
		p.push(int64(binary.LittleEndian.Uint16(p.take(2))))
	case 'J': // BININT
		p.push(int64(int32(binary.LittleEndian.Uint32(p.take(4)))))
	case 0x8a: // LONG1
		p.push(integer(p.take(int(p.byte()))))
	case 'G': // BINFLOAT
		p.push(math.Float64frombits(binary.BigEndian.Uint64(p.take(8))))
	case 'U', 0x8c, 'C': // SHORT_BINSTRING, SHORT_BINUNICODE, SHORT_BINBYTES
		p.text(uint64(p.byte()))
	case 'T', 'X', 'B': // BINSTRING, BINUNICODE, BINBYTES
		p.text(uint64(binary.LittleEndian.Uint32(p.take(4))))
	case 0x8d: // BINUNICODE8
		p.text(binary.LittleEndian.Uint64(p.take(8)))

	case '(': // MARK
		p.marks = append(p.marks, len(p.stack))
		p.count()
	case ')': // EMPTY_TUPLE
		p.push(tuple(nil))
	case 't': // TUPLE
		p.push(tuple(p.marked()))
	case 0x85, 0x86, 0x87: // TUPLE1, TUPLE2, TUPLE3
		p.push(tuple(p.popped(int(op) - 0x84)))
	case ']': // EMPTY_LIST
		p.push(&list{})
	case 'l': // LIST
		p.push(&list{p.marked()})
	case 'a': // APPEND
		p.extend(p.popped(1))
	case 'e': // APPENDS
		p.extend(p.marked())
	case '}': // EMPTY_DICT
		p.push(&dict{})
	case 'd': // DICT
		pairs := p.marked()
		p.push(&dict{})
		p.set(pairs)
	case 's': // SETITEM
		p.set(p.popped(2))
	case 'u': // SETITEMS
		p.set(p.marked())

	case '0': // POP
		p.pop()
	case '2': // DUP
		p.push(p.top())
	case 'q': // BINPUT
		p.put(int(p.byte()))
	case 'r': // LONG_BINPUT
		p.put(int(binary.LittleEndian.Uint32(p.take(4))))
	case 0x94: // MEMOIZE
		p.put(len(p.memo))
	case 'h': // BINGET
		p.get(int(p.byte()))
	case 'j': // LONG_BINGET
		p.get(int(binary.LittleEndian.Uint32(p.take(4))))

	case 'c', 'i': // GLOBAL, INST: the latter would also call it
		p.global(p.line(), p.line())
		if op == 'i' && p.err == nil {
			p.fail("makes an object of a class, which no dict of tensors does")
		}
	case 0x93: // STACK_GLOBAL
		name, module := p.pop(), p.pop()
		m, _ := module.(string)
		n, _ := name.(string)
		p.global(m, n)
	case 'R': // REDUCE
		args, isTuple := p.pop().(tuple)
		g, callable := p.pop().(global)
		if !isTuple || !callable || g.call == nil {
			p.fail("calls what is no function")
			return
		}
		v, err := g.call(args)
		if err != nil {
			p.fail("%w", err)
		}
		p.push(v)
		if d, ok := v.(*dict); ok {
			for range d.entries {
				p.count() // one list may be made into many dicts
			}
		}
	case 'b': // BUILD: a state dict's own attributes, such as the versions of its layers
		p.pop()
		if _, ok := p.top().(*dict); !ok {
			p.fail("sets the attributes of what is no dict")
		}
	case 'Q': // BINPERSID
		p.storage()
	default:
		p.fail("has the pickle instruction %q (%#x), which PyTorch does not write for a dict of tensors", rune(op), op)
	}
}

// fail ends the pickle. The first failure counts, and all that follows from it
// is zero.
func (p *pickle) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

// take returns the next n bytes, valid until the next take; where there are not
// so many, the pickle fails and the bytes are zero.
func (p *pickle) take(n int) []byte {
	if len(p.window) < n && p.err == nil {
		if int64(n) > p.end-p.at {
			p.fail("ends in the middle of its list of tensors, or the list is too long: it is cut off or damaged")
		} else {
			p.window = make([]byte, min(max(n, 1<<16), int(p.end-p.at)))
			if got, err := p.r.ReadAt(p.window, p.at); got < len(p.window) {
				p.fail("cannot be read: %w", err)
			}
		}
	}
	if p.err != nil {
		return make([]byte, min(n, 8)) // as many as a number has
	}
	b := p.window[:n]
	p.window = p.window[n:]
	p.at += int64(n)
	return b
}

func (p *pickle) byte() byte { return p.take(1)[0] }

// line reads to the end of a line, as names of protocol 0 stand in a pickle.
func (p *pickle) line() string {
	var b strings.Builder
	for b.Len() < maxName {
		c := p.byte()
		if c == '\n' || p.err != nil {
			return b.String()
		}
		b.WriteByte(c)
	}
	p.fail("has a name of more than %d bytes: it is damaged", maxName)
	return ""
}

// text pushes a string of n bytes. Bytes and Python 2's strings come as text too.
func (p *pickle) text(n uint64) {
	if n > maxString {
		p.fail("has a text of %d bytes, more than the %d allowed: it is damaged or no dict of tensors", n, maxString)
		return
	}
	p.push(string(p.take(int(n))))
}

// integer is a number of any length, little-endian in two's complement.
func integer(b []byte) any {
	if len(b) > 8 {
		return long(b)
	}
	var n int64
	for i := len(b) - 1; i >= 0; i-- {
		n = n<<8 | int64(b[i])
	}
	unused := 64 - 8*len(b)
	return n << unused >> unused
}

func (p *pickle) count() {
	if p.values++; p.values > maxValues {
		p.fail("has more than %d values in its list of tensors: it is no dict of tensors", maxValues)
	}
}

func (p *pickle) push(v any) {
	p.count()
	p.stack = append(p.stack, v)
}

// floor is the height of the stack that must not be gone below.
func (p *pickle) floor() int {
	if len(p.marks) == 0 {
		return 0
	}
	return p.marks[len(p.marks)-1]
}

// popped takes n values off the stack; where there are fewer, the pickle fails
// and they are nil. They belong to the caller.
func (p *pickle) popped(n int) []any {
	values := make([]any, n)
	if len(p.stack)-p.floor() < n {
		p.fail("is damaged: its list of tensors takes more values than it has")
		return values
	}
	rest := len(p.stack) - n
	copy(values, p.stack[rest:])
	p.stack = p.stack[:rest]
	return values
}

func (p *pickle) pop() any { return p.popped(1)[0] }

func (p *pickle) top() any {
	v := p.pop()
	if p.err == nil {
		p.stack = append(p.stack, v)
	}
	return v
}

// marked takes all values above the last mark, and the mark, off the stack.
func (p *pickle) marked() []any {
	if len(p.marks) == 0 {
		p.fail("is damaged: its list of tensors lacks a mark")
		return nil
	}
	values := p.popped(len(p.stack) - p.floor())
	p.marks = p.marks[:len(p.marks)-1]
	return values
}

// extend appends to the list on top of the stack.
func (p *pickle) extend(values []any) {
	if l, ok := p.top().(*list); ok {
		l.items = append(l.items, values...)
	} else {
		p.fail("is damaged: it appends to what is no list")
	}
}

// set puts keys and values, in turn, into the dict on top of the stack.
func (p *pickle) set(pairs []any) {
	d, ok := p.top().(*dict)
	if !ok || len(pairs)%2 != 0 {
		p.fail("is damaged: it sets an item of what is no dict")
		return
	}
	for i := 0; i < len(pairs); i += 2 {
		d.entries = append(d.entries, entry{pairs[i], pairs[i+1]})
	}
}

func (p *pickle) put(key int) {
	p.count()
	p.memo[key] = p.top()
}

func (p *pickle) get(key int) {
	v, ok := p.memo[key]
	if !ok {
		p.fail("is damaged: it takes a value that it has not put away")
	}
	p.push(v)
}

// global pushes what a name stands for. A name that is not in the table ends the
// pickle here, where it is only named and not yet called.
func (p *pickle) global(module, name string) {
	if p.err != nil {
		return
	}
	g, ok := globals[module+"."+name]
	if !ok {
		p.fail("refers to %s, which a file of weights has no business with: nothing of it was run; "+
			"save the net's state_dict() alone, or take another file", say.Name(module+"."+name))
		return
	}
	p.push(g)
}

// storage pushes the storage whose persistent id is on the stack.
func (p *pickle) storage() {
	id, ok := p.pop().(tuple)
	if !ok || p.persistent == nil {
		p.fail("is damaged: it refers to numbers where there are none")
		return
	}
	s, err := p.persistent(id)
	if err != nil {
		p.fail("%w", err)
		return
	}
	p.push(s)
}
