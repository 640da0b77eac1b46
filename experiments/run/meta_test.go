package run

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/cutpaste/cutpaste/configs"
	"github.com/cutpaste/cutpaste/trainer"
)

// What amp=auto and channels_last=auto came to stands in meta.json with what was
// measured, and the run keeps to it: when it goes on, and when it predicts.
func TestCalibrationIsRecordedAndKept(t *testing.T) {
	c := with(drawn(t), func(c *configs.Config) { c.ChannelsLast, c.Train.Steps = "auto", 3 })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if _, err := Train(ctx, c, quiet{onUpdate: func(int) { cancel() }}); !errors.Is(err, trainer.ErrInterrupted) {
		t.Fatalf("interrupted: %v", err)
	}
	m, err := readMeta(Folder(c))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Calibration) < 2 {
		t.Fatalf("meta.json has the measurements %+v", m.Calibration)
	}
	found := false
	for _, v := range m.Calibration {
		found = found || v.Amp == m.Amp && v.ChannelsLast == m.ChannelsLast && v.OneDNN == m.OneDNN
	}
	if !found {
		t.Errorf("%+v is none of what was measured, %+v", m.Numerics, m.Calibration)
	}

	// As if another layout had been measured faster.
	m.ChannelsLast = !m.ChannelsLast
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := write(Folder(c), metaFile, b); err != nil {
		t.Fatal(err)
	}
	r := train(t, c)
	after, err := readMeta(r.Run)
	if err != nil {
		t.Fatal(err)
	}
	if after.Numerics != m.Numerics || !reflect.DeepEqual(after.Calibration, m.Calibration) {
		t.Errorf("resumed with %+v of %+v, was begun with %+v of %+v", after.Numerics, after.Calibration, m.Numerics, m.Calibration)
	}
	p, err := OpenPredictor(r.Run, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Free()
	if p.numerics != m.Numerics {
		t.Errorf("predicts with %+v, trained with %+v", p.numerics, m.Numerics)
	}
	if after.Seconds["embeddings"] <= 0 || after.Seconds["calibrate"] != m.Seconds["calibrate"] {
		t.Errorf("seconds %v", after.Seconds)
	}
}

func TestAControlHasNothingToMeasure(t *testing.T) {
	r := train(t, with(drawn(t), func(c *configs.Config) { c.ChannelsLast, c.Train.Steps = "auto", 0 }))
	if m, err := readMeta(r.Run); err != nil || m.Calibration != nil || m.Seconds["calibrate"] != 0 {
		t.Errorf("how to update fastest was measured: %+v, %v", m, err)
	}
}

func TestDamagedMeta(t *testing.T) {
	dir := t.TempDir()
	if m, err := readMeta(dir); m != nil || err != nil {
		t.Errorf("nothing is %+v, %v", m, err)
	}
	if err := write(dir, metaFile, []byte("{")); err != nil {
		t.Fatal(err)
	}
	if _, err := readMeta(dir); err == nil || !strings.Contains(err.Error(), metaFile) {
		t.Error("a damaged meta.json was read")
	}
}
