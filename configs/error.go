package configs

// Error is a wrong configuration. Error() is one sentence; Key and Source say
// the same apart, for machine-readable output.
type Error struct {
	Key    string // the key at fault, "" when the mistake is not about one key
	Source string // file and line, environment variable or argument; "" for a check across keys
	Msg    string // one sentence

	cause error
}

// Error is "SOURCE: MESSAGE", or the message alone.
func (e *Error) Error() string {
	if e.Source == "" {
		return e.Msg
	}
	return e.Source + ": " + e.Msg
}

// Unwrap is the file system's or the YAML reader's error, if there was one.
func (e *Error) Unwrap() error { return e.cause }
