package configs

import (
	"fmt"
	"math"
	"strings"
)

// check holds the keys against each other; each of them is in its own range
// already. It returns an *Error or nil.
func (c *Config) check() error {
	if err := c.checkCrop(); err != nil {
		return err
	}
	a := &c.Augment
	spans := []struct {
		key      string
		min, max float64
	}{
		{"augment.area", a.Area.Min, a.Area.Max},
		{"augment.aspect", a.Aspect.Min, a.Aspect.Max},
		{"augment.scar.width", a.Scar.Width.Min, a.Scar.Width.Max},
		{"augment.scar.length", a.Scar.Length.Min, a.Scar.Length.Max},
	}
	for _, s := range spans {
		if s.min > s.max {
			return &Error{Key: s.key + ".min", Msg: fmt.Sprintf("%s.min is %s, which is more than %s.max, %s; lower the one or raise the other",
				s.key, yamlNumber(s.min), s.key, yamlNumber(s.max))}
		}
	}
	if a.Aspect.Sampling == "intervals" && (a.Aspect.Min > 1 || a.Aspect.Max < 1) {
		return &Error{Key: "augment.aspect.sampling", Msg: fmt.Sprintf("augment.aspect.sampling intervals draws from [min,1] or [1,max], so 1 must lie between augment.aspect.min, %s, and augment.aspect.max, %s; move them or choose log",
			yamlNumber(a.Aspect.Min), yamlNumber(a.Aspect.Max))}
	}
	if a.Scar.Sizes == "integer" {
		for _, s := range spans[2:] {
			if math.Ceil(s.min) > math.Floor(s.max) {
				return &Error{Key: s.key + ".min", Msg: fmt.Sprintf("no whole number lies between %s.min, %s, and %s.max, %s; widen the range or set augment.scar.sizes to real",
					s.key, yamlNumber(s.min), s.key, yamlNumber(s.max))}
			}
		}
	}
	if a.hasPatch() {
		if err := c.checkPatch(); err != nil {
			return err
		}
	}
	if a.hasScar() {
		if err := c.checkScar(); err != nil {
			return err
		}
	}
	if err := c.checkLocalize(); err != nil {
		return err
	}
	if err := c.checkStem(); err != nil {
		return err
	}
	if err := c.checkDevice(); err != nil {
		return err
	}
	if err := c.checkLog(); err != nil {
		return err
	}
	if c.Optim.Nesterov && c.Optim.Momentum == 0 {
		return &Error{Key: "optim.nesterov", Msg: "optim.nesterov needs an optim.momentum above 0; set one or turn it off"}
	}
	return nil
}

// hasPatch reports whether the variant has the large patch.
func (a *Augment) hasPatch() bool {
	return a.Variant != "scar" && a.Variant != "scar_cutout" && a.Variant != "rotation"
}

// hasScar reports whether the variant has scars.
func (a *Augment) hasScar() bool {
	return a.Variant == "scar" || a.Variant == "scar_cutout" || a.Variant == "union" || a.Variant == "3way"
}

// turns is how far the large patch is turned at most, in degrees. Those of cutout
// and confetti, which are not pasted, are not.
func (a *Augment) turns() float64 {
	if a.Variant == "cutout" || a.Variant == "confetti" {
		return 0
	}
	return a.Rotate
}

// checkDevice refuses what no device can do together.
func (c *Config) checkDevice() error {
	if c.Augment.On == "device" && c.Data.DeviceCache == "off" {
		return &Error{Key: "augment.on", Msg: "augment.on device needs the pictures' bytes on the device, which data.device_cache off forbids; set one of them to auto"}
	}
	if c.Augment.On == "cpu" && c.Data.DeviceCache == "on" {
		return &Error{Key: "data.device_cache", Msg: "data.device_cache on keeps pictures on the device for nothing while augment.on is cpu; set one of them to auto"}
	}
	if c.Train.Graph == "on" && c.Device == "cpu" {
		return &Error{Key: "train.graph", Msg: "train.graph on needs a CUDA device, and device is cpu; set train.graph to auto or choose a device"}
	}
	return nil
}

// checkLog refuses an address that a name or a password may stand in, without
// repeating it: config.yaml would keep it.
func (c *Config) checkLog() error {
	if strings.Contains(c.Log.MLflow, "@") {
		return &Error{Key: "log.mlflow", Msg: "log.mlflow has an @ in it, and who may log in must not stand in an address, which is written to files; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, in the environment"}
	}
	return nil
}

// checkPatch makes sure that the most extreme patches are at least a pixel thin
// and fit into what they are pasted into, the picture or its crop. A patch of area
// share s and aspect r is sqrt(s*r) of that wide and sqrt(s/r) high.
func (c *Config) checkPatch() error {
	a, size, key := &c.Augment, float64(c.Data.Input()), c.Data.inputKey()
	how := ""
	if a.turns() > 0 {
		how = fmt.Sprintf(", turned by up to %s degrees,", yamlNumber(a.turns()))
	}
	for _, aspect := range []float64{a.Aspect.Min, a.Aspect.Max} {
		w, h := size*math.Sqrt(a.Area.Max*aspect), size*math.Sqrt(a.Area.Max/aspect)
		if most := turned(w, h, a.turns()); most > size*(1+1e-9) {
			return &Error{Key: "augment.area.max", Msg: fmt.Sprintf("a patch of augment.area.max %s and aspect %s%s is %.0f pixels wide or high and does not fit into %s %d; lower augment.area.max or narrow augment.aspect",
				yamlNumber(a.Area.Max), yamlNumber(aspect), how, math.Ceil(most), key, c.Data.Input())}
		}
		if w, h := size*math.Sqrt(a.Area.Min*aspect), size*math.Sqrt(a.Area.Min/aspect); min(w, h) < 1 {
			return &Error{Key: "augment.area.min", Msg: fmt.Sprintf("a patch of augment.area.min %s and aspect %s is thinner than a pixel at %s %d; raise augment.area.min or narrow augment.aspect",
				yamlNumber(a.Area.Min), yamlNumber(aspect), key, c.Data.Input())}
		}
	}
	return nil
}

// checkScar makes sure that the largest scar fits: rotated, with a pixel to spare
// for its antialiased rim, or as it is when only that is held inside.
func (c *Config) checkScar() error {
	s := &c.Augment.Scar
	needs, how := max(s.Width.Max, s.Length.Max), ""
	if s.Bounds == "rotated" {
		needs = turned(s.Width.Max, s.Length.Max, s.Angle) + 1
		how = fmt.Sprintf(", turned by up to %s degrees,", yamlNumber(s.Angle))
	}
	if needs > float64(c.Data.Input()) {
		key := c.Data.inputKey()
		return &Error{Key: "augment.scar.length.max", Msg: fmt.Sprintf("a scar of augment.scar.width.max %s and augment.scar.length.max %s pixels%s needs %.0f pixels and does not fit into %s %d; make scars smaller or raise %s",
			yamlNumber(s.Width.Max), yamlNumber(s.Length.Max), how, math.Ceil(needs), key, c.Data.Input(), key)}
	}
	return nil
}

// turned is the longest side that the bounding box of a w x h rectangle takes on
// over all rotations from 0 to the given angle in degrees: the largest of
// a cos t + b sin t, whose peak is the diagonal.
func turned(w, h, degrees float64) float64 {
	limit := min(degrees, 90) * math.Pi / 180
	side := func(a, b float64) float64 {
		t := min(math.Atan2(b, a), limit)
		return a*math.Cos(t) + b*math.Sin(t)
	}
	return max(side(w, h), side(h, w))
}
