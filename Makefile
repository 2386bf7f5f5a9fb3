# Lobby. `make help` lists what can be made.
SHELL := /bin/sh
GO    ?= go
FUZZ  ?= 30s
SOAK  ?= 2h
HALL  ?= deploy/halls/small.yaml
# What is built with the race detector sleeps a second whenever it ends, which a
# hundred packages and the programs that they start do again and again.
AT_ONCE = GORACE="atexit_sleep_ms=0 $$GORACE"

.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

build: ## build bin/lobby
	$(GO) build -trimpath -o bin/lobby ./cmd/lobby

demo: ## run a whole hall of 80 windows, nothing to install (SMALL=1 for 4 windows)
	$(GO) run ./cmd/lobby demo $(if $(SMALL),--small) $(ARGS)

run: build ## run the hall file HALL against real devices
	bin/lobby run --config $(HALL)

check: lint test ## everything that has to be green before a change lands

test: ## all tests with the race detector; installs the foreign peers they need
	deploy/test-setup.sh
	$(AT_ONCE) $(GO) test -race -count=1 -shuffle=on -timeout 19m ./...

nightly: ## all tests with the long counts, and the start on a trail of ten million records
	deploy/test-setup.sh
	LOBBY_NIGHTLY=1 $(GO) test -count=1 -shuffle=on -timeout 12h ./...
	LOBBY_NIGHTLY=1 $(GO) test -run '^$$' -bench Start -benchtime 10x -timeout 0 ./queue/trail

soak: ## a hall that lives with pages coming and going for SOAK (2h), watched for what creeps
	deploy/test-setup.sh
	LOBBY_SOAK=$(SOAK) $(GO) test -count=1 -v -run NothingCreeps -timeout 0 ./cmd/lobby

test-short: ## the tests that need nothing but Go
	$(AT_ONCE) $(GO) test -race -short -count=1 ./...

fuzz: ## every fuzz target for FUZZ (30s) each
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZ) -fuzzminimizetime 1s $$p || exit 1; \
	  done; \
	done

bench: ## ratios measured side by side in one run
	deploy/test-setup.sh
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 20m ./...

bench-trail: ## the trail against a grouped append and PostgreSQL, and the start on long trails
	deploy/test-setup.sh
	$(GO) test -run '^$$' -bench 'Store|Windows|Postgres' -benchtime 3x -timeout 20m ./queue/hall
	$(GO) test -run '^$$' -bench Start -benchtime 10x -timeout 0 ./queue/trail

bench-mqtt: ## ratings through the embedded broker against mosquitto
	deploy/test-setup.sh
	$(GO) test -run '^$$' -bench Ratings -benchtime 10x ./devices/wire/broker

bench-video: ## cameras and viewers against a plain copy of the same bytes, recording on and off
	deploy/test-setup.sh
	$(GO) test -run '^$$' -bench 'Video|Recording|RelayAgainstCopy' -benchtime 1x -timeout 20m ./cmd/lobby ./devices/camera

shots: ## a picture of every page and state in build/shots, and all on one sheet
	deploy/test-setup.sh
	rm -rf build/shots
	LOBBY_SHOTS=$(CURDIR)/build/shots $(GO) test -count=1 -run 'Foreign(Pages|Browser)' ./display/web ./cmd/lobby
	deploy/shots/sheet.sh build/shots

bench-devices: ## each driver against its wire's bits, and what 200 devices cost
	$(GO) test -run '^$$' -bench 'Devices$$' -benchtime 1x -timeout 10m ./cmd/lobby

lint: ## gofmt, go vet, staticcheck
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

clips: ## make the films of the emulated cameras anew (needs chromium and ffmpeg)
	deploy/clips/make.sh

voice: ## make the stand-in voice anew (needs espeak-ng and ffmpeg)
	deploy/voice/make.sh

sizes: ## the longest files and functions, to look into
	@git ls-files '*.go' | grep -v _test.go | xargs wc -l | sort -rn | head -20

.PHONY: help build demo run check test nightly soak test-short fuzz bench bench-trail bench-mqtt bench-video shots lint clips voice sizes
