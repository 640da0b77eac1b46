package run

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/data/augment"
	"github.com/cutpaste/cutpaste/nets"
)

// LevelsFolder is the folder in a run's that holds the scores of the further
// levels of embed.levels, each in a folder of its name.
const LevelsFolder = "levels"

// checkLevels refuses levels that the configured net lacks, and a class that it is
// not taught.
func checkLevels(c *configs.Config) error {
	for _, level := range c.Embed.Levels {
		if nets.Dimension(c.Net, level) == 0 {
			return &configs.Error{Key: "embed.levels", Msg: fmt.Sprintf("embed.levels has %s, which %s lacks; it has pool, %s",
				level, c.Net.Name, strings.Join(nets.Levels(c.Net.Name), ", "))}
		}
	}
	_, err := nets.NewCAM(c.Net, c.GradCAM, augment.Classes(c.Augment.Variant))
	return err
}

// withStored is these levels and, after them, those of the embeddings that the run
// in dir has: a command for a further level loses none of them.
func withStored(levels []string, dir string) []string {
	stored, err := loadEmbeddings(dir)
	if err != nil {
		return levels // there are none that can be read
	}
	all := slices.Clone(levels)
	for _, level := range stored.names() {
		if !slices.Contains(all, level) {
			all = append(all, level)
		}
	}
	return all
}

// levelFolder is where the scores of the level number i of embed.levels go.
func levelFolder(to string, c *configs.Config, i int) string {
	if i == 0 {
		return to
	}
	return filepath.Join(to, LevelsFolder, c.Embed.Levels[i])
}

// dropOtherLevels removes the scores of levels that are not listed any more: they
// are of an earlier scoring.
func dropOtherLevels(to string, c *configs.Config) error {
	there, err := os.ReadDir(filepath.Join(to, LevelsFolder))
	if err != nil {
		return nil // there are none
	}
	for _, d := range there {
		if slices.Contains(c.Embed.Levels[1:], d.Name()) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(to, LevelsFolder, d.Name())); err != nil {
			return err
		}
	}
	return nil
}
