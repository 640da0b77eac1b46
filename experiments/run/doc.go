// Package run does one job: a configuration in, a run folder out. The same
// folder is all that is needed to score again or to judge new pictures.
//
//	OUT/NAME/LABEL/CATEGORY/seed-N/    LABEL is the variant unless label is set
//	  config.yaml              every key, resolved
//	  meta.json                versions, starting weights, device, precision
//	                           and layout and what they were chosen by, data
//	                           fingerprint, timings
//	  metrics.csv, events/     training curves (TensorBoard reads events/)
//	  checkpoint/              weights, optimizer, position: what resuming needs
//	  model.safetensors        the trained backbone, as torchvision loads it
//	  head.safetensors         its projection head and classifier
//	  embeddings.safetensors   of all normal training and test pictures, at
//	                           each of embed.levels, trained and untrained;
//	                           the patch model has none
//	  maps.safetensors         what the test pictures' maps are made of, trained
//	                           and untrained: distances of windows, of held-out
//	                           normal pictures' too, or Grad-CAM
//	  gaussians/               the patch model's, if localize.store has room
//	  scores.csv               one row a test picture
//	  normal_scores.csv        one row a normal training picture, scored as if it
//	                           were new: what ensembles standardise by
//	  result.json              the metrics
//	  levels/LEVEL/            both of each further level
//
// Nothing goes back up: scores are made from embeddings, maps from distances,
// metrics from both, and each can be made again without the step before. A run folder belongs to
// one training configuration and one set of pictures; another one is refused.
package run
