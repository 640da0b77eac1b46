package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/experiments/run"
	"github.com/cutpaste/cutpaste/nets/torch"
)

// verbs are the commands below cutpaste, in the order in which help lists them.
func (a *app) verbs() []*cobra.Command {
	return []*cobra.Command{
		a.trainCommand(),
		a.experimentCommand(),
		a.evaluateCommand(),
		a.picturesCommand(),
		a.predictCommand(),
		a.tableCommand(),
		a.augmentCommand(),
		a.netsCommand(),
		a.weightsCommand(),
		a.dataCommand(),
		a.configCommand(),
		a.doctorCommand(),
	}
}

// run carries out one command line and returns the exit status.
func (a *app) run(ctx context.Context, args []string) (code int) {
	defer func() {
		if p := recover(); p != nil {
			// Go's own status for a panic is 2, which here says that nothing was started.
			fmt.Fprintf(a.stderr, "cutpaste: this is a mistake in the program, please report it: %v\n\n%s", p, debug.Stack())
			code = exitFailed
		}
	}()
	root := a.root()
	err := a.checkVerb(root, args)
	if err == nil {
		root.SetArgs(args)
		err = root.ExecuteContext(ctx)
	}
	if err == nil {
		err = a.stdout.err
	}
	return a.report(err, args)
}

// root is the tree of all commands.
func (a *app) root() *cobra.Command {
	cobra.EnableCommandSorting = false // in help, the way of the work
	root := &cobra.Command{
		Use:     "cutpaste",
		Short:   "Train anomaly detectors on normal pictures, and measure them",
		Version: version(),
		Args:    cobra.ArbitraryArgs, // checkVerb has seen them
		Run:     func(cmd *cobra.Command, _ []string) { cmd.Help() },

		SilenceErrors: true, // report prints them
		SilenceUsage:  true,

		PersistentPreRun: func(*cobra.Command, []string) {
			if a.quiet {
				a.progress.Quiet()
			}
		},
	}
	document(root, help{
		about: `
CutPaste learns what normal pictures look like from normal pictures alone: a
network learns to tell them from copies in which a patch was cut out and pasted
elsewhere, and what is far from the normal ones afterwards is anomalous
(arXiv:2104.04015). Pictures lie in folders as MVTec AD has them:

  ROOT/CATEGORY/train/good/*.png                 normal, to learn from
  ROOT/CATEGORY/test/good/*.png                  normal, to test with
  ROOT/CATEGORY/test/DEFECT/*.png                anomalous
  ROOT/CATEGORY/ground_truth/DEFECT/*_mask.png   where, if that is known

What is done is configured by keys such as train.steps. Later ones win:
defaults, a YAML file, the environment (CUTPASTE_TRAIN_STEPS=100), and
train.steps=100 on the command line. "cutpaste config keys" lists them all.`,
		examples: `
  cutpaste data check mvtec bottle
  cutpaste train configs/paper.yaml data.root=mvtec data.category=bottle
  cutpaste predict runs/paper/3way/bottle/seed-0 new.png
  cutpaste table runs`,
		status: []exit{
			{exitDone, "done"},
			{exitFailed, "failed at run time"},
			{exitWrong, "the command or the configuration is wrong; nothing was started"},
			{exitSome, "some jobs of many failed, the others are done"},
			{exitInterrupted, "interrupted by Ctrl-C or SIGTERM; what can be saved is saved"},
		},
	})
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print the result, or the error, as one JSON object on the last line")
	root.PersistentFlags().BoolVar(&a.quiet, "quiet", false, "no progress and no notes on standard error, only errors")
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetHelpFunc(printHelp)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(helpCommand())
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.AddCommand(a.verbs()...)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	documentCompletion(root)
	return root
}

// version is the program's version and that of what it stands on.
func version() string {
	return fmt.Sprintf("cutpaste %s (libtorch %s, %s %s/%s)", run.Version(), torch.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
