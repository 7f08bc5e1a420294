# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# lib.sh - results of a part of `make bench`: one CSV file a part and kernel, whose rows
# name the run that they are of (MW_BENCH_RUN, set by tests/bench/run).
#
#	csv_begin PART KERNEL RELEASE
#	csv_row OBSERVER WORKLOAD SCALE METRIC UNIT VALUE SPREAD_PCT N NOTE
#
# VALUE is a number, or `-` where there is none; NOTE then says why. SCALE is words of the
# form key=value, or `-`. SPREAD_PCT is how far the repeated measures lie apart, in
# percent of the lowest, or `-`; N how many there are. No field has a comma or a quote.

# Beside it PART-KERNEL.about says, for the report, when the part was begun, how many
# minutes it took until its rows were written, by which command, and with which module.

: "${MW_TOP:?MW_TOP must name the top of the source tree}"
MW_BENCH_RUN=${MW_BENCH_RUN:-$(date -u +%Y%m%dT%H%M%SZ)}
readonly CSV_DIR=${MW_BENCH_OUT:-$MW_TOP/build/bench}/csv
readonly CSV_HEADER=run,kernel,release,part,observer,workload,scale,metric,unit,value,spread_pct,n,note

bench_begun=$(date -u '+%Y-%m-%d %H:%M') bench_begun_s=$SECONDS
bench_command="tests/bench/${0##*/}${1:+ $*}"

# bench_settings: those of the environment that choose what is measured, as one types them.
bench_settings() {
	local name
	for name in "${!MW_BENCH_@}"; do
		case $name in
		MW_BENCH_RUN | MW_BENCH_OUT) ;;
		*) printf "%s='%s' " "$name" "${!name}" ;;
		esac
	done
}

# bench_module: a sum of the module's code in git, the same in every commit that has this code.
bench_module() {
	git -C "$MW_TOP" rev-parse HEAD >/dev/null 2>&1 || { printf '?'; return; }
	git -C "$MW_TOP" ls-tree -r HEAD Kbuild module | grep -E '[.][ch]$|Kbuild' |
		git hash-object --stdin | cut -c1-12 | tr -d '\n'
	[ -z "$(git -C "$MW_TOP" status --porcelain Kbuild module ':!*.md')" ] || printf ', changed'
}

# about_part PART KERNEL
about_part() {
	printf '%s|%s|%s|%s|%d|%s|%s\n' "$MW_BENCH_RUN" "$1" "$2" "$bench_begun" \
		$(((SECONDS - bench_begun_s + 30) / 60)) "$(bench_settings)$bench_command" \
		"$(bench_module)" >"$CSV_DIR/$1-$2.about"
}

# bench_say SENTENCE: progress.
bench_say() {
	printf 'bench: %s\n' "$*" >&2
}

csv_begin() {
	mkdir -p "$CSV_DIR"
	csv_file=$CSV_DIR/$1-$2.csv
	csv_head=$MW_BENCH_RUN,$2,$3,$1
	about_part "$1" "$2"
	printf '%s\n' "$CSV_HEADER" >"$csv_file"
}

csv_row() {
	local field row=$csv_head
	local -a fields=("${@:1:8}" "${*:9}")
	[ $# -ge 9 ] || { echo "csv_row: $# fields instead of 9: $*" >&2; return 1; }
	if ! [[ $6 =~ ^-?[0-9]+([.][0-9]+)?(e[-+]?[0-9]+)?$ ]] && { [ "$6" != - ] || [ -z "${*:9}" ]; }; then
		echo "csv_row: neither a number nor a reason: $*" >&2
		return 1
	fi
	for field in "${fields[@]}"; do
		field=${field//[,\"]/;}
		row+=,${field//[[:cntrl:]]/ }
	done
	printf '%s\n' "$row" >>"$csv_file"
}
