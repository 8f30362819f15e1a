# The tags of the build, written here and nowhere else. Without them everything
# works too; searching then uses the older index of SQLite.
TAGS := sqlite_fts5

GO ?= go
BIN := bin/caliopen-tui
PACKAGES := ./...
TOOL := $(GO) tool -modfile=tools.mod

.DEFAULT_GOAL := build
.PHONY: build demo test short race fuzz torture bench man fmt check shots install service clean ready openpgpjs

# ready says in words what is missing, instead of letting the compiler fail.
ready:
	@command -v $(GO) >/dev/null || { echo "Go is missing: install Go 1.26 or newer (https://go.dev/dl/)"; exit 1; }
	@$(GO) env GOVERSION | awk -F'[go.]+' '{ if ($$2 < 1 || $$2 == 1 && $$3 < 26) { print "Go " $$2 "." $$3 " is too old: install Go 1.26 or newer"; exit 1 } }'
	@command -v "$$($(GO) env CC)" >/dev/null || { echo "A C compiler is missing, SQLite needs one: install gcc or clang (Debian: apt install gcc libc6-dev)"; exit 1; }
	@[ "$$($(GO) env CGO_ENABLED)" = 1 ] || { echo "CGO_ENABLED=1 is needed: SQLite is written in C"; exit 1; }

build: ready
	$(GO) build -trimpath -tags $(TAGS) -o $(BIN) ./cmd/caliopen-tui

demo: build
	$(BIN) demo

install: ready
	$(GO) install -trimpath -tags $(TAGS) ./cmd/caliopen-tui

# service puts a unit for the service manager of the user beside his others.
UNITS = $${XDG_CONFIG_HOME:-$$HOME/.config}/systemd/user
service: install
	@mkdir -p "$(UNITS)"
	@bin="$$($(GO) env GOBIN)"; sed "s|^ExecStart=[^ ]*|ExecStart=$${bin:-$$($(GO) env GOPATH)/bin}/caliopen-tui|" contrib/caliopen-tui.service > "$(UNITS)/caliopen-tui.service"
	@echo "systemctl --user enable --now caliopen-tui"

# test is the whole of it; short leaves out what takes long.
test: ready
	$(GO) test -race -tags $(TAGS) -timeout 15m $(PACKAGES)

short: ready
	$(GO) test -short -tags $(TAGS) $(PACKAGES)

# fuzz runs each fuzz target for FUZZTIME: a number of inputs (20000x) or a time.
FUZZTIME ?= 20000x
fuzz: ready
	@set -e; for p in $$($(GO) list -tags $(TAGS) $(PACKAGES)); do \
		for f in $$($(GO) test -tags $(TAGS) -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
			echo "fuzz $$p $$f"; \
			$(GO) test -tags $(TAGS) -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p; \
		done; done

# openpgpjs fetches the library that some tests of sealed mail talk to, beside
# their script, at the version and with the checksum that are written there.
openpgpjs:
	@command -v npm >/dev/null || { echo "npm is missing (Debian: apt install npm)"; exit 1; }
	npm ci --silent --no-audit --no-fund --ignore-scripts --prefix privacy/openpgp/testdata/openpgpjs

# torture does to the program what servers, networks, disks and the system can
# do to it, at more than a thousand points, and counts what is lost by that.
torture: ready
	cd cmd/caliopen-tui && CALIOPEN_TORTURE=long $(GO) test -tags $(TAGS) -count 1 -timeout 60m -run '^TestTorture'

# bench measures the program beside others (mbsync, notmuch), by turns and three
# times, on the same mails from the same server, and what a large store costs.
# CALIOPEN_BENCH_MAILS says how many mails are fetched (5000) or searched
# (20000), CALIOPEN_BENCH_STORED how many are stored at the start (100000).
bench: ready
	@command -v dovecot >/dev/null && command -v mbsync >/dev/null && command -v notmuch >/dev/null || { echo "Dovecot, isync and notmuch are needed (Debian: apt install dovecot-imapd isync notmuch)"; exit 1; }
	$(GO) test -tags $(TAGS) -run '^$$' -bench '^Benchmark(Peers|Start|Idle|Join)$$' -benchtime 1x -v ./cmd/caliopen-tui
	$(GO) test -tags $(TAGS) -run '^$$' -bench 'Search|Facets' -benchtime 20x ./storage
	$(GO) test -tags $(TAGS) -run '^$$' -bench Growth -benchtime 1x ./storage

man: build
	mkdir -p bin/man
	for l in en fr it; do mkdir -p bin/man/$$l && $(BIN) --lang $$l man --dir bin/man/$$l; done

fmt: ready
	$(TOOL) gofumpt -w accounts cmd conversation privacy storage ui

# check is what a change has to pass besides the tests.
check: ready
	@out=$$($(TOOL) gofumpt -l accounts cmd conversation privacy storage ui); [ -z "$$out" ] || { echo "not formatted (make fmt):"; echo "$$out"; exit 1; }
	$(GO) vet $(PACKAGES)
	$(GO) vet -tags $(TAGS) $(PACKAGES)
	$(TOOL) staticcheck -tags $(TAGS) $(PACKAGES)

# shots draws the pictures of the documentation from the tested journeys.
shots: ready
	CALIOPEN_SHOTS=$(CURDIR)/ui/uitest/shot $(GO) test -tags $(TAGS) -run TestJourneyPictures -count 1 ./cmd/caliopen-tui

clean:
	rm -rf bin
