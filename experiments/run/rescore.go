package run

import (
	"fmt"
	"os"
	"time"

	"github.com/cutpaste/cutpaste/configs"
)

// rescore scores what the run in dir has stored, level by level, into the folder to,
// which gets the configuration too. If the scores cannot be had, nothing is changed.
// The result is the first level's, with the others' in it.
func rescore(s *stored, dir, to string, c *configs.Config, masks *truth, began time.Time) (*Result, error) {
	start, err := startOf(dir, c)
	if err != nil {
		return nil, err
	}
	results, rows, err := s.score(dir, c)
	if err != nil {
		return nil, fmt.Errorf("category %s, %w", c.Data.Category, err)
	}
	results[0].Notes = append(results[0].Notes, idle(c)...)
	if err := results[0].localized(s.maps, c, masks); err != nil {
		return nil, fmt.Errorf("category %s, maps: %w", c.Data.Category, err)
	}
	if err := os.MkdirAll(to, 0o777); err != nil {
		return nil, err
	}
	if err := write(to, configFile, c.YAML()); err != nil {
		return nil, err
	}
	if err := dropOtherLevels(to, c); err != nil {
		return nil, err
	}
	for i, r := range results {
		folder := levelFolder(to, c, i)
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return nil, err
		}
		r.Start, r.Run, r.Seconds = start, folder, time.Since(began).Seconds()
		if err := r.save(folder, rows[i]); err != nil {
			return nil, err
		}
	}
	results[0].Levels = results[1:]
	return results[0], nil
}

// truth is the masks of the run's test pictures. dir is the run's.
func (s *stored) truth(dir string, c *configs.Config) (*truth, error) {
	if s.maps == nil {
		return &truth{why: s.noMaps}, nil
	}
	m, err := readMeta(dir)
	if err != nil {
		return nil, err
	}
	fingerprint := ""
	if m != nil {
		fingerprint = m.Fingerprint
	}
	return findTruth(c, s.maps.Test, fingerprint), nil
}

// score scores the test pictures: by the features of every level, or by maps.
func (s *stored) score(dir string, c *configs.Config) ([]*Result, []*scores, error) {
	if s.embeddings == nil {
		r, rows, err := scoreMaps(s.maps, c)
		if err != nil {
			return nil, nil, fmt.Errorf("maps of windows: %w", err)
		}
		return []*Result{r}, []*scores{rows}, nil
	}
	levels, err := s.embeddings.pick(c.Embed.Levels, dir)
	if err != nil {
		return nil, nil, err
	}
	results, rows := make([]*Result, len(levels)), make([]*scores, len(levels))
	for i, f := range levels {
		if results[i], rows[i], err = score(s.embeddings, f, c); err != nil {
			return nil, nil, fmt.Errorf("features of %s: %w", f.Level, err)
		}
	}
	return results, rows, nil
}
