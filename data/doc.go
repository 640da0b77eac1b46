// Package data turns a folder of pictures into bytes: it finds the pictures,
// decodes and resizes them, keeps them in memory and on disk, and hands out
// the batches that training sees. It knows no tensors.
//
// # The way of one picture
//
//	file -> Decode: RGB bytes, upright         [H,W,3]
//	     -> Resize: antialiased bilinear       [S,S,3]
//	     -> Pictures: all of a category        [N,S,S,3], cached on disk
//	     -> Loader: augment's plans carried out on each, view after view
//	     -> Batch                              [V*B,S,S,3] and a label each
//
// All pixels are uint8, RGB, interleaved, row by row from the top left.
// Normalising and the move to channels-first happen where the tensors are.
//
// # Folders
//
// The layout is MVTec AD's:
//
//	ROOT/CATEGORY/train/good/000.png                normal pictures to train on
//	ROOT/CATEGORY/test/good/000.png                 normal pictures to test on
//	ROOT/CATEGORY/test/DEFECT/000.png               anomalous pictures
//	ROOT/CATEGORY/ground_truth/DEFECT/000_mask.png  where the defect is: nonzero
//
// Open reads this layout without looking into the files; Check looks into all
// of them and lists everything that is wrong; Load stops at the first file
// that cannot be used.
//
// # Repeatability
//
// Which picture goes where is a function of (seed, step, slot), never of how
// many workers there are or where a run was resumed.
package data
