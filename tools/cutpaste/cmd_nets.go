package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/nets"
)

func (a *app) netsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "nets [NAME ...]",
		Short: "List the backbones: their size, their cost, their levels",
		RunE: func(_ *cobra.Command, args []string) error {
			names := args
			if len(names) == 0 {
				names = nets.Names()
			}
			for _, name := range names {
				if !slices.Contains(nets.Names(), name) {
					return unknownNet(name)
				}
			}
			return a.nets(names)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nets.Names(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	document(cmd, help{
		about: `
List the backbones that net.name can be, without their ImageNet classifier: the
numbers that are trained, in millions; billions of multiply-adds of the
convolutions for one picture of 224 and of 256 pixels; how many numbers the
pooled embedding has; and the channels of each level, whose features
embed.levels can ask for. ResNets are those of He et al. 2016 and Zagoruyko and
Komodakis 2016 with torchvision's names, layer1 to layer4. EfficientNets are
those of Tan and Le 2019, B0 to B7 with torchvision's names and the lite ones
with those of efficientnet_lite_pytorch; their levels are counted as by Rippel,
Mertens and Merhof 2020: the stem is level1, the stages are level2 to level8,
the head is level9. With --json everything is there unrounded, dropout and
stochastic depth too.`,
		files: `
  reads   nothing
  writes  nothing but standard output`,
		examples: `
  cutpaste nets
  cutpaste nets efficientnet_b4 --json`,
		status: []exit{done, wrong},
	})
	return cmd
}

func unknownNet(name string) error {
	if near := configs.Similar(name, nets.Names()); near != "" {
		return usagef("there is no net %q; did you mean %s?", name, near)
	}
	return usagef("there is no net %q; there are %s", name, strings.Join(nets.Names(), ", "))
}

// listed is a backbone for machines.
type listed struct {
	nets.Info
	At224 int `json:"multiply_adds_224"`
	At256 int `json:"multiply_adds_256"`
}

func (a *app) nets(names []string) error {
	var list []listed
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "name\tparameters\tat 224\tat 256\tembedding\tlevels")
	for _, name := range names {
		i, err := nets.Describe(configs.Net{Name: name})
		if err != nil {
			return err
		}
		l := listed{i, i.MultiplyAdds(224), i.MultiplyAdds(256)}
		list = append(list, l)
		fmt.Fprintf(w, "%s\t%.2f M\t%.2f G\t%.2f G\t%d\t%s\n", name, float64(i.Parameters)/1e6, float64(l.At224)/1e9, float64(l.At256)/1e9, i.Dimension, levels(i.Levels))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return a.result(list, text.String())
}

// levels are the first and the last name and every level's channels.
func levels(of []nets.Level) string {
	channels := make([]string, len(of))
	for i, l := range of {
		channels[i] = fmt.Sprint(l.Channels)
	}
	return fmt.Sprintf("%s-%c: %s", of[0].Name, of[len(of)-1].Name[5], strings.Join(channels, " "))
}
