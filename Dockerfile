# The version equals rust-toolchain.toml's (a test compares them). At a release the tag is resolved
# to the digest that was built and tested.
FROM rust:1.95.0-slim-bookworm AS build

# musl-gcc compiles the C libraries in the tree (zstd, aws-lc) against musl. Its version is the base image's.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --no-install-recommends -y ca-certificates musl-tools \
    && rm -rf /var/lib/apt/lists/* \
    && rustup target add "$(uname -m)-unknown-linux-musl"

# Writes into the binary which packages are in it, for `cargo audit bin` and whatever else scans images.
RUN cargo install cargo-auditable --version 0.7.7 --locked --debug

# `release` ships. With `--build-arg PROFILE=ci` the same packages are built sooner and run slower.
ARG PROFILE=release

WORKDIR /build

# Dependencies first: this layer is built again only when the lock file changes.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src tests/it \
    && echo 'fn main() {}' > src/main.rs \
    && touch src/lib.rs tests/core.rs tests/it/main.rs \
    && cargo auditable build --profile "$PROFILE" --locked --target "$(uname -m)-unknown-linux-musl" \
    && rm -r src

COPY src ./src
# The stand-ins above may be younger than the sources: cargo goes by time stamps.
RUN find src -name '*.rs' -exec touch {} + \
    && cargo auditable build --profile "$PROFILE" --locked --target "$(uname -m)-unknown-linux-musl" \
    && install -D "target/$(uname -m)-unknown-linux-musl/$PROFILE/evalsig" /out/evalsig

# Nothing but the binary and the roots of trust for https: no shell, no package, nothing to patch.
# No USER: GitHub requires container actions to run as root. No WORKDIR: the runner sets it.
FROM scratch

LABEL org.opencontainers.image.title="evalsig" \
      org.opencontainers.image.description="Decides with paired statistics whether a candidate model may ship." \
      org.opencontainers.image.source="https://github.com/org/evalsig-action" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"

COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/evalsig /evalsig

# Runs in the final image: a binary that needs a loader or a library fails the build.
RUN ["/evalsig", "version"]

ENTRYPOINT ["/evalsig"]
