# Causeway. `make` alone lists what there is.
GO       ?= go
SPECS_DIR ?= ../shared/specs
export SPECS_DIR := $(abspath $(SPECS_DIR))
LINT     := $(CURDIR)/.cache/bin/golangci-lint
.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-10s %s\n", $$1, $$2}'

.PHONY: run
run: ## the sandbox: Causeway with an emulated Zoom and Microsoft 365, ready to click (needs Go alone)
	$(GO) run ./cmd/causeway sandbox

.PHONY: test
test: test-go test-ui test-e2e ## everything: Go with -race on both databases, UI unit tests, browser tests, contracts

# The race detector watches everything but SQLite itself: C turned into Go, which takes its locks in the library around it, and would take
# two thirds of the time of all tests.
RACE := -race -gcflags=modernc.org/...=-d=checkptr=0 -gcflags=modernc.org/sqlite/lib=-race=false

.PHONY: test-go
test-go: ## the Go tests, with the race detector
	$(GO) test $(RACE) $$($(GO) list ./... | grep -v '/internal/app$$')
	$(GO) test $(RACE) -timeout 20m ./internal/app
	$(GO) test -v -run '^(TestCopiesConverge|TestT50_ManyNoticesAreFewReadings)$$' ./internal/app

.PHONY: test-ui
test-ui: ui/node_modules ## the UI unit tests
	cd ui && npm run typecheck && npm test

.PHONY: test-e2e
test-e2e: ui/node_modules ## the story in a browser (Chromium)
	mkdir -p .cache/bin && $(GO) build -o .cache/bin/causeway ./cmd/causeway
	cd ui && CAUSEWAY_BIN=$(CURDIR)/.cache/bin/causeway npm run e2e

.PHONY: lint
lint: $(LINT) ui/node_modules ## the linters of both languages
	$(GO) vet ./...
	$(LINT) run ./...
	cd ui && npm run lint

.PHONY: generated
generated: ui/node_modules tools/types/node_modules ## fails when a generated file is not up to date
	$(GO) generate ./...
	cd tools/types && npm run types
	cd ui && npm run build
	@git diff --exit-code --stat || { echo "generated files differ: commit what 'make generated' made"; exit 1; }
	@test -z "$$(git ls-files --others --exclude-standard)" || { git ls-files --others --exclude-standard; echo "generated files are not in the repository"; exit 1; }

.PHONY: check
check: lint test generated ## what has to pass before anything lands

.PHONY: bench
bench: ## measures answers to Teams, in ratios, and the tab's list; takes minutes
	$(GO) run ./tools/bench
	$(GO) test -run '^$$' -bench Upcoming ./internal/app
	$(GO) test -run '^$$' -bench Card -benchtime 40x ./internal/app
	$(GO) test -run '^$$' -bench Door -benchtime 20000x ./internal/app
	$(GO) test -run '^$$' -bench FanOut -benchtime 1x ./internal/notifications
	$(GO) test -run '^$$' -bench Take ./internal/events
	$(GO) test -run '^$$' -bench SmallQuery ./internal/database

.PHONY: chaos
chaos: ## the long tests: processes killed at every outbound call, long sequences of edits everywhere
	$(GO) test $(RACE) -tags chaos -timeout 60m ./internal/app/... ./internal/jobs/...

.PHONY: ui
ui: ui/node_modules ## builds the pages that the program embeds (ui/dist)
	cd ui && npm run build

ui/node_modules: ui/package-lock.json
	cd ui && npm ci
	@touch $@

tools/types/node_modules: tools/types/package-lock.json
	cd tools/types && npm ci
	@touch $@

$(LINT): tools/lint/go.mod
	mkdir -p $(dir $(LINT)) && cd tools/lint && $(GO) build -o $(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint
