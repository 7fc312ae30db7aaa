#!/bin/bash -eu
# Builds every target with what it begins with. The base image brings the compiler; the pinned one has no sanitizers.
cd "$SRC/evalsig-action"
rm -f rust-toolchain.toml
cargo fuzz build -O --fuzz-dir fuzz
while read -r target; do
    cp "fuzz/target/x86_64-unknown-linux-gnu/release/$target" "$OUT/"
    line=$(grep "^$target " fuzz/corpora.txt || echo "$target fuzz/seeds/$target")
    for folder in ${line#* }; do
        find "$folder" -maxdepth 1 -type f -size -17k -print0 | xargs -0 -r zip -q -j "$OUT/${target}_seed_corpus.zip"
    done
    printf '[libfuzzer]\nmax_len = 16384\n' >"$OUT/$target.options"
    cp fuzz/dictionaries/json.dict "$OUT/$target.dict"
done < <(basename -s .rs fuzz/fuzz_targets/*.rs | grep -vx any)
for target in csv_rows reader_csv; do cp fuzz/dictionaries/csv.dict "$OUT/$target.dict"; done
for target in policy waivers; do cp fuzz/dictionaries/yaml.dict "$OUT/$target.dict"; done
for target in runner markdown page tables names inputs; do cp fuzz/dictionaries/text.dict "$OUT/$target.dict"; done
