package metric

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

const tolerance = 1e-12

type fixture struct {
	Name      string
	Scores    []float64
	Anomalous []bool
	AUROC, AP float64
	F1        float64
	Threshold float64
	ROC       [][2]float64

	Thresholds []float64
}

func near(a, b float64) bool { return math.Abs(a-b) <= tolerance }

// testdata/metric.json was made by tools/golden/metric.py with scikit-learn.
func TestParityWithScikitLearn(t *testing.T) {
	text, err := os.ReadFile("testdata/metric.json")
	if err != nil {
		t.Fatal(err)
	}
	var fixtures []fixture
	if err := json.Unmarshal(text, &fixtures); err != nil {
		t.Fatal(err)
	}
	if len(fixtures) < 10 {
		t.Fatalf("only %d cases", len(fixtures))
	}
	for _, f := range fixtures {
		t.Run(f.Name, func(t *testing.T) {
			auroc, err := AUROC(f.Scores, f.Anomalous)
			if err != nil || !near(auroc, f.AUROC) {
				t.Errorf("AUROC is %v (%v), want %v", auroc, err, f.AUROC)
			}
			ap, err := AveragePrecision(f.Scores, f.Anomalous)
			if err != nil || !near(ap, f.AP) {
				t.Errorf("average precision is %v (%v), want %v", ap, err, f.AP)
			}
			best, err := BestF1(f.Scores, f.Anomalous)
			if err != nil || !near(best.F1, f.F1) || best.Threshold != f.Threshold {
				t.Errorf("best F1 is %v (%v), want %v at %v", best, err, f.F1, f.Threshold)
			}
			roc, err := ROC(f.Scores, f.Anomalous)
			if err != nil || len(roc) != len(f.ROC)+1 {
				t.Fatalf("ROC has %d points (%v), want %d", len(roc), err, len(f.ROC)+1)
			}
			if roc[0] != (Point{0, 0, math.Inf(1)}) {
				t.Errorf("ROC begins at %v", roc[0])
			}
			for i, w := range f.ROC {
				p := roc[i+1]
				if !near(p.FPR, w[0]) || !near(p.TPR, w[1]) || p.Threshold != f.Thresholds[i] {
					t.Fatalf("ROC point %d is %v, want %v at %v", i+1, p, w, f.Thresholds[i])
				}
			}
		})
	}
}

// By the definition: the share of (anomalous, normal) pairs in the right order,
// ties at half, counted one by one.
func TestAUROCIsTheShareOfOrderedPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		n := 2 + r.IntN(40)
		scores, anomalous := make([]float64, n), make([]bool, n)
		for i := range scores {
			scores[i], anomalous[i] = float64(r.IntN(6)), r.IntN(2) == 0
		}
		anomalous[0], anomalous[1] = true, false
		right, pairs := 0.0, 0.0
		for i := range scores {
			for j := range scores {
				if anomalous[i] && !anomalous[j] {
					pairs++
					if scores[i] > scores[j] {
						right++
					} else if scores[i] == scores[j] {
						right += 0.5
					}
				}
			}
		}
		if got, err := AUROC(scores, anomalous); err != nil || !near(got, right/pairs) {
			t.Fatalf("%v (%v), want %v for %v %v", got, err, right/pairs, scores, anomalous)
		}
	}
}

// all runs every metric on the same input and gives their errors.
func all(scores []float64, anomalous []bool) []error {
	_, e1 := AUROC(scores, anomalous)
	_, e2 := AveragePrecision(scores, anomalous)
	_, e3 := BestF1(scores, anomalous)
	_, e4 := ROC(scores, anomalous)
	return []error{e1, e2, e3, e4}
}

func TestOneClassIsNamed(t *testing.T) {
	for says, in := range map[string][]bool{"is anomalous": {false, false}, "is normal": {true, true}, "no picture": {}} {
		for _, err := range all(make([]float64, len(in)), in) {
			if !errors.Is(err, ErrOneClass) || !strings.Contains(err.Error(), says) {
				t.Errorf("labels %v give %v", in, err)
			}
		}
	}
}

func TestWrongInputIsNamed(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, err := range all([]float64{1, 2, bad}, []bool{true, false, true}) {
			if err == nil || errors.Is(err, ErrOneClass) || !strings.Contains(err.Error(), "score 2") {
				t.Errorf("a score %v gives %v", bad, err)
			}
		}
	}
	for _, err := range all([]float64{1, 2}, []bool{true}) {
		if err == nil || errors.Is(err, ErrOneClass) {
			t.Errorf("two scores for one label give %v", err)
		}
	}
}

func TestInputIsLeftAlone(t *testing.T) {
	scores, anomalous := []float64{3, 1, 2}, []bool{true, false, false}
	for _, err := range all(scores, anomalous) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if scores[0] != 3 || scores[1] != 1 || scores[2] != 2 {
		t.Errorf("the scores were reordered: %v", scores)
	}
}

func BenchmarkAUROC(b *testing.B) {
	const n = 1 << 20
	r := rand.New(rand.NewPCG(1, 2))
	scores, anomalous := make([]float64, n), make([]bool, n)
	for i := range scores {
		scores[i], anomalous[i] = r.Float64(), r.IntN(4) == 0
	}
	for b.Loop() {
		if _, err := AUROC(scores, anomalous); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds()/1e6, "Mscores/s")
}
