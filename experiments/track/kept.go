package track

import (
	"encoding/json"
	"os"

	"github.com/cutpaste/cutpaste/trainer/wholefile"
)

// kept is what [Options].File holds: which run of the server this one is.
type kept struct {
	Server     string `json:"server"`
	Experiment string `json:"experiment"`
	Run        string `json:"run_id"`
}

// readKept is the id of the run of this server and experiment that a file names, ""
// where it names none: the run was not sent there before.
func readKept(path, server, experiment string) string {
	b, err := os.ReadFile(path)
	var k kept
	if err != nil || json.Unmarshal(b, &k) != nil || k.Server != server || k.Experiment != experiment {
		return ""
	}
	return k.Run
}

func (k kept) write(path string) error {
	b, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	return wholefile.Write(path, append(b, '\n'))
}
