package configs

// Affects says what changes when a key changes.
type Affects uint8

const (
	// Nothing: the key changes where or how fast a run happens, or what it
	// writes down, but not what the run is. Such a key may change on resuming.
	Nothing Affects = iota
	// Scoring: the key changes how stored embeddings become scores, not the
	// trained weights; a finished run can be evaluated again with another value.
	Scoring
	// Training: the key changes the trained weights. It goes into Hash.
	Training
)

// String gives training, scoring or nothing.
func (a Affects) String() string {
	switch a {
	case Training:
		return "training"
	case Scoring:
		return "scoring"
	}
	return "nothing"
}
