package suite

// mvtec are MVTec AD's categories in the paper's order: five textures, ten objects.
func mvtec() []string {
	return []string{
		"carpet", "grid", "leather", "tile", "wood",
		"bottle", "cable", "capsule", "hazelnut", "metal_nut", "pill", "screw", "toothbrush", "transistor", "zipper",
	}
}
