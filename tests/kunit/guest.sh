# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# Runs in either kernel: loads the KUnit module, which runs its suites, hands out
# what each has to say, unloads it and looks for memory that it lost. Whether all is
# well is judged outside (tests/kunit/run).
#
# usage: guest.sh MODULE OUT, with lib.sh sourced before

insmod "$1" || mw_fail "insmod: $(dmesg | tail -3)"
mkdir -p "$2/results"
for suite in /sys/kernel/debug/kunit/memwatch_*; do
	cat "$suite/results" >"$2/results/${suite##*/}"
done
mw_save_coverage "$2/gcov"
rmmod memwatch_kunit || mw_fail "rmmod: $(dmesg | tail -3)"
mw_scan_leaks
