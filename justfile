# Shortcuts. Each recipe is one plain command that also works without just; tests/it/docs.rs compares them with
# the table in CONTRIBUTING.md.

test-lib:
    cargo test --locked --lib

statistics:
    cargo test --locked --lib --test it -- inference numerics decision pairing sampling golden verdicts judges sampled planning parity

test:
    cargo test --locked

lint:
    cargo clippy --all-targets --locked -- -D warnings

schemas:
    UPDATE_SCHEMAS=1 cargo test --locked --test it schemas::

core:
    cargo test --no-default-features --locked --lib --test core

sbom:
    python3 .ci/sbom.py > evalsig.cdx.json

ci:
    bash .ci/run
