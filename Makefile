# Every task of this repository; `make` alone lists them.

CARGO ?= cargo
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)

.DEFAULT_GOAL := help
.PHONY: help run test web browser bench fmt clean-cache onnxruntime

step = @printf '\n==> %s\n' '$(1)'

help: ## List these tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# One build for both programs, so that what they share is built once. SHOP_BIND, SHOP_TOKEN and SHOP_ARGS, given on the
# command line, reach the script through the environment.
#
# The front end comes first, as the program takes its pages in when it is built.
run: onnxruntime ## Build and start the server, and the sample shop beside it (ARGS="--help" for the server's options)
	@.ci/web build
	$(call step,build)
	$(CARGO) build --release --locked --bins --example shop
	$(call step,serve)
	exec examples/run.sh $(TARGET_DIR)/release $(ARGS)

test: onnxruntime ## Format, lints, docs, every test, the front end, and stories in a browser; stops at the first failure
	$(call step,format)
	$(CARGO) fmt --check
	$(call step,lints)
	$(CARGO) clippy --all-targets --locked -- -D warnings
	$(call step,documentation)
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --no-deps --locked
	$(call step,examples in the documentation)
	$(CARGO) test --doc --locked
	$(call step,tests)
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
		set -x; $(CARGO) nextest run --locked; \
	else \
		echo 'note: cargo-nextest is not installed, so plain cargo test runs: no time limits, crash tests not kept apart'; \
		set -x; $(CARGO) build --example shop --locked && $(CARGO) test --lib --bins --tests --locked; \
	fi
	@.ci/web test
	@$(MAKE) --no-print-directory browser

web: ## Check, test and build the front end
	@.ci/web test

# Against the programs as `make test` builds them, which take the pages from web/dist while they run.
browser: onnxruntime ## Run the stories in Chromium (web/browser); the front end has to be built
	$(call step,programs)
	$(CARGO) build --locked --bins --example shop
	@FIRSTLINE_PROGRAMS=$(abspath $(TARGET_DIR)/debug) .ci/web browser

bench: onnxruntime ## Run the benchmarks
	$(CARGO) bench --locked

fmt: ## Format the code
	$(CARGO) fmt

clean-cache: ## Delete .cache (ONNX Runtime is fetched again when next needed)
	rm -rf .cache

onnxruntime:
	$(call step,ONNX Runtime)
	@.ci/onnxruntime
