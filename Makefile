# The commands of this repository. Each one alone is enough: it installs what it
# needs. Programs and tests find their libraries by themselves, so after make build
# a plain go build ./..., go test ./... and an editor work without any setting.

.DEFAULT_GOAL := help
.PHONY: help build demo test test-weights test-cuda cuda-bundle lint bench profile libtorch golden clean need libraries

# The go command at the version that go.mod asks for.
GO := tools/go.sh

# The program records the commit that it is built from. Without a repository that
# git can read (an archive, another user's checkout) Go cannot, and would stop.
VCS := $(shell git rev-parse HEAD >/dev/null 2>&1 && echo true || echo false)
export GOFLAGS := $(GOFLAGS) -buildvcs=$(VCS)

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0

# What the makers of fixtures and the other side of the benchmark run with.
PYTHON := .venv/bin/python3
PINNED := torch==2.11.0 torchvision==0.26.0 numpy==2.4.6 pillow==13.0.0 \
	scikit-learn==1.9.1 scikit-image==0.26.0 scipy==1.17.1 safetensors==0.8.0 \
	tensorboard==2.21.0
# Another list is another file, so that a change of it makes the environment anew.
INSTALLED := .venv/installed-$(shell echo '$(PINNED)' | cksum | cut -d ' ' -f 1)

help: ## print this
	@sed -n 's/^\([a-z-]*\):.* ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

build: libraries ## build bin/cutpaste (and libtorch first, if it is not there)
	$(GO) build -o bin/cutpaste ./tools/cutpaste

demo: build ## train on drawn pictures and print an AUROC table, in minutes
	bin/cutpaste data synth build/synth
	@for folder in build/synth/*/; do \
		bin/cutpaste train configs/demo.yaml data.root=build/synth data.category=$$(basename $$folder) > /dev/null || exit; \
	done
	@bin/cutpaste table runs/demo

# -count=1, since Go's cache of test results does not see a C++ library change.
# Threads of libtorch that spin while they wait slow each other down where
# several tests share the cores (tools/cutpaste/waiting.go).
test: export OMP_WAIT_POLICY ?= passive
TESTS ?= ./...
# The stand-in device, which only tests load.
test test-cuda cuda-bundle: LIBRARIES := --tests

test: build lint ## run every check and test
	$(GO) test -count=1 -timeout 30m $(TESTS)

test-cuda: export OMP_WAIT_POLICY ?= passive
test-cuda: build ## train for a short while on cuda:0, and run every test there
	tools/cuda/train.sh cuda:0
	$(GO) test -count=1 -timeout 30m $(TESTS)

cuda-bundle: build ## pack what a machine with a GPU and torch but no Go needs for that
	@tools/cuda/bundle.sh

test-weights: build $(INSTALLED) ## fetch real ImageNet weights and classify photographs as their own network does
	bin/cutpaste weights fetch efficientnet_lite0
	mkdir -p build/test-weights
	$(PYTHON) tools/golden/lite.py photographs build/test-weights/photographs.json
	CUTPASTE_TEST_PHOTOGRAPHS=$(CURDIR)/build/test-weights/photographs.json $(GO) test -count=1 -v -run TestPhotographs ./nets

lint: libraries ## gofmt, vet, staticcheck, tidy modules, import directions
	@unformatted=$$("$$($(GO) env GOROOT)/bin/gofmt" -l $$($(GO) list -f '{{.Dir}}' ./...)); \
	if [ -n "$$unformatted" ]; then echo "not formatted; run gofmt -w on:" >&2; echo "$$unformatted" >&2; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) mod tidy -diff
	$(GO) run ./tools/lint

bench: build $(INSTALLED) ## measure against PyTorch on this machine (BENCH="--quick --only update")
	$(GO) run ./tools/bench --python $(PYTHON) $(BENCH)

profile: export OMP_WAIT_POLICY ?= passive
profile: build ## write a Go CPU profile and libtorch's operator table of an update
	$(GO) run ./tools/bench profile

libtorch: need ## fetch libtorch (CUDA=1 or 0: with or without CUDA; TORCH=2.8.0: for drivers before 580; LIBTORCH=FOLDER: your own)
	$(GO) run ./tools/libtorch install

golden: $(INSTALLED) ## make the test fixtures anew with PyTorch, scikit-learn and Pillow
	for maker in tools/golden/*.py; do echo $$maker; $(PYTHON) $$maker || exit; done

clean: ## delete bin and build; runs, .venv and the cache stay
	rm -rf bin build

# Not in the list of targets: steps of the others.

need:
	@tools/need.sh $(if $(filter environment command line,$(origin CXX)),,g++) go=golang-go

libraries: need
	@$(GO) run ./tools/libtorch build $(LIBRARIES)

# pip of the system installs into the environment, so that it need not have one.
$(INSTALLED):
	@tools/need.sh python3
	@python3 -m pip --version >/dev/null 2>&1 || tools/need.sh pip3=python3-pip
	python3 -m venv --clear --without-pip .venv
	python3 -m pip --python $(PYTHON) install --disable-pip-version-check $(PINNED)
	touch $@
