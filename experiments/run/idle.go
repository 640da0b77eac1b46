package run

import (
	"fmt"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
)

// ofAllMaps are the keys of localize that say how maps are measured, whatever they are
// made of.
var ofAllMaps = map[string]bool{"localize.resolution": true, "localize.fpr_limit": true, "localize.bins": true}

// idleKey says whether a key is of the other kind of model, so that c's scores do not
// depend on it.
func idleKey(c *configs.Config, key string) bool {
	if patch(c) {
		return key == "embed.levels" || strings.HasPrefix(key, "gradcam.")
	}
	return strings.HasPrefix(key, "localize.") && !ofAllMaps[key]
}

// idle is a sentence on keys that were changed and have no effect.
func idle(c *configs.Config) []string {
	var keys []string
	for _, s := range c.Changed(configs.Scoring) {
		if key, _, _ := strings.Cut(s, "="); idleKey(c, key) {
			keys = append(keys, s)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	of, other := "a model of whole pictures", "patch models (data.crop)"
	if patch(c) {
		of, other = "a patch model (data.crop)", "models of whole pictures"
	}
	return []string{fmt.Sprintf("%s changes nothing here: it is for %s, and this is %s", strings.Join(keys, " "), other, of)}
}
