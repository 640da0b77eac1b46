// Package pictures draws what localisation found, and keeps it: figures of test
// pictures with their anomaly maps, plots of a category's curves and scores, and maps
// as files.
//
//	Figure.Panel          one test picture: itself, its mask, its maps, its prediction
//	Figure.Sheet          several: the hardest ones, which Hardest chooses
//	ROC, PRO, Histogram   plots, drawn by gonum/plot
//	WriteMap, ReadMap     a map as a 16-bit PNG that holds its scale
//
// # Colours
//
// Maps are drawn from indigo by purple and orange to yellow, in even steps of a
// perceptual colour space (colours.go), so that equal differences of scores look equal,
// and who does not tell red from green, or prints in grey, still sees which of two
// scores is the higher. Lines and fills are of the palette that Masataka Okabe and Kei
// Ito made for all kinds of colour vision (Color Universal Design, 2008).
//
// All that is drawn is a function of what is given: no clock, no random number and no
// font of the system. Equal input gives equal bytes. Several goroutines may draw at once.
package pictures
