package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cutpaste/cutpaste/configs/say"
	"github.com/cutpaste/cutpaste/nets/weights"
)

func (a *app) weightsInspectCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "inspect FILE",
		Short:             "List the tensors in a file of weights",
		Args:              arguments(1, 1),
		ValidArgsFunction: completeWeights,
		RunE:              func(_ *cobra.Command, args []string) error { return a.inspectWeights(args[0]) },
	}
	document(cmd, help{
		about: `
List the names, types and shapes of the tensors in a file of weights: PyTorch's
.pth and .pt in the zip and the legacy format, or safetensors; the content tells
which. Nothing in the file is run. The types are named as in safetensors: F32
is float32, BF16 bfloat16, I64 int64.`,
		files: `
  reads   FILE`,
		examples: `
  cutpaste weights inspect resnet18-f37072fd.pth
  cutpaste weights inspect model.safetensors --json | jq '.tensors[].name'`,
		status: []exit{done, {exitFailed, "the file cannot be read, is damaged or holds no weights"}, wrong},
	})
	return cmd
}

// inspected is a file of weights for machines.
type inspected struct {
	File    string            `json:"file"`
	Format  string            `json:"format"`
	SHA256  string            `json:"sha256"`
	Net     string            `json:"imagenet,omitempty"` // whose official weights it is
	Notes   []string          `json:"notes,omitempty"`
	Values  int               `json:"values"`
	Tensors []inspectedTensor `json:"tensors"`
}

type inspectedTensor struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Shape  []int  `json:"shape"`
	Values int    `json:"values"`
}

func (a *app) inspectWeights(path string) error {
	f, err := weights.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	i := inspected{File: path, Format: f.Format, Notes: f.Notes, Tensors: []inspectedTensor{}}
	if i.SHA256, err = f.SHA256(); err != nil {
		return err
	}
	for _, p := range weights.ImageNet() {
		if strings.HasPrefix(i.SHA256, p.SHA256) {
			i.Net = p.Net
		}
	}
	for _, t := range f.Tensors {
		i.Tensors = append(i.Tensors, inspectedTensor{t.Name, t.DType, append([]int{}, t.Shape...), t.Len()})
		i.Values += t.Len()
	}
	return a.result(i, i.text())
}

// text is the list for people.
func (i *inspected) text() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, t := range i.Tensors {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\n", say.Name(t.Name), t.Type, dimensions(t.Shape), t.Values)
	}
	_ = w.Flush() // to memory
	fmt.Fprintf(&b, "\n%s: %s, %s, %s (%s)\nSHA-256 %s", i.File, i.Format, plural(len(i.Tensors), "tensor"), plural(i.Values, "value"), i.types(), i.SHA256)
	if i.Net != "" {
		fmt.Fprintf(&b, ", the official ImageNet weights of %s", i.Net)
	}
	b.WriteByte('\n')
	for _, note := range i.Notes {
		fmt.Fprintln(&b, note)
	}
	return b.String()
}

// types counts the values of each type, in the order of the file.
func (i *inspected) types() string {
	var names []string
	values := map[string]int{}
	for _, t := range i.Tensors {
		if !slices.Contains(names, t.Type) {
			names = append(names, t.Type)
		}
		values[t.Type] += t.Values
	}
	for n, name := range names {
		names[n] = fmt.Sprintf("%d %s", values[name], name)
	}
	return strings.Join(names, ", ")
}

// dimensions is a shape as 64x3x7x7; a single number is "scalar".
func dimensions(shape []int) string {
	if len(shape) == 0 {
		return "scalar"
	}
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, "x")
}
