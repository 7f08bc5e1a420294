# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# lib.sh - what a script in the guest may use: `. /lib.sh`. Written for
# busybox's sh. Every function that checks something ends the script with a
# sentence when it does not hold.
#
#	mw_load [PARAM=VALUE...]   insmod with $MEMWATCH_PARAMS and these; /proc/memwatch is there
#	mw_unload                  rmmod; /proc/memwatch is gone
#	mw_fail SENTENCE           print it, exit 1
#	mw_column FILE COLUMN KEY VALUE   COLUMN of the first line whose column KEY is VALUE
#	mw_task TGID COLUMN        that column of /proc/memwatch/tasks
#	mw_status KEY              a value of /proc/memwatch/status
#	mw_proc_kb PID KEY         a kB value of /proc/PID/status
#	mw_setting NAME DEFAULT    the number of mw_NAME= on the kernel's command line (--append)
#	mw_long SECONDS            that many, or four times as many under the detectors of the
#	                           debug kernel, which slow programs down as much or more
#	mw_wait_for SECONDS COMMAND...    until the command succeeds; fails the script if it never does
#	mw_scan_leaks              has kmemleak look for lost memory, where there is one; it
#	                           tells on the console, which is judged outside
#	mw_save_coverage DIR       what the module counted of its lines, with MEMWATCH_GCOV=1

mw_fail() {
	echo "FAIL: $*"
	exit 1
}

mw_load() {
	# shellcheck disable=SC2086 # one word a parameter
	insmod /memwatch.ko $MEMWATCH_PARAMS "$@" || mw_fail "insmod: $(dmesg | tail -3)"
	[ -d /proc/memwatch ] || mw_fail "the module is loaded, but there is no /proc/memwatch"
}

mw_unload() {
	rmmod memwatch || mw_fail "rmmod: $(dmesg | tail -3)"
	[ ! -e /proc/memwatch ] || mw_fail "the module is gone, but /proc/memwatch is still there"
}

mw_column() {
	awk -v column="$2" -v key="$3" -v value="$4" '
		/^#/ {
			sub(/^# */, "")
			for (i = 1; i <= NF; i++)
				at[$i] = i
			next
		}
		!(column in at) || !(key in at) { exit 3 }
		$at[key] == value { print $at[column]; found = 1; exit }
		END { exit found ? 0 : 4 }' "$1" ||
		mw_fail "$1 has no column $2 in a line whose $3 is $4"
}

mw_task() {
	mw_column /proc/memwatch/tasks "$2" tgid "$1"
}

mw_status() {
	sed -n "s/^$1=//p" /proc/memwatch/status
}

mw_proc_kb() {
	awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/status"
}

mw_setting() {
	sed -n "s/.*mw_$1=\([0-9]*\).*/\1/p" /proc/cmdline | grep . || echo "$2"
}

mw_long() {
	if [ -e /sys/kernel/debug/kmemleak ]; then
		echo $(($1 * 4))
	else
		echo "$1"
	fi
}

mw_wait_for() {
	mw_tries=$(($1 * 10))
	shift
	until "$@"; do
		mw_tries=$((mw_tries - 1))
		[ "$mw_tries" -gt 0 ] || mw_fail "it never came: $*"
		sleep 0.1
	done
}

# kmemleak passes over what is younger than 5 s.
mw_scan_leaks() {
	[ -w /sys/kernel/debug/kmemleak ] || return 0
	sleep 6
	echo scan >/sys/kernel/debug/kmemleak
	echo scan >/sys/kernel/debug/kmemleak
	while read -r mw_line; do
		echo "$mw_line" >/dev/kmsg
	done </sys/kernel/debug/kmemleak
}

mw_save_coverage() {
	[ -d /sys/kernel/debug/gcov ] || return 0
	mkdir -p "$1"
	(cd /sys/kernel/debug/gcov && find . -name '*.gcda') | while read -r mw_file; do
		mkdir -p "$1/${mw_file%/*}"
		cat "/sys/kernel/debug/gcov/$mw_file" >"$1/$mw_file"
	done
}

# A kill for lack of memory prints its own trace, which the harness takes for a fault:
# between these the console says nothing, and what the kernel is tainted by says it later.
#
#	mw_quiet_console           before the kills
#	mw_kernel_is_well          after them: TAP, no warning, oops, bad page or lockup

mw_quiet_console() {
	dmesg -n 1
	echo 0 >/proc/sys/vm/oom_dump_tasks
}

mw_kernel_is_well() {
	mw_equal "the kernel did not complain" \
		"$(($(cat /proc/sys/kernel/tainted) & (512 | 128 | 32 | 16384)))" 0
	dmesg -n 7
}

# Checks, in the Test Anything Protocol. A script counts its checks by these and
# ends with mw_end.
#
#	mw_ok SENTENCE                     it held
#	mw_not_ok SENTENCE [WHY]           it did not; goes on
#	mw_equal SENTENCE GOT WANTED       two numbers or words are the same
#	mw_holds SENTENCE COMMAND...       the command succeeds
#	mw_skip SENTENCE WHY               it cannot be tried here
#	mw_run PROGRAM [ARGUMENT...]       a program that prints checks: they are the script's
#	mw_end                             ends the script: 1 if a check failed or none was made

mw_passed=0
mw_failed=0

mw_ok() {
	mw_passed=$((mw_passed + 1))
	echo "ok - $1"
}

mw_not_ok() {
	mw_failed=$((mw_failed + 1))
	echo "not ok - $1${2:+: $2}"
}

mw_skip() {
	mw_ok "$1 # SKIP $2"
}

mw_equal() {
	if [ "$2" = "$3" ]; then
		mw_ok "$1"
	else
		mw_not_ok "$1" "got '$2', wanted '$3'"
	fi
}

mw_holds() {
	mw_sentence=$1
	shift
	if "$@"; then
		mw_ok "$mw_sentence"
	else
		mw_not_ok "$mw_sentence" "$* failed"
	fi
}

# What it says is seen at once: of a program that is lost, too.
mw_run() {
	{
		"$@"
		echo $? >/tmp/mw_status
	} | tee /tmp/mw_checks
	mw_passed=$((mw_passed + $(grep -c '^ok ' /tmp/mw_checks)))
	mw_failed=$((mw_failed + $(grep -c '^not ok ' /tmp/mw_checks)))
	[ "$(cat /tmp/mw_status)" -le 1 ] || mw_fail "$* ended with $(cat /tmp/mw_status)"
}

mw_end() {
	[ $((mw_passed + mw_failed)) -gt 0 ] || mw_fail "no check was made"
	[ "$mw_failed" -eq 0 ]
	exit
}
