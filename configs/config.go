// Package configs holds every setting of a training run: its default, its
// range, where the default comes from, and how YAML files, environment
// variables and key=value arguments change it.
//
// A setting is called by a dotted key, such as train.steps. The table in
// schema.go is the only place where a key, its default and its range are
// written down; everything else (reading, checking, printing, hashing, help)
// walks that table. The defaults are the ones of the paper: Li, Sohn, Yoon and
// Pfister, "CutPaste: Self-Supervised Learning for Anomaly Detection and
// Localization", CVPR 2021 (arXiv:2104.04015v1), or, where the paper is silent,
// of the code its authors say they follow and of the known reimplementations.
// Key.Source says which.
//
// Four layers are laid over each other, later ones winning:
//
//	defaults < YAML file < environment (CUTPASTE_TRAIN_STEPS=100) < train.steps=100
//
// A file states only what differs from the defaults. A mistake in any layer (an
// unknown key, a wrong type, a value out of range) is an *Error with one
// sentence that names the file, the variable or the argument it came from, even
// when a later layer would have replaced the value.
package configs

// UpdatesPerEpoch is the paper's epoch: 256 weight updates, not a pass over the
// pictures (A.3, footnote 5). Everything here counts updates; the paper's 256
// epochs are 65,536 of them.
const UpdatesPerEpoch = 256

// ImageNet is the value of net.weights for the official weights of a net.
const ImageNet = "imagenet"

// Config is one fully resolved set of settings. Make it with Default, Load or
// Parse; the comments name the keys, and Keys gives their ranges and sources.
type Config struct {
	Name          string // name: first folder under Out; by default the base name of the YAML file
	Label         string // label: second folder; Method settles it
	Seed          uint64 // seed: every random choice is a function of it
	Device        string // device: auto, cpu, cuda or cuda:N
	Amp           string // amp: auto, off, bf16 or fp16
	ChannelsLast  string // channels_last: auto, on or off
	TF32          bool   // tf32: float32 on CUDA only
	Threads       int    // threads: 0 is all cores
	JobsPerDevice int    // jobs_per_device: models trained at once on one device
	Out           string // out: root folder of runs

	Data    Data
	Augment Augment
	Net     Net
	Train   Train
	Optim   Optim
	Embed   Embed
	Density Density

	Localize Localize
	GradCAM  GradCAM

	Log Log
}

// Data says which pictures are read and how they become numbers.
type Data struct {
	Root        string    // data.root: folder that holds categories of MVTec AD's layout
	Category    string    // data.category: a folder of Root
	Size        int       // data.size: pictures are resized to Size x Size pixels
	Crop        int       // data.crop: training takes Crop x Crop pixels out of them, 0 is all
	Workers     int       // data.workers: goroutines that decode and augment, 0 is all cores
	Cache       string    // data.cache: auto (the user's cache folder), off, or a folder
	DeviceCache string    // data.device_cache: auto, on or off
	MaxPixels   int       // data.max_pixels: larger files are refused before they are decoded
	Mean, Std   []float64 // data.mean, data.std: one number a channel, R G B, of pictures scaled to 0..1
}

// Augment says what is done to a training picture.
type Augment struct {
	Variant     string  // augment.variant: cutpaste, scar, union, 3way, rotation, cutout or confetti
	On          string  // augment.on: auto, cpu or device
	Views       string  // augment.views: shared or independent
	Translate   float64 // augment.translate: largest shift as a share of the size
	Jitter      Jitter  // augment.jitter.*: colour jitter of the whole picture
	Area        Span    // augment.area.*: area of the large patch as a share of the picture or crop
	Aspect      Aspect  // augment.aspect.*: width over height of the large patch
	PatchJitter Jitter  // augment.patch_jitter.*: colour jitter of patch and scar before pasting
	Rotate      float64 // augment.rotate: largest rotation of the large patch in degrees, 0 is never
	Scar        Scar    // augment.scar.*
	Cutout      Cutout  // augment.cutout.*
}

// Jitter is the strength of a colour jitter as torchvision's ColorJitter takes
// it: factors are drawn from 1-v to 1+v, hue is shifted by up to v turns.
type Jitter struct {
	Brightness, Contrast, Saturation, Hue float64
}

// Span is a closed interval, Min <= Max.
type Span struct {
	Min, Max float64
}

// Aspect is a range of aspect ratios and the way of drawing from it: log,
// intervals or uniform.
type Aspect struct {
	Min, Max float64
	Sampling string
}

// Scar describes the thin rotated patch: Width and Length in pixels, Angle the
// largest rotation in degrees to either side.
type Scar struct {
	Width, Length Span
	Angle         float64
	Sizes         string // augment.scar.sizes: real or integer
	Bounds        string // augment.scar.bounds: rotated or unrotated
}

// Cutout describes what takes a patch's place.
type Cutout struct {
	Fill string // augment.cutout.fill: grey, mean or random
}

// Net describes the network that is trained.
type Net struct {
	Name      string // net.name: the backbone
	Weights   string // net.weights: "" is from scratch, ImageNet, or a file
	Stem      string // net.stem: auto, StemImageNet or StemSmall; Network settles auto
	Head      []int  // net.head: widths of the projection head's layers; none puts the classifier on the features
	HeadFinal string // net.head_final: bn_relu or plain

	Dropout         string // net.dropout: auto or a chance
	StochasticDepth string // net.stochastic_depth: auto or a chance
}

// Train is the schedule in weight updates.
type Train struct {
	Steps           int     // train.steps: updates
	Phases          []Phase // train.phases: what is trained when; none is all of it throughout
	Batch           int     // train.batch: source pictures an update; views multiply it
	LogEvery        int     // train.log_every: updates
	CheckpointEvery int     // train.checkpoint_every: updates
	Prefetch        int     // train.prefetch: batches made ahead
	Deterministic   bool    // train.deterministic
	Graph           string  // train.graph: auto, on or off
}

// Optim is stochastic gradient descent and its learning-rate schedule.
type Optim struct {
	Lr, Momentum, WeightDecay float64
	Schedule                  string // optim.schedule: cosine or constant
	Cycle                     string // optim.cycle: phase or training, what a half cosine spans
	Nesterov                  bool
}

// Embed says how a picture's embedding is computed.
type Embed struct {
	Amp    string   // embed.amp: off or bf16
	Levels []string // embed.levels: whose features are scored; the first are the run's own
}

// Density is the Gaussian that turns embeddings into anomaly scores.
type Density struct {
	Covariance string  // density.covariance: ledoit_wolf, ridge or empirical
	Ridge      float64 // density.ridge: added to the diagonal when Covariance is ridge
	Normalize  bool    // density.normalize: L2-normalise embeddings first
	Quantile   float64 // density.quantile: of held-out normal scores, the threshold
	Folds      int     // density.folds: for the held-out scores
}

// Localize says how the patch model's maps are made, of windows of every picture.
type Localize struct {
	Window          int     // localize.window: width and height in pixels, 0 is data.crop; Grid settles it
	Stride          int     // localize.stride: pixels from a window to the next
	Gaussian        string  // localize.gaussian: auto, shared or per-location
	Memory          float64 // localize.memory: GB for Gaussians at a time
	Store           float64 // localize.store: GB of a run's Gaussians on disk
	Score           string  // localize.score: density or distance
	Upsample        string  // localize.upsample: gaussian or bilinear
	Sigma           string  // localize.sigma: auto or pixels; Deviation settles it
	NormalizeBorder bool    // localize.normalize_border
	Smooth          float64 // localize.smooth: pixels, 0 is not at all
	ImageScore      string  // localize.image_score: max or top
	Top             int     // localize.top: pixels that top averages
	Resolution      string  // localize.resolution: map or mask
	FPRLimit        float64 // localize.fpr_limit: of AUPRO
	Bins            int     // localize.bins: 0 is exact
}

// GradCAM says what Grad-CAM's maps explain, and by which feature maps.
type GradCAM struct {
	Target string // gradcam.target: defect, normal or a class's number
	Level  string // gradcam.level: last or a level of the net
}

// Method is the run's second folder: label, or the variant where there is none.
func (c *Config) Method() string {
	if c.Label != "" {
		return c.Label
	}
	return c.Augment.Variant
}

// Log says who else is told of a run.
type Log struct {
	MLflow           string // log.mlflow: address of a tracking server, "" is none
	MLflowExperiment string // log.mlflow_experiment: "" is Name
}

// Default returns the paper's settings. Data.Root, Data.Category and Name are
// empty.
func Default() *Config {
	c := new(Config)
	for _, f := range schema {
		f.set(c, f.def)
	}
	return c
}
