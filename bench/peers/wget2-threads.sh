#!/bin/sh
# wget2 with 64 threads: one file per answer; the table becomes its list of URLs.
# Usage: wget2-threads.sh names.csv http://host:port folder
set -eu
awk -v base="$2" 'NR > 1 { print base "/?name=" $0 }' "$1" > "$3.urls"
exec wget2 --quiet --no-robots --max-threads=64 --directory-prefix="$3" --input-file="$3.urls"
