package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image"
	"image/jpeg"
	_ "image/png" // contact sheets

	"golang.org/x/image/draw"

	"github.com/cutpaste/cutpaste/experiments/metric"
	"github.com/cutpaste/cutpaste/experiments/pictures"
	"github.com/cutpaste/cutpaste/experiments/results"
	"github.com/cutpaste/cutpaste/experiments/run"
)

// points of a curve: a plot shows no more.
const points = 100

// plots are the training curves of runs, their ROC curves, and the first one's scores.
func plots(dir, name string, runs []results.Row) string {
	var losses, accuracies []pictures.Curve
	var roc []pictures.ROCCurve
	text := ""
	for i, r := range runs {
		folder := folderOf(dir, r)
		if curves, err := run.Curves(run.Of(folder)); err == nil && len(curves.Rows) > 0 {
			loss, accuracy := pictures.Curve{Name: "loss"}, pictures.Curve{Name: "accuracy"}
			every := max(1, len(curves.Rows)/points)
			for k := 0; k < len(curves.Rows); k += every {
				row := curves.Rows[k]
				loss.X, loss.Y = append(loss.X, row[0]), append(loss.Y, row[1])
				accuracy.X, accuracy.Y = append(accuracy.X, row[0]), append(accuracy.Y, row[2])
			}
			losses, accuracies = append(losses, loss), append(accuracies, accuracy)
		}
		scores, err := run.ReadScores(folder)
		if err != nil {
			continue
		}
		var anomalous []bool
		var normal, abnormal []float64
		for k, p := range scores.Test {
			anomalous = append(anomalous, p.Anomalous)
			if p.Anomalous {
				abnormal = append(abnormal, scores.Score[k])
			} else {
				normal = append(normal, scores.Score[k])
			}
		}
		if curve, err := metric.ROC(scores.Score, anomalous); err == nil {
			auroc, _ := metric.AUROC(scores.Score, anomalous) // defined where the curve is
			roc = append(roc, pictures.ROCCurve{Name: fmt.Sprintf("seed %d", seedOf(r, i)), AUROC: auroc, Points: curve})
		}
		if i == 0 {
			var threshold *float64
			if result, err := run.ReadResultAlone(folder); err == nil {
				threshold = &result.Threshold.Value
			}
			if p, err := pictures.Histogram("scores of test pictures, first seed", normal, abnormal, threshold); err == nil {
				text += inline(p, "histogram of the scores of "+name)
			}
		}
	}
	if len(roc) > 0 {
		if p, err := pictures.ROC("ROC of test pictures", roc); err == nil {
			text = inline(p, "ROC curves of "+name) + text
		}
	}
	if len(losses) > 0 {
		if p, err := pictures.Curves("training", "updates", "loss and accuracy", append(losses, accuracies...)); err == nil {
			text = inline(p, "training curves of "+name) + text
		}
	}
	return text
}

// seedOf is a run's seed; the rows of an ensemble's runs have none of their own, but
// their order.
func seedOf(r results.Row, i int) uint64 {
	if r.Seed == 0 {
		return uint64(i)
	}
	return r.Seed
}

// inline is a plot in the page, or nothing where it cannot be drawn.
func inline(p *pictures.Plot, alt string) string {
	svg, err := p.Inline(alt)
	if err != nil {
		return ""
	}
	return svg + "\n"
}

// widest is how many pixels a picture in the page has in width at most.
const widest = 1200

// dataPicture is a picture in the page itself, as JPEG, in which photographs are small.
func dataPicture(file []byte, alt string) string {
	img, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return ""
	}
	if size := img.Bounds().Size(); size.X > widest {
		small := image.NewRGBA(image.Rect(0, 0, widest, size.Y*widest/size.X))
		draw.CatmullRom.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
		img = small
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 85}); err != nil {
		return ""
	}
	return fmt.Sprintf("<img alt=\"%s\" src=\"data:image/jpeg;base64,%s\">\n", html.EscapeString(alt), base64.StdEncoding.EncodeToString(b.Bytes()))
}
