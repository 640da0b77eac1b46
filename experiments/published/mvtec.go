package published

// MVTecCategory is a category of MVTec AD with its numbers of pictures.
type MVTecCategory struct {
	Name    string
	Texture bool // a texture, or else an object

	TrainGood               int // normal pictures to train on
	TestGood, TestAnomalous int
}

// MVTec is the categories of MVTec AD in the papers' order, textures first, with the
// counts of Bergmann et al., MVTec AD - A Comprehensive Real-World Dataset for
// Unsupervised Anomaly Detection, CVPR 2019, table 1.
var MVTec = [15]MVTecCategory{
	{"carpet", true, 280, 28, 89},
	{"grid", true, 264, 21, 57},
	{"leather", true, 245, 32, 92},
	{"tile", true, 230, 33, 84},
	{"wood", true, 247, 19, 60},
	{"bottle", false, 209, 20, 63},
	{"cable", false, 224, 58, 92},
	{"capsule", false, 219, 23, 109},
	{"hazelnut", false, 391, 40, 70},
	{"metal_nut", false, 220, 22, 93},
	{"pill", false, 267, 26, 141},
	{"screw", false, 320, 41, 119},
	{"toothbrush", false, 60, 12, 30},
	{"transistor", false, 213, 60, 40},
	{"zipper", false, 240, 32, 119},
}

// Category gives the facts of a category of MVTec AD by its name.
func Category(name string) (MVTecCategory, bool) {
	for _, c := range MVTec {
		if c.Name == normal(name) {
			return c, true
		}
	}
	return MVTecCategory{}, false
}

// IsTexture tells that a category is one of MVTec AD's textures.
func IsTexture(category string) bool {
	c, _ := Category(category)
	return c.Texture
}

// IsMVTec tells that a folder of that name has as many pictures as MVTec AD's: one
// that is named bottle and has others cannot be held against published figures.
func IsMVTec(category string, trainGood, testGood, testAnomalous int) bool {
	c, ok := Category(category)
	return ok && c.TrainGood == trainGood && c.TestGood == testGood && c.TestAnomalous == testAnomalous
}
