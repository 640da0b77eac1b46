package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/nets/weights"
)

func (a *app) weightsConvertCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "convert FILE OUT.safetensors",
		Short:             "Write the tensors of a file of weights as safetensors",
		Args:              arguments(2, 2),
		ValidArgsFunction: completeWeights,
		RunE: func(_ *cobra.Command, args []string) error {
			if filepath.Ext(args[1]) != ".safetensors" {
				return usagef("%s must end in .safetensors", args[1])
			}
			return a.convertWeights(args[0], args[1])
		},
	}
	document(cmd, help{
		about: `
Write all tensors of a file of weights, under the same names and in the same
types, to a safetensors file, with the name of FILE and its SHA-256 in the
metadata. Of a training's checkpoint those of the network are taken. A file that
is there already is replaced, once the new one is whole.`,
		files: `
  reads   FILE
  writes  OUT.safetensors`,
		examples: `
  cutpaste weights convert resnet18-f37072fd.pth resnet18.safetensors`,
		status: []exit{done, {exitFailed, "FILE cannot be used, or OUT cannot be written"}, wrong},
	})
	return cmd
}

func (a *app) convertWeights(from, to string) error {
	f, err := weights.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	sum, err := f.WriteSafetensors(to)
	if err != nil {
		return err
	}
	for _, note := range f.Notes {
		a.progress.Note(note)
	}
	return a.result(map[string]any{"file": to, "tensors": len(f.Tensors), "source": from, "source_sha256": sum, "notes": f.Notes},
		fmt.Sprintf("%s: %s of %s\n", to, plural(len(f.Tensors), "tensor"), from))
}
