package run

// Progress shows a person how far the parts of a run are. Task starts a part;
// its Set is called with what is done and what is worth saying about it, its
// Done at the end.
type Progress interface {
	Task(label string, total int, unit string) Task
	// Note says a sentence that is neither result nor error.
	Note(sentence string)
}

// Task is one part of the work.
type Task interface {
	Set(done int, detail string)
	Done()
}
