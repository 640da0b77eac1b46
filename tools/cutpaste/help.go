package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// help is the page of a verb. Text is wrapped by hand to 79 columns.
type help struct {
	about    string // what the verb does, in paragraphs
	files    string // what it reads and writes
	examples string // commands, a line each
	status   []exit
}

// exit is a line of EXIT STATUS.
type exit struct {
	code int
	says string
}

// What a verb's exit status can say in the usual words.
var (
	done        = exit{exitDone, "done"}
	failed      = exit{exitFailed, "failed at run time"}
	wrong       = exit{exitWrong, "the command or the configuration is wrong; nothing was started"}
	interrupted = exit{exitInterrupted, "interrupted"}
)

const pageWidth = 79

// Names of a command's annotations, which printHelp reads.
const (
	filesNote  = "files"
	statusNote = "status"
)

// document gives a command its page.
func document(cmd *cobra.Command, h help) {
	cmd.Long = strings.Trim(h.about, "\n")
	cmd.Example = strings.Trim(h.examples, "\n")
	var status strings.Builder
	for _, e := range h.status {
		fmt.Fprintf(&status, "  %-4d %s\n", e.code, e.says)
	}
	cmd.Annotations = map[string]string{
		filesNote:  strings.Trim(h.files, "\n"),
		statusNote: strings.TrimSuffix(status.String(), "\n"),
	}
	cmd.DisableFlagsInUseLine = true
}

// printHelp writes a command's page, in the order in which a page of the manual
// has it.
func printHelp(cmd *cobra.Command, _ []string) {
	// A full disk is noticed where the program ends.
	out := cmd.OutOrStdout()
	cmd.InitDefaultHelpFlag() // cobra adds it late
	cmd.InitDefaultVersionFlag()
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	fmt.Fprintln(out, strings.TrimSpace(about))

	usage := cmd.UseLine()
	if cmd.HasAvailableSubCommands() {
		usage = cmd.CommandPath() + " VERB ..."
		if cmd.RunE != nil { // it does something of its own
			usage = cmd.CommandPath() + " [VERB ...]"
		}
	}
	section(out, "USAGE", "  "+usage)
	section(out, "VERBS", verbList(cmd))
	section(out, "FILES", cmd.Annotations[filesNote])
	section(out, "EXAMPLES", cmd.Example)
	common := cmd.Root().PersistentFlags()
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	own.SortFlags = false
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if common.Lookup(f.Name) == nil {
			own.AddFlag(f)
		}
	})
	section(out, "FLAGS", flagList(own))
	section(out, "FLAGS OF EVERY VERB", flagList(common))
	section(out, "EXIT STATUS", cmd.Annotations[statusNote])
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(out, "\n\"%s VERB --help\" says more about one of them.\n", cmd.CommandPath())
	}
}

func section(out io.Writer, title, text string) {
	if text != "" {
		fmt.Fprintf(out, "\n%s\n%s\n", title, text)
	}
}

func verbList(cmd *cobra.Command) string {
	var b strings.Builder
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			b.WriteString(wrap(sub.Short, pageWidth, fmt.Sprintf("  %-12s ", sub.Name()), strings.Repeat(" ", 15)))
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// flagList has a flag a line, with its default where that says something.
func flagList(flags *pflag.FlagSet) string {
	var names, texts []string
	wide := 0
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, text := "      --"+f.Name, f.Usage
		if f.Name == "help" {
			text = "print this page"
		}
		if f.Shorthand != "" {
			name = "  -" + f.Shorthand + ", --" + f.Name
		}
		if f.Value.Type() != "bool" {
			var value string
			value, text = pflag.UnquoteUsage(f)
			name += " " + value
			if f.DefValue != "[]" && f.DefValue != "" {
				text += " (default " + f.DefValue + ")"
			}
		}
		names, texts = append(names, name), append(texts, text)
		wide = max(wide, len(name))
	})
	var b strings.Builder
	for i, name := range names {
		b.WriteString(wrap(texts[i], pageWidth, fmt.Sprintf("%-*s   ", wide, name), strings.Repeat(" ", wide+3)))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// helpCommand is `cutpaste help VERB`, for those who write it that way.
func helpCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "help [VERB ...]",
		Short: "Print the help of a verb",
		RunE: func(cmd *cobra.Command, args []string) error {
			of, rest, err := cmd.Root().Find(args)
			if err != nil {
				return usagef("%v", err)
			}
			if len(rest) > 0 && of.HasSubCommands() {
				return unknownVerb(of, rest[0])
			}
			return of.Help()
		},
	}
	document(cmd, help{
		about:    `Print the help of a verb, as VERB --help does.`,
		examples: `  cutpaste help config keys`,
		status:   []exit{done, wrong},
	})
	return cmd
}

// documentCompletion puts pages to the verbs that cobra has for shells.
func documentCompletion(root *cobra.Command) {
	completion, _, err := root.Find([]string{"completion"})
	if err != nil || completion == root {
		return
	}
	completion.Short = "Print a script that completes verbs and keys in your shell"
	document(completion, help{
		about: `
Print a script for your shell that completes verbs, flags, keys and their values
when you press Tab.`,
		examples: `
  source <(cutpaste completion bash)
  cutpaste completion fish | source`,
		status: []exit{done, wrong},
	})
	for _, shell := range completion.Commands() {
		shell.Short = "For " + shell.Name()
		shell.Args = arguments(0, 0)
		shell.DisableFlagsInUseLine = true
	}
}

// group is a command that only holds verbs.
func group(use, short string, h help, verbs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.ArbitraryArgs, // checkVerb has seen them
		Run:   func(cmd *cobra.Command, _ []string) { cmd.Help() },
	}
	document(cmd, h)
	cmd.AddCommand(verbs...)
	return cmd
}
