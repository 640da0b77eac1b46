#!/bin/sh
# A short training on drawn pictures, with its evaluation: tools/cuda/train.sh
# DEVICE, in the root of the repository or of a bundle (bundle.sh). A device that
# is not there is told in one sentence.
set -eu
work=build/cuda-test
bin/cutpaste data synth $work/pictures --category gear --quiet >/dev/null
rm -rf $work/runs # a complete run would not be trained again
exec bin/cutpaste train configs/demo.yaml data.root=$work/pictures data.category=gear \
	device="$1" out=$work/runs train.steps=60
