package main

import (
	"strings"
	"testing"
)

// ResNet-18 at 224 px has 1.814 thousand million multiply-adds, 118 million of
// them in the first convolution (fvcore's and torchvision's count is 1.81 with
// its classifier, 512x1000, in place of our head).
func TestForwardMACs(t *testing.T) {
	stem, rest := forwardMACs(224)
	if stem != 118013952 {
		t.Errorf("first convolution: %d", stem)
	}
	head := 512*512 + 512*128 + 128*3
	if got := stem + rest - head + 512*1000; got != 1814073344 {
		t.Errorf("torchvision's ResNet-18: %d", got)
	}
	if got, want := updateMACs(224), 3*(stem+rest)-stem; got != want {
		t.Errorf("an update: %d, want %d", got, want)
	}
}

func TestOperatorTable(t *testing.T) {
	o := &operators{Updates: 2, Seconds: 1, Times: []operatorTime{
		{"aten::convolution_backward", 40, 0.5, 0.5},
		{"aten::convolution", 40, 0.25, 0.5},
		{"aten::relu_", 34, 0.125, 0.125},
	}}
	if got := o.outside(); got != 0.125 {
		t.Errorf("outside of operators: %g", got)
	}
	if got, want := o.largest(1), "convolution_backward 50 %; outside of operators 12 %"; got != want {
		t.Errorf("the largest: %q, want %q", got, want)
	}
	want := `operator                                      calls    self ms   total ms      %
convolution_backward                             20    250.000    250.000   50.0
2 others                                               187.500    187.500   37.5
in no operator                                          62.500     62.500   12.5
all                                                    500.000    500.000  100.0
`
	if got := o.table(1); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if all := o.table(0); strings.Contains(all, "others") || !strings.Contains(all, "relu_") {
		t.Errorf("the whole table is\n%s", all)
	}
}
