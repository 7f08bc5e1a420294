# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# guests.sh - what parts of the benchmark share: programs that are built for a guest, the
# pollers that are brought there, and how far apart repeated measures are. Who sources it sets
# MW_TOP.

: "${MW_TOP:?MW_TOP must name the top of the source tree}"

# bench_release KERNEL: what uname -r says there.
bench_release() {
	local kdir
	kdir=$("$MW_TOP/tests/vm/run" --kdir "$1")
	echo "${kdir##*/linux-headers-}"
}

# bench_spread LOW HIGH: in percent of the lowest.
bench_spread() {
	awk -v low="$1" -v high="$2" 'BEGIN { printf "%.2f", (low > 0 ? 100 * (high - low) / low : 0) }'
}

# bench_tools DIR NAME...: helpers of this directory, static.
bench_tools() {
	local dir=$1 tool
	shift
	mkdir -p "$dir"
	for tool in "$@"; do
		gcc -O2 -Wall -Wextra -static -o "$dir/$tool" "$MW_TOP/tests/bench/$tool.c"
	done
}

# bench_operations PROGRAM: the operations whose cost is counted.
bench_operations() {
	gcc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -O2 -static -pthread -o "$1" "$MW_TOP"/tests/bench/ops/*.c
}

# bench_bring_pollers DIR NAME...: the programs, and `PROGRAM: why` in DIR/absent for those
# that are not to be had.
bench_bring_pollers() {
	local dir=$1 name path
	shift
	mkdir -p "$dir"
	: >"$dir/absent"
	for name in "$@"; do
		if path=$("$MW_TOP/tests/bench/pollers" "$name" 2>"$dir/.why"); then
			cp "$path" "$dir/"
		else
			echo "$(bench_poller_program "$name"): $(tail -1 "$dir/.why")" >>"$dir/absent"
		fi
	done
	rm -f "$dir/.why"
	# Debian's own example: each process by its name.
	printf 'process_names:\n  - name: "{{.Comm}}"\n    cmdline:\n    - ".+"\n' >"$dir/all.yaml"
}

bench_poller_program() {
	case $1 in
	*-exporter) echo "prometheus-$1" ;;
	*) echo "$1" ;;
	esac
}
