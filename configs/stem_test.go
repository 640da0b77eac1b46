package configs

import "testing"

// deep_representation_one_class has the small stem for inputs of 32 and 64 pixels;
// here crops alone have it by default, so that whole pictures keep what they had.
func TestStem(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, StemImageNet},
		{[]string{"data.size=64"}, StemImageNet},
		{[]string{"data.crop=64"}, StemSmall},
		{[]string{"data.crop=32"}, StemSmall},
		{[]string{"data.crop=65"}, StemImageNet},
		{[]string{"data.crop=64", "net.stem=imagenet"}, StemImageNet},
		{[]string{"net.stem=small"}, StemSmall},
		{[]string{"data.crop=64", "net.name=wide_resnet50_2"}, StemSmall},
		{[]string{"data.crop=64", "net.name=efficientnet_b4"}, StemImageNet},
		{[]string{"data.crop=64", "net.name=efficientnet_lite0", "net.weights=imagenet"}, StemImageNet},
		{[]string{"data.crop=64", "net.stem=imagenet", "net.weights=imagenet"}, StemImageNet},
	} {
		got, err := Load("", c.args, nil)
		if err != nil {
			t.Errorf("%q: %v", c.args, err)
			continue
		}
		if stem := got.Network().Stem; stem != c.want {
			t.Errorf("%q: stem %s, want %s", c.args, stem, c.want)
		}
		if rest := got.Network(); rest.Name != got.Net.Name || got.Net.Stem == rest.Stem && len(c.args) == 0 {
			t.Errorf("%q: %+v is made of %+v", c.args, rest, got.Net)
		}
	}
}
