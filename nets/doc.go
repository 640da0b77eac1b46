// Package nets builds the networks that are trained: a backbone by name, the
// paper's projection head and the classifier on top of it.
//
// The way of a batch is images [B,3,S,S] -> embedding [B,D] -> projection
// [B,P] -> logits [B,classes]. The embedding, the backbone's pooled features,
// is what anomalies are scored on; head and classifier only serve training
// (CutPaste, section 2.1 and 4).
//
// Weights carry torchvision's names (layer1.0.conv1.weight), so the backbone
// goes to and from PyTorch as it is. Starting weights are a function of (seed,
// name): the same on every device, and a change of the head does not change the
// backbone.
package nets
