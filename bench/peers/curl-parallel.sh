#!/bin/sh
# curl --parallel: one file per answer; the table becomes curl's own list of URLs.
# Usage: curl-parallel.sh names.csv http://host:port folder
set -eu
awk -v base="$2" -v folder="$3" 'NR > 1 {
  printf "url = \"%s/?name=%s\"\noutput = \"%s/%s.json\"\n", base, $0, folder, $0
}' "$1" > "$3.curlrc"
exec curl --silent --show-error --fail --parallel --parallel-immediate --parallel-max 64 --config "$3.curlrc"
