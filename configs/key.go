package configs

// Affects says what changes when a key changes.
type Affects uint8

const (
	// Nothing: the key changes where or how fast a run happens, or what it
	// writes down, but not what the run is. Such a key may change on resuming.
	Nothing Affects = iota
	// Scoring: the key changes which stored embeddings become scores, and how, or
	// what maps of a trained net are, not the trained weights; a finished run can be
	// evaluated again with another value.
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

// Key describes one setting for help texts and listings.
type Key struct {
	Name    string // dotted, such as train.steps
	Type    string // text, integer, number, boolean, list of integers, list of numbers, list of words, list of groups
	Default string // as YAML has it
	Range   string // in words; "" when every value of the type is fine
	Help    string
	Source  string // whom the default is owed to
	Affects Affects
}

// Keys lists every setting in the order in which YAML prints them.
func Keys() []Key {
	keys := make([]Key, len(schema))
	for i, f := range schema {
		keys[i] = Key{Name: f.name, Type: f.typeName(), Default: f.format(f.def), Help: f.help, Source: f.source, Affects: f.affects}
		if f.limit != nil {
			keys[i].Range = f.limit.text()
		}
	}
	return keys
}
