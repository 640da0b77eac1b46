package published

import "testing"

func TestMVTec(t *testing.T) {
	var train, good, anomalous, textures int
	for i, c := range MVTec {
		train, good, anomalous = train+c.TrainGood, good+c.TestGood, anomalous+c.TestAnomalous
		if c.Texture {
			textures++
			if i != textures-1 {
				t.Errorf("%s comes after an object", c.Name)
			}
		}
		if found, ok := Category(c.Name); !ok || found != c || IsTexture(c.Name) != c.Texture {
			t.Errorf("%s is found as %+v", c.Name, found)
		}
		if !IsMVTec(c.Name, c.TrainGood, c.TestGood, c.TestAnomalous) {
			t.Errorf("%s is not MVTec AD's", c.Name)
		}
	}
	// The last row of the paper's table 1.
	if train != 3629 || good != 467 || anomalous != 1258 || textures != 5 {
		t.Errorf("%d, %d and %d pictures, %d textures", train, good, anomalous, textures)
	}
	if IsMVTec("bottle", 209, 20, 62) || IsMVTec("bottle", 60, 20, 63) || IsMVTec("lens", 0, 0, 0) {
		t.Error("other pictures pass for MVTec AD's")
	}
	if c, ok := Category("Metal Nut"); !ok || c.Name != "metal_nut" {
		t.Errorf("%+v", c)
	}
	if _, ok := Category("lens"); ok || IsTexture("lens") {
		t.Error("there is a category lens")
	}
}
