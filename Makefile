# The commands of the shop. Each sets up what it needs, fails when anything falls short, and ends with one line.

# Where rustup puts cargo, for a shell that has not been opened anew since.
export PATH := $(PATH):$(HOME)/.cargo/bin
tools := infra/tools
# Of the whole workspace: a package alone has other features of its dependencies, and builds them once more.
build := cargo build --workspace --bin
built := $(or $(CARGO_TARGET_DIR),target)/debug

.DEFAULT_GOAL := help
.PHONY: run test test-stripe test-stripe-sandbox lint audit race history kill mutants fuzz status-page bench bench-cold bench-import build local sam-local deploy destroy e2e docs help looks simulate exhaust

run: ## serve the shop at http://127.0.0.1:8080
	@$(tools)/need.sh cargo cc
	@$(build) holdfast-local
	@exec $(built)/holdfast-local

test: ## every test
	@$(tools)/need.sh cargo cc
	@$(tools)/test.sh

test-stripe: ## the shop with localstripe, a fake of Stripe by others, as its payment gateway
	@$(tools)/need.sh cargo cc python3
	@$(tools)/test-stripe.sh

test-stripe-sandbox: ## the local payment gateway, by Stripe's own client for Python
	@$(tools)/need.sh cargo cc python3
	@$(tools)/stripe-sandbox.sh

lint: ## format, clippy, docs, dependencies, template.yaml
	@$(tools)/need.sh cargo cc python3
	@$(tools)/lint.sh

looks: ## mails in headless Chromium: measured, and drawn into target/looks
	@$(tools)/need.sh cargo cc
	@$(tools)/looks.sh

audit: ## whether stock, orders and money of a stopped shop agree
	@$(tools)/need.sh cargo cc
	@$(build) holdfast --quiet
	@$(built)/holdfast --data "$${HOLDFAST_DATA:-.holdfast}" audit

race: ## SEED=… ROUNDS=…: what only one may have is asked for by several at once, of a local host in which much goes wrong
	@$(tools)/need.sh cargo cc
	@SEED=$(SEED) ROUNDS=$(ROUNDS) $(tools)/race.sh

history: ## OPERATIONS=…: what many at once were answered could have happened one after the other
	@$(tools)/need.sh cargo cc
	@$(tools)/history.sh

kill: ## KILLS=…: the local host is killed under load; nothing that was acknowledged is lost, and its books add up
	@$(tools)/need.sh cargo cc
	@$(tools)/kill.sh

fuzz: ## hostile input: schemathesis by docs/openapi.json, and bent bytes for the shop's own readers
	@$(tools)/need.sh cargo cc curl python3
	@$(tools)/fuzz.sh

mutants: ## mistakes that other shops made, planted one after the other: each must be caught
	@$(tools)/need.sh cargo cc git python3
	@$(tools)/mutants.py

status-page: ## the local host's status page, in a headless Chromium
	@$(tools)/need.sh cargo cc curl
	@$(tools)/status-page.sh

bench: ## a JSON line a figure: cold start, size, CPU time, the local host
	@$(tools)/need.sh cargo cc gzip
	@$(tools)/bench.sh

bench-cold: ## 30 starts of three functions, beside a bare one, Python's and Node's
	@$(tools)/need.sh cargo cc python3 curl
	@$(tools)/bench-cold.sh

bench-import: ## rows a second and memory of a file with 100,000 products' rows
	@$(tools)/need.sh cargo cc gzip
	@$(tools)/bench.sh import

simulate: ## SEEDS=… FROM=…: the whole shop under a seeded scheduler, clock and faults
	@$(tools)/need.sh cargo cc
	@SEEDS=$(SEEDS) FROM=$(FROM) $(tools)/simulate.sh

exhaust: ## every order of the calls of three who act at once on two units, with a death at each
	@$(tools)/need.sh cargo cc
	@$(tools)/exhaust.sh

build: ## all functions for Lambda, with their zips; ARCH=x86_64 for the other processor
	@$(tools)/need.sh cargo cc python3
	@ARCH=$(ARCH) $(tools)/build.sh

e2e: ## template.yaml, deployed to an AWS on this machine, and the stories told to it
	@$(tools)/need.sh cargo cc python3 curl
	@$(tools)/e2e.sh

local: ## with LocalStack, by Docker
	@$(tools)/need.sh cargo cc python3 curl
	@$(tools)/local.sh

sam-local: ## sam local invoke and start-api with a Docker engine of its own (root, Debian)
	@$(tools)/need.sh cargo cc python3 curl
	@$(tools)/sam-local.sh

deploy: ## STAGE=…: what is built, to AWS; says what it does and costs, and asks
	@$(tools)/need.sh cargo cc python3
	@$(tools)/deploy.sh "$(STAGE)"

destroy: ## STAGE=…: ends a stage; says what is lost, and asks
	@$(tools)/need.sh cargo cc python3
	@$(tools)/destroy.sh "$(STAGE)"

docs: ## docs/openapi.json and events/schemas, from the code
	@$(tools)/need.sh cargo cc
	@$(build) docs
	@$(built)/docs

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
