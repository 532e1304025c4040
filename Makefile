# Two commands are all a newcomer needs: `make demo` and `make test`.

# Ports of the demo. 443 and 80 give addresses without a port, where they are free:
#   make demo HTTPS_PORT=443 HTTP_PORT=80
HTTPS_PORT ?= 8443
HTTP_PORT  ?= 8080
# Passed to every `go test`, for example TESTFLAGS=-v.
TESTFLAGS  ?=

export PATH := $(PATH):/usr/local/go/bin
export CGO_ENABLED = 0

VERSION := $(shell scripts/version.sh)
RONRON  := build/ronron

.PHONY: help
help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## install what is missing, build, and bring the demo chaton up
	@scripts/setup.sh
	@$(MAKE) --no-print-directory build
	@scripts/demo.sh up $(HTTPS_PORT) $(HTTP_PORT)

.PHONY: demo-down
demo-down: build ## remove the demo's containers; its data stays
	@scripts/demo.sh down

.PHONY: demo-destroy
demo-destroy: build ## remove the demo with all its data, after asking
	@scripts/demo.sh destroy

.PHONY: build
build: ## build the static binary, build/ronron
	@scripts/need-go.sh
	@mkdir -p build
	@go build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)' -o $(RONRON) ./cmd/ronron

.PHONY: test
test: ## install what is missing and run every test there is
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory build lint unit integration

.PHONY: unit
unit: ## tests that need nothing but Go; seconds
	go test $(TESTFLAGS) ./...

# Packages whose tests need an engine, a browser or both, one after the other:
# they share one Docker engine.
INTEGRATION = $(shell grep -rl --include='*_test.go' -e RONRON_INTEGRATION -e RONRON_BROWSER . | xargs -r -n1 dirname | sort -u)

.PHONY: integration
integration: ## tests on the real engine, and the demo from end to end
	RONRON_INTEGRATION=1 RONRON_BROWSER=1 go test $(TESTFLAGS) -count=1 -timeout 30m -p 1 $(INTEGRATION)

.PHONY: test-catalog
test-catalog: build ## run every recipe that has a scenario, and say its level (SAVE=1 writes it down)
	@scripts/setup.sh test
	@scripts/test-catalog.sh $(if $(SAVE),--save) $(RECIPES)

.PHONY: lint
lint: ## formatting, vet, staticcheck
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	if [ -n "$$unformatted" ]; then echo "not formatted (run: gofmt -w FILE):"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

.PHONY: docs
docs: ## make the pages anew that are made from the code
	go test ./internal/cli ./recipes ./recipes/lint ./recipes/sheet -update

.PHONY: bench
bench: build ## measure the demo against docker compose
	@scripts/setup.sh bench
	@bench/run

.PHONY: clean
clean: ## remove what was built; demo and data stay
	rm -rf build
