// Package trainer trains a net on a category's normal pictures and takes
// embeddings and Grad-CAM's maps with it.
//
// One update: a batch of bytes [V*B,I,I,3] from the loader, whole pictures or crops
// of them (data.crop), normalised to [V*B,3,I,I]; embeddings, projection, logits;
// cross-entropy of "what was done to this picture" (equation 1 of the paper, 3 for
// crops); the gradients of the phase's weights; one fused step of SGD along a cosine
// schedule. Nothing in it waits for a number: losses stay where they are computed
// until the log interval.
//
// A training has phases (train.phases), one by default. Each says which weights it
// trains and begins with a new optimiser.
//
// Convolutions and matrix products are computed in the precision and memory
// layout of [Numerics]. Where amp or channels_last is auto, [Calibrate] measures
// which are faster; the run records the choice and keeps to it, and other runs of
// the configuration may choose otherwise. In float16 the loss is scaled, and the
// scale is a part of the checkpoint.
//
// Otherwise a run is a function of its configuration. The choices of the loader
// and of dropout depend on (seed, update, picture) alone, so a checkpoint is the
// weights, the momentum of those that its phase trains and the number of the
// update, and a resumed run continues as if it had never stopped: same weights,
// same metrics.
package trainer
