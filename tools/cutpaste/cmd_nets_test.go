package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestNets(t *testing.T) {
	all := cli("nets")
	for _, line := range []string{
		"resnet18            11.18 M     1.81 G   2.37 G   512        layer1-4: 64 128 256 512",
		"efficientnet_b4     17.55 M     1.50 G   1.96 G   1792       level1-9: 48 24 32 56 112 160 272 448 1792",
	} {
		if !strings.Contains(all.stdout, line+"\n") {
			t.Errorf("%s\nis not in\n%s", line, all.stdout)
		}
	}
	var list []listed
	one := cli("nets", "efficientnet_b4", "--json")
	if err := json.Unmarshal([]byte(one.stdout), &list); err != nil || len(list) != 1 || list[0].Levels[6].Channels != 272 || list[0].At224 != 1501918432 {
		t.Errorf("%v in %s", err, one.stdout)
	}
	for name, want := range map[string]string{
		"resnet19": `there is no net "resnet19"; did you mean resnet18?`,
		"foo":      `there is no net "foo"; there are efficientnet_b0, efficientnet_b1, `,
	} {
		if r := cli("nets", name); r.code != exitWrong || !strings.Contains(r.stderr, want) || strings.Contains(r.stderr, "net.name") {
			t.Errorf("%+v", r)
		}
	}
}
