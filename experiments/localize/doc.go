// Package localize says where in a picture an anomaly is: from embeddings of the
// windows of a picture to a map of its size (CutPaste, arXiv:2104.04015v1, section
// 2.4 and A.5).
//
//	windows of every picture [L*L,D]   trainer.EmbedWindows, a group of rows at a time
//	     -> Gaussians                  of normal windows: one, or one per location
//	     -> distances [L,L]            Mahalanobis
//	     -> scores [L,L]               half their squares, -log p of equation 2 up to a
//	                                   constant of the Gaussian, or the distances
//	                                   themselves (localize.score)
//	     -> map [S,S]                  Upsampler: a transposed convolution with a Gaussian
//	     -> the picture's score        ImageScore: the largest, or the mean of the top k
//
// # Gaussians
//
// The sums that a Gaussian is made of are streamed: nothing of a normal picture is
// kept but what it adds to them. They are float64, taken about the mean of the
// first windows, so that no digits are lost, and hold what Ledoit and Wolf's
// shrinkage needs besides the covariance, so that one pass over the pictures is
// enough (nets/torch.Moments; the estimators are those of experiments/gde, the
// formula for the shrinkage too). libtorch computes them: to fit one Gaussian to a
// picture's 3249 windows of 512 features and to score them took gonum 2.7 and 3.9
// times as long, on two cores. It does so on the host, so that a device changes no
// number of a Gaussian. There is one Cholesky factor a Gaussian, and no inverse; one
// triangular solve a Gaussian scores a group of pictures.
//
// A Gaussian per location of windows of 32 px, stride 4, of a picture of 256, is
// 57 x 57 x 512 x 512 numbers: 6.8 GB. A [Plan] divides the rows of windows into
// groups that keep within localize.memory, and every group is embedded, fitted and
// scored before the next. So every window is embedded once, however many groups
// there are, and only pictures are read again.
//
// # Held-out pictures
//
// What calls a new picture anomalous is a quantile of what normal pictures score,
// and those score less in Gaussians that they were fitted to themselves. So the
// normal pictures are dealt into folds as for whole pictures (gde.Deal), every fold
// has sums of its own, added up in the same pass, and each fold's windows are
// embedded a second time and measured in the Gaussians of the other folds' merged
// sums. A group of rows then needs the memory of folds + 1 Gaussians a location.
//
// # Gaussians on disk
//
// For new pictures no normal one is needed: [Plan.Keep] stores Gaussians as they
// are fitted, and [Kept] measures in them, a group of rows at a time. Of a factor
// only the triangle is stored, in float64: distances are the same to the bit, in
// half the bytes of the square. One Gaussian of 512 features takes 1.1 MB, and the
// 3249 above 3.4 GB, which localize.store allows or not.
//
// # Upsampling
//
// Everything that makes a map of another size or smoother is separable: the same
// weights along rows and along columns. A kernel of the windows' size at
// their stride, a division by the sum of its weights, bilinear interpolation and a
// Gaussian filter are all such weights.
package localize
