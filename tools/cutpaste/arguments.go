package main

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/configs"
)

// arguments checks how many arguments a verb gets; their names are those after
// the verb's own in its Use line. There is no upper limit if most is below 0.
func arguments(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least {
			return usagef("%s is missing; write %s", strings.Fields(cmd.Use)[1+len(args)], cmd.UseLine())
		}
		if most >= 0 && len(args) > most {
			return usagef("%q is one argument too many; write %s", args[most], cmd.UseLine())
		}
		return nil
	}
}

// splitOverrides parts arguments into those of the form key=value and the
// others. A key without its value is one of the first, so that the mistake is
// named. A file that exists is one of the others, whatever its name.
func splitOverrides(args []string) (others, overrides []string) {
	for _, arg := range args {
		if isOverride(arg) {
			overrides = append(overrides, arg)
		} else {
			others = append(others, arg)
		}
	}
	return others, overrides
}

func isOverride(arg string) bool {
	if !strings.Contains(arg, "=") && !isKey(arg) {
		return false
	}
	_, err := os.Lstat(arg)
	return err != nil
}

// config reads the arguments CONFIG [key=value ...].
func (a *app) config(cmd *cobra.Command, args []string) (*configs.Config, error) {
	if isOverride(args[0]) {
		return nil, usagef("the configuration file must stand before %s; write for example %s configs/demo.yaml %s",
			args[0], cmd.CommandPath(), strings.Join(args, " "))
	}
	return configs.Load(args[0], args[1:], a.environ)
}

// isKey says whether a configuration key has this name.
func isKey(name string) bool {
	return slices.ContainsFunc(configs.Keys(), func(k configs.Key) bool { return k.Name == name })
}

// completeConfig offers the shell what may come next of CONFIG [key=value ...].
func completeConfig(cmd *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return []cobra.Completion{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
	}
	return completeKeys(cmd, args, word)
}

// completeKeys offers keys, and the words that a begun key=value can end in.
func completeKeys(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	name, _, begun := strings.Cut(word, "=")
	var offers []cobra.Completion
	for _, k := range configs.Keys() {
		if !begun && strings.HasPrefix(k.Name, word) {
			offers = append(offers, cobra.CompletionWithDesc(k.Name+"=", k.Help))
		}
		if begun && k.Name == name {
			for _, value := range words(k) {
				offers = append(offers, name+"="+value)
			}
		}
	}
	if begun {
		return offers, cobra.ShellCompDirectiveDefault // the value may be a file
	}
	return offers, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// words are all values of a key that has but a few.
func words(k configs.Key) []string {
	if k.Type == "boolean" {
		return []string{"true", "false"}
	}
	if list, ok := strings.CutPrefix(k.Range, "one of "); ok {
		return strings.Split(list, ", ")
	}
	return nil
}
