#!/bin/sh
# Packs build/cuda-bundle and build/cuda-bundle.tar.gz: the program, the tests
# and the benchmark as stripped binaries, the C++ libraries that are ours, and
# what they read, in the repository's own layout. A machine with a GPU, Python and
# its torch then needs neither Go nor a compiler nor a network: copy it there and
# start run.sh. `make cuda-bundle` builds what is packed first.
set -eu
packages="nets/torch nets data/augment trainer experiments/run"
go=tools/go.sh
bundle=build/cuda-bundle

if [ ! -e build/lib/libcutpaste_cuda.so ]; then
	echo "build/lib/libcutpaste_cuda.so is missing, without which there are no CUDA graphs; make build says why." >&2
	exit 1
fi
rm -rf $bundle $bundle.tar.gz
mkdir -p $bundle/bin $bundle/build/lib $bundle/configs $bundle/tools/bench $bundle/tools/cuda
for package in $packages; do
	ls "$package"/*_test.go >/dev/null 2>&1 || continue
	# Tests run in their package's folder, as go test has it.
	mkdir -p "$bundle/$package"
	$go test -c -trimpath -ldflags '-s -w' -o "$bundle/bin/$(echo "$package" | tr / -).test" "./$package"
	[ ! -d "$package/testdata" ] || cp -r "$package/testdata" "$bundle/$package"
done
for program in tools/cutpaste tools/bench tools/bench/augment; do
	$go build -trimpath -ldflags '-s -w' -o $bundle/bin/ ./$program
done
cp build/lib/libcgotorch.so build/lib/libcutpaste_torch.so build/lib/libcutpaste_cuda.so $bundle/build/lib
strip --strip-unneeded $bundle/build/lib/*.so
cp configs/*.yaml $bundle/configs
cp tools/bench/*.py $bundle/tools/bench
cp tools/cuda/train.sh $bundle/tools/cuda
cp tools/cuda/go.sh $bundle/tools
cp tools/cuda/run.sh $bundle
# The libraries fit one version of torch only.
$go run ./tools/libtorch find | sed 's/^libtorch \([0-9.]*\).*/\1/' >$bundle/torch-version
tar -C build -czf $bundle.tar.gz cuda-bundle
if [ "$(du -sm $bundle | cut -f 1)" -ge 64 ]; then
	echo "$bundle takes $(du -sm $bundle | cut -f 1) MiB, and 64 is the most that it may: leave something out in $0." >&2
	exit 1
fi
echo "$bundle: $(du -sm $bundle | cut -f 1) MiB; $bundle.tar.gz: $(du -sm $bundle.tar.gz | cut -f 1) MiB, for torch $(cat $bundle/torch-version). Copy it to a machine with that torch in its Python and start run.sh."
