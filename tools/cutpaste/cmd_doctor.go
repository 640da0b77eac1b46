package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/tools/cutpaste/doctor"
)

func (a *app) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor [key=value ...]",
		Short: "Say what this machine offers to training, and what is missing",
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := configs.Load("", args, a.environ)
			if err != nil {
				return err
			}
			return a.doctor(c)
		},
		ValidArgsFunction: completeKeys,
	}
	document(cmd, help{
		about: `
Say what was found on this machine: which libtorch and gotorch library are in
use and whether they compute, CUDA or why there is none, cores, threads and the
instructions that matter, memory, and where the caches and runs lie and how much
room they have. A note works, but with less than there could be; what is missing
keeps training from working. Keys such as device=cuda or out=FOLDER are looked
at as training would.

If the program does not even start, because a shared library cannot be found,
its libraries have moved: run make build.`,
		files: `
  reads   the system's description of itself; the folders of data.cache and out
  writes  nothing but standard output`,
		examples: `
  cutpaste doctor
  cutpaste doctor device=cuda
  cutpaste doctor --json`,
		status: []exit{
			{exitDone, "nothing is missing"},
			{exitFailed, "something that is needed is missing"},
			wrong,
		},
	})
	return cmd
}

func (a *app) doctor(c *configs.Config) error {
	found := doctor.Examine(c, version())
	missing := 0
	var text strings.Builder
	for _, f := range found {
		if f.State == doctor.Missing {
			missing++
		}
		says := f.Text
		if f.Next != "" {
			says += "; try: " + f.Next
		}
		text.WriteString(wrap(says, a.columns(), fmt.Sprintf("%-8s %-15s ", f.State, f.Name), strings.Repeat(" ", 25)))
	}
	text.WriteByte('\n')
	verdict := "Nothing that is needed is missing.\n"
	if missing > 0 {
		verdict = fmt.Sprintf("Training cannot work: %s to be put right.\n", plural(missing, "thing"))
	}
	text.WriteString(verdict)
	if err := a.result(map[string]any{"ok": missing == 0, "findings": found}, text.String()); err != nil {
		return err
	}
	if missing > 0 {
		return &exitError{code: exitFailed} // the findings have said what
	}
	return nil
}
