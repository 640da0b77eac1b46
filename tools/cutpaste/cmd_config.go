package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/cutpaste/cutpaste/configs"
)

func (a *app) configCommand() *cobra.Command {
	return group("config", "Print a configuration, or explain its keys", help{
		about: `
Look at configurations. They are read in four layers, of which later ones win:
the defaults, which are the paper's; a YAML file, which states only what differs
from them; the environment, such as CUTPASTE_TRAIN_STEPS=100 for train.steps;
and arguments such as train.steps=100.`,
		examples: `
  cutpaste config keys
  cutpaste config print configs/demo.yaml train.steps=512`,
		status: []exit{done, failed, wrong},
	}, a.configPrintCommand(), a.configKeysCommand())
}

func (a *app) configPrintCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "print [CONFIG] [key=value ...]",
		Short:             "Print the configuration that a command would run with",
		ValidArgsFunction: completeConfig,
		RunE: func(cmd *cobra.Command, args []string) error {
			file := ""
			if len(args) > 0 && !isOverride(args[0]) {
				file, args = args[0], args[1:]
			}
			c, err := configs.Load(file, args, a.environ)
			if err != nil {
				return err
			}
			return a.printConfig(c)
		},
	}
	document(cmd, help{
		about: `
Print the configuration that a command with the same arguments would run with:
every key, resolved, as YAML. Without CONFIG it is the defaults and what the
environment and the arguments make of them. The output can be used as a CONFIG.
With --json it is an object of the same shape.`,
		files: `
  reads   CONFIG, a YAML file
  writes  nothing but standard output`,
		examples: `
  cutpaste config print
  cutpaste config print configs/demo.yaml
  cutpaste config print configs/demo.yaml train.steps=512 > mine.yaml
  CUTPASTE_DATA_ROOT=mvtec cutpaste config print configs/paper.yaml`,
		status: []exit{done, failed, {exitWrong, "the command or the configuration is wrong"}},
	})
	return cmd
}

func (a *app) printConfig(c *configs.Config) error {
	text := c.YAML()
	var object map[string]any
	if err := yaml.Unmarshal(text, &object); err != nil {
		return fmt.Errorf("the configuration cannot be read back: %w", err)
	}
	return a.result(object, string(text))
}

func (a *app) configKeysCommand() *cobra.Command {
	markdown := false
	cmd := &cobra.Command{
		Use:               "keys [KEY | SECTION ...]",
		Short:             "Explain every key: type, default, range, source",
		ValidArgsFunction: completeKeyNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			keys, err := selectKeys(args)
			if err != nil {
				return err
			}
			text := keysAsText(keys, a.columns())
			if markdown {
				text = keysAsMarkdown(keys)
			}
			return a.result(keyObjects(keys), text)
		},
	}
	document(cmd, help{
		about: `
Explain the keys of a configuration: what each does, its type and default, what
values it takes, whom the default is owed to, and what a change of it affects:

  training   the trained weights; a run belongs to one value
  scoring    how stored embeddings become scores; "evaluate" can change it
  nothing    where or how fast a run goes, or what it writes down

KEY or SECTION (train, augment.scar) leaves out all others. The environment
variable of a key is CUTPASTE_ and its name in capitals with _ for every dot:
CUTPASTE_TRAIN_STEPS for train.steps.`,
		examples: `
  cutpaste config keys | less
  cutpaste config keys train optim.lr
  cutpaste config keys --markdown > KEYS.md
  cutpaste config keys --json`,
		status: []exit{done, failed, {exitWrong, "the command is wrong, or there is no such key"}},
	})
	cmd.Flags().BoolVar(&markdown, "markdown", false, "print a Markdown table")
	return cmd
}

// selectKeys are the named keys and those of the named sections, or all.
func selectKeys(names []string) ([]configs.Key, error) {
	keys := configs.Keys()
	if len(names) == 0 {
		return keys, nil
	}
	var known []string
	for _, k := range keys {
		known = append(known, k.Name)
		for name := k.Name; strings.Contains(name, "."); {
			name = name[:strings.LastIndex(name, ".")]
			known = append(known, name)
		}
	}
	wanted := map[string]bool{}
	for _, name := range names {
		found := false
		for _, k := range keys {
			if k.Name == name || strings.HasPrefix(k.Name, name+".") {
				wanted[k.Name], found = true, true
			}
		}
		if !found {
			if near := configs.Similar(name, known); near != "" {
				return nil, usagef("there is no key or section %q; did you mean %s?", name, near)
			}
			return nil, usagef("there is no key or section %q; cutpaste config keys lists them all", name)
		}
	}
	var selected []configs.Key
	for _, k := range keys {
		if wanted[k.Name] {
			selected = append(selected, k)
		}
	}
	return selected, nil
}

// completeKeyNames offers keys that are not there yet.
func completeKeyNames(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var offers []cobra.Completion
	for _, k := range configs.Keys() {
		if strings.HasPrefix(k.Name, word) {
			offers = append(offers, cobra.CompletionWithDesc(k.Name, k.Help))
		}
	}
	return offers, cobra.ShellCompDirectiveNoFileComp
}

func keysAsText(keys []configs.Key, columns int) string {
	var b strings.Builder
	for i, k := range keys {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s\n", k.Name)
		b.WriteString(wrap(k.Help, columns, "  ", "  "))
		for _, row := range [][2]string{
			{"type", k.Type}, {"default", k.Default}, {"range", k.Range}, {"source", k.Source}, {"affects", k.Affects.String()},
		} {
			if row[1] != "" {
				b.WriteString(wrap(row[1], columns, fmt.Sprintf("    %-9s", row[0]), strings.Repeat(" ", 13)))
			}
		}
	}
	return b.String()
}

func keysAsMarkdown(keys []configs.Key) string {
	cell := strings.NewReplacer("|", `\|`, "<", "&lt;")
	var b strings.Builder
	b.WriteString("| key | type | default | range | what it does | source | affects |\n|---|---|---|---|---|---|---|\n")
	for _, k := range keys {
		fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s | %s | %s | %s |\n",
			k.Name, k.Type, k.Default, cell.Replace(k.Range), cell.Replace(k.Help), cell.Replace(k.Source), k.Affects)
	}
	return b.String()
}

// keyObject is a key for machines.
type keyObject struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Default string `json:"default"`
	Range   string `json:"range,omitempty"`
	Help    string `json:"help"`
	Source  string `json:"source"`
	Affects string `json:"affects"`
}

func keyObjects(keys []configs.Key) any {
	objects := make([]keyObject, len(keys))
	for i, k := range keys {
		objects[i] = keyObject{k.Name, k.Type, k.Default, k.Range, k.Help, k.Source, k.Affects.String()}
	}
	return map[string]any{"keys": objects}
}
