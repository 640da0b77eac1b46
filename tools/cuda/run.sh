#!/bin/sh
# Runs what bundle.sh packed, on a machine with Python and torch but no Go:
#
#	./run.sh [doctor] [tests] [train] [bench]
#
# Without words all four, in this order. Without a CUDA device the tests of CUDA
# skip, saying so, and the training takes the CPU. The environment:
#
#	PYTHON       the Python that has torch, and for bench torchvision (default: python3)
#	DEVICE       what train takes (default: auto, the first CUDA device)
#	BENCH_FLAGS  for bench, such as --quick
#
# Exit status: 0 all that was asked for went well, 1 something failed.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}

# Our libraries look for libtorch in build/libtorch, beside themselves.
torch=$("$python" -c 'import torch, os; print(torch.__version__, os.path.dirname(torch.__file__))' 2>/dev/null) || {
	echo "$python cannot import torch; name one that has torch $(cat torch-version) in PYTHON." >&2
	exit 1
}
version=${torch%% *}
if [ "${version%%+*}" != "$(cat torch-version)" ]; then
	echo "$python has torch $version, and this bundle is for $(cat torch-version); name another one in PYTHON, or make the bundle anew with LIBTORCH a folder of $version." >&2
	exit 1
fi
rm -f build/libtorch
ln -s "${torch#* }" build/libtorch
# Threads that spin while they wait slow each other down where several tests
# share the cores.
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}"

doctor() { bin/cutpaste doctor; }

# Each test's result goes to build/tests/NAME.log; what failed and what was
# skipped, with its reason, is printed.
tests() {
	root=$PWD failed=0
	mkdir -p build/tests
	for binary in bin/*.test; do
		name=$(basename "$binary" .test)
		log=$root/build/tests/$name.log
		folder=$(echo "$name" | tr - /)
		if (cd "$folder" && "$root/$binary" -test.v -test.timeout 20m) >"$log" 2>&1; then verdict=ok; else verdict=FAIL failed=1; fi
		echo "$verdict $folder: $(grep -c '^--- PASS' "$log") passed, $(grep -c '^--- SKIP' "$log") skipped, $(grep -c '^--- FAIL' "$log") failed"
		grep -B 1 '^ *--- SKIP' "$log" | grep -v '^--$' || true
		[ $verdict = ok ] || grep -v -E '^(=== |--- PASS)' "$log"
	done
	return $failed
}

train() { tools/cuda/train.sh "${DEVICE:-auto}"; }

bench() {
	"$python" -c 'import torchvision, PIL, sklearn' 2>/dev/null || {
		echo "$python lacks torchvision, pillow or scikit-learn, which the benchmark compares with; install them, or leave out bench." >&2
		return 1
	}
	# shellcheck disable=SC2086 # the variable holds words
	bin/bench --python "$python" ${BENCH_FLAGS:-}
}

[ $# -gt 0 ] || set -- doctor tests train bench
status=0
for step in "$@"; do
	case $step in
	doctor | tests | train | bench) ;;
	*)
		echo "There is no step $step; there are doctor, tests, train and bench." >&2
		exit 1
		;;
	esac
	echo "== $step"
	$step || status=1
done
exit $status
