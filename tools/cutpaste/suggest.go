package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cutpaste/cutpaste/configs"
)

// checkVerb finds an unknown verb before anything else on the line is looked
// at, and names the nearest that exists.
func (a *app) checkVerb(root *cobra.Command, args []string) error {
	if len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd) {
		return nil // the shell asks, through verbs that cobra adds for it later
	}
	cmd, rest, err := root.Find(args)
	if err != nil {
		return usagef("%v", err)
	}
	if !cmd.HasSubCommands() {
		return nil
	}
	for _, arg := range rest {
		if !strings.HasPrefix(arg, "-") {
			return unknownVerb(cmd, arg)
		}
	}
	return nil
}

func unknownVerb(cmd *cobra.Command, name string) error {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	if near := configs.Similar(name, names); near != "" {
		return usagef("%s has no verb %q; did you mean %s?", cmd.CommandPath(), name, near)
	}
	return usagef("%s has no verb %q; it has %s", cmd.CommandPath(), name, strings.Join(names, ", "))
}

// flagError says in a sentence what the flag library says in its own words.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var value *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown)
	case errors.As(err, &value):
		return usagef("--%s must be %s, not %q", value.GetFlag().Name, describeType(value.GetFlag()), value.GetValue())
	case errors.As(err, &missing):
		return usagef("--%s needs a value, %s", missing.GetFlag().Name, describeType(missing.GetFlag()))
	}
	return usagef("%v; %s --help lists the flags", err, cmd.CommandPath())
}

func unknownFlag(cmd *cobra.Command, err *pflag.NotExistError) error {
	name := "--" + err.GetSpecifiedName()
	if short := err.GetSpecifiedShortnames(); short != "" {
		name = "-" + short
	}
	if isKey(err.GetSpecifiedName()) {
		return usagef("%s is a key, not a flag; write %s=VALUE, without dashes", name, err.GetSpecifiedName())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	})
	if near := configs.Similar(name, names); near != "" {
		return usagef("%s has no flag %s; did you mean %s?", cmd.CommandPath(), name, near)
	}
	return usagef("%s has no flag %s; it has %s", cmd.CommandPath(), name, strings.Join(names, ", "))
}

func describeType(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "true or false"
	case "int", "uint64":
		return "a whole number"
	}
	return fmt.Sprintf("a value such as %q", f.DefValue)
}
