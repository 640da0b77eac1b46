package track

import "sync"

// mostQueued is how many items wait at most: with the default interval of the log,
// and ten updates a second, those of six hours. They take about a megabyte.
const mostQueued = 4096

// item is one thing to be sent.
type item struct {
	metrics []sample
	curve   bool   // metrics over updates, of which the server may have some already
	file    string // path of a file to be sent as name
	name    string
	state   string // the run's end
}

// size is how many things the item counts for where it is lost.
func (it item) size() int {
	if it.file != "" || it.state != "" {
		return 1
	}
	return len(it.metrics)
}

// queue holds items in their order. Pushing never waits: where there is no room,
// the oldest part of a curve gives way.
type queue struct {
	mu     sync.Mutex
	items  []item
	pushed chan struct{} // has one element after a push
}

// push adds an item and says how much gave way to it.
func (q *queue) push(it item) (lost int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) >= mostQueued {
		i := 0
		for i < len(q.items) && !q.items[i].curve {
			i++
		}
		if i == len(q.items) {
			return it.size()
		}
		lost = q.items[i].size()
		q.items = append(q.items[:i], q.items[i+1:]...)
	}
	q.items = append(q.items, it)
	select {
	case q.pushed <- struct{}{}:
	default: // one that nobody has taken note of yet is there
	}
	return lost
}

// pop takes the first item, and of a curve as much as goes into one request.
func (q *queue) pop() (it item, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return item{}, false
	}
	it, q.items = q.items[0], q.items[1:]
	for it.curve && len(q.items) > 0 && q.items[0].curve && len(it.metrics)+len(q.items[0].metrics) <= mostMetrics {
		it.metrics = append(it.metrics, q.items[0].metrics...)
		q.items = q.items[1:]
	}
	return it, true
}

// clear drops everything and says how much that was.
func (q *queue) clear() (lost int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, it := range q.items {
		lost += it.size()
	}
	q.items = nil
	return lost
}
