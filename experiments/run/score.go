package run

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/experiments/gde"
	"github.com/cutpaste/cutpaste/experiments/metric"
)

// Result is what a run found: result.json. AUROCs and shares are 0 to 1.
type Result struct {
	Category string `json:"category"`
	Variant  string `json:"variant"`
	Seed     uint64 `json:"seed"`
	Steps    int    `json:"steps"`
	Size     int    `json:"size"`

	Start
	Features string `json:"features"` // what was scored: pool, the embedding, or a level; windows of the patch model

	// Settings are the other keys that are not at their defaults and that the
	// scores depend on, such as "net.head=[]". Scores are comparable where these
	// and the fields above are the same.
	Settings []string `json:"settings,omitempty"`

	TrainNormal   int `json:"train_normal"`
	TestNormal    int `json:"test_normal"`
	TestAnomalous int `json:"test_anomalous"`

	// ImageAUROC is null where a class is missing among the test pictures.
	ImageAUROC *float64 `json:"image_auroc"`
	// UntrainedAUROC is the same for the net before its first update: the
	// control without which ImageAUROC says little.
	UntrainedAUROC   *float64 `json:"untrained_image_auroc"`
	AveragePrecision *float64 `json:"average_precision"`
	// OracleF1 is the best F1 over all thresholds. It looks at test labels.
	OracleF1 *Oracle `json:"oracle_f1"`
	Localized

	// Threshold is chosen from normal training pictures alone.
	Threshold Threshold `json:"threshold"`

	Covariance string  `json:"covariance"`
	Shrinkage  float64 `json:"shrinkage"`

	Notes   []string `json:"notes,omitempty"`
	Run     string   `json:"run"`
	Seconds float64  `json:"seconds"`

	// Levels are the results of the further levels of embed.levels. Each has a
	// result.json of its own, so the run's has none of them.
	Levels []*Result `json:"levels,omitempty"`
}

// Oracle is the best F1 that any threshold reaches, known only with the labels.
type Oracle struct {
	F1        float64 `json:"f1"`
	Threshold float64 `json:"threshold"`
}

// Threshold is the quantile of held-out normal scores above which a picture is
// called anomalous, and what that does to the test pictures.
type Threshold struct {
	Value            float64 `json:"value"`
	Quantile         float64 `json:"quantile"`
	FlaggedNormal    float64 `json:"flagged_normal"`    // share of normal test pictures above it
	FlaggedAnomalous float64 `json:"flagged_anomalous"` // share of anomalous test pictures above it
}

// scored is a test picture with its scores.
type scored struct {
	Picture
	Score, Untrained float64
}

// scores are those of one level's features, or of maps.
type scores struct {
	test []scored
	// held are the normal training pictures', each in a Gaussian that was fitted to
	// others. held[i] is that of train[i].
	train []Picture
	held  []float64
}

func densityOptions(d configs.Density) gde.Options {
	return gde.Options{Covariance: d.Covariance, Ridge: d.Ridge, Normalize: d.Normalize}
}

// score fits the configured density to one level's normal training features and
// scores the test pictures. A metric that is undefined is left out of the
// result with a note; the scores are there all the same.
func score(e *embeddings, f features, c *configs.Config) (*Result, *scores, error) {
	trained, g, err := distances(e, f.Dim, f.Trained, c)
	if err != nil {
		return nil, nil, err
	}
	untrained := trained
	if !control(c) {
		if untrained, _, err = distances(e, f.Dim, f.Untrained, c); err != nil {
			return nil, nil, fmt.Errorf("the untrained control: %w", err)
		}
	}
	held, err := heldOut(f, c)
	if err != nil {
		return nil, nil, err
	}
	r := newResult(c, f.Level, len(e.Train), g.Shrinkage)
	rows, err := r.judge(e.Test, trained, untrained, gde.Quantile(held, c.Density.Quantile))
	return r, &scores{rows, e.Train, held}, err
}

// scoreMaps scores the test pictures of the patch model by their maps.
func scoreMaps(g *grids, c *configs.Config) (*Result, *scores, error) {
	m := newMapper(c, g.Height, g.Width)
	trained, err := m.scores(g, g.Trained, g.Test, c)
	if err != nil {
		return nil, nil, err
	}
	untrained, err := m.scores(g, g.Untrained, g.Test, c)
	if err != nil {
		return nil, nil, fmt.Errorf("the untrained control: %w", err)
	}
	held, err := m.heldOut(g, c)
	if err != nil {
		return nil, nil, err
	}
	r := newResult(c, OfWindows, len(g.Train), g.Shrinkage)
	rows, err := r.judge(g.Test, trained, untrained, gde.Quantile(held, c.Density.Quantile))
	return r, &scores{rows, g.Train, held}, err
}

func newResult(c *configs.Config, features string, train int, shrinkage float64) *Result {
	return &Result{
		Category: c.Data.Category, Variant: c.Augment.Variant, Seed: c.Seed,
		Steps: c.Train.Steps, Size: c.Data.Size, Features: features,
		Settings: settings(c), TrainNormal: train, Covariance: c.Density.Covariance, Shrinkage: shrinkage,
		Threshold: Threshold{Quantile: c.Density.Quantile},
	}
}

// judge measures by the scores of the test pictures, and by the threshold.
func (r *Result) judge(test []Picture, trained, untrained []float64, threshold float64) ([]scored, error) {
	rows := make([]scored, len(test))
	anomalous := make([]bool, len(test))
	for i, p := range test {
		rows[i] = scored{p, trained[i], untrained[i]}
		anomalous[i] = p.Anomalous
		if p.Anomalous {
			r.TestAnomalous++
		} else {
			r.TestNormal++
		}
	}
	r.decide(threshold, rows)
	return rows, r.rank(trained, untrained, anomalous)
}

// control says whether the run is a control itself: without an update, its
// features are those of the net as it starts.
func control(c *configs.Config) bool { return c.Train.Steps == 0 }

// distances fits a Gaussian to one net's normal embeddings: the Mahalanobis
// distances of the test pictures, and the Gaussian.
func distances(e *embeddings, dim int, m matrices, c *configs.Config) ([]float64, *gde.Gaussian, error) {
	g, err := gde.Fit(m.Train, len(e.Train), dim, densityOptions(c.Density))
	if err != nil {
		return nil, nil, err
	}
	d, err := gde.Mahalanobis(g, m.Test, len(e.Test))
	return d, g, err
}

func (r *Result) rank(trained, untrained []float64, anomalous []bool) error {
	auroc, err := metric.AUROC(trained, anomalous)
	if errors.Is(err, metric.ErrOneClass) {
		r.Notes = append(r.Notes, fmt.Sprintf("image AUROC, average precision and F1 are left out: %v; the scores are kept", err))
		return nil
	}
	if err != nil {
		return err
	}
	control, err := metric.AUROC(untrained, anomalous)
	if err != nil {
		return err
	}
	precision, err := metric.AveragePrecision(trained, anomalous)
	if err != nil {
		return err
	}
	best, err := metric.BestF1(trained, anomalous)
	if err != nil {
		return err
	}
	r.ImageAUROC, r.UntrainedAUROC, r.AveragePrecision = &auroc, &control, &precision
	r.OracleF1 = &Oracle{best.F1, best.Threshold}
	return nil
}

// decide counts what the threshold does.
func (r *Result) decide(threshold float64, rows []scored) {
	normal, anomalous := 0, 0
	for _, row := range rows {
		switch {
		case row.Score <= threshold:
		case row.Anomalous:
			anomalous++
		default:
			normal++
		}
	}
	r.Threshold.Value = threshold
	// Without pictures of a kind, none is flagged.
	r.Threshold.FlaggedNormal = float64(normal) / float64(max(1, r.TestNormal))
	r.Threshold.FlaggedAnomalous = float64(anomalous) / float64(max(1, r.TestAnomalous))
}

// heldOut are the scores of the normal training pictures, as if they were new.
func heldOut(f features, c *configs.Config) ([]float64, error) {
	normal := f.Trained.Train
	return gde.HeldOut(normal, len(normal)/f.Dim, f.Dim, densityOptions(c.Density), c.Density.Folds, c.Seed)
}

// settings are Result.Settings: without the keys that have fields of their own,
// where the pictures lie, and what only the threshold depends on.
func settings(c *configs.Config) []string {
	return slices.DeleteFunc(c.Changed(configs.Training, configs.Scoring), func(s string) bool {
		key, _, _ := strings.Cut(s, "=")
		switch key {
		case "seed", "data.root", "data.category", "data.size", "augment.variant", "net.weights", "train.steps",
			"embed.levels", "density.covariance", "density.quantile", "density.folds":
			return true
		case "density.ridge":
			return c.Density.Covariance != "ridge"
		}
		return idleKey(c, key)
	})
}

// save writes scores.csv, normal_scores.csv and result.json into dir.
func (r *Result) save(dir string, s *scores) error {
	test := [][]string{{"path", "defect", "anomalous", "score", "flagged", "untrained_score"}}
	for _, row := range s.test {
		test = append(test, []string{
			row.Path, row.Defect, strconv.FormatBool(row.Anomalous), float(row.Score),
			strconv.FormatBool(row.Score > r.Threshold.Value), float(row.Untrained),
		})
	}
	normal := [][]string{{"path", "score"}}
	for i, p := range s.train {
		normal = append(normal, []string{p.Path, float(s.held[i])})
	}
	for name, rows := range map[string][][]string{scoresFile: test, normalFile: normal} {
		var b bytes.Buffer
		if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
			return err
		}
		if err := write(dir, name, b.Bytes()); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return write(dir, resultFile, append(text, '\n'))
}

func float(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
