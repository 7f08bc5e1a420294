# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: holder
#
# The RSS columns against /proc/PID/status, for every process at rest: those that
# were there before the module and those that came after it, with memory of all
# three kinds.

. /lib.sh

# same PID KEY COLUMN
same() {
	mw_equal "$3 of $(cat "/proc/$1/comm") is its $2" "$(mw_task "$1" "$3")" "$(mw_proc_kb "$1" "$2")"
}

compare() {
	same "$1" VmRSS rss_kb
	same "$1" RssAnon anon_kb
	same "$1" RssFile file_kb
	same "$1" RssShmem shmem_kb
}

sleep 600 &
holder 700 /files/holder 300 >/tmp/before &
mw_wait_for 20 test -s /tmp/before
mw_load
holder 1234 /files/holder 0 >/tmp/first &
holder 10 /bin/busybox 2000 >/tmp/second &
sleep 600 &
mw_wait_for 20 test -s /tmp/first
mw_wait_for 20 test -s /tmp/second
sleep 1

for pid in 1 $(pidof holder) $(pidof sleep); do
	compare "$pid"
done
mw_holds "a holder of 2000 shared pages has some 8000 KiB of them" \
	[ "$(mw_column /proc/memwatch/tasks shmem_kb tgid "$(pidof holder | cut -d' ' -f1)")" -ge 7400 ]
mw_equal "a kernel thread has none" "$(mw_task 2 rss_kb)" 0

# The same set of processes as /proc lists, but for those that come and go here.
awk '!/^#/ && $1 > 0 { print $1 }' /proc/memwatch/tasks | sort -n >/tmp/listed
find /proc -maxdepth 1 -name '[0-9]*' | cut -d/ -f3 | sort -n >/tmp/there
missing=
while read -r pid; do
	if [ -d "/proc/$pid" ] && ! grep -qx "$pid" /tmp/listed; then
		missing="$missing $pid"
	fi
done </tmp/there
mw_equal "every process of /proc is listed" "$missing" ""
mw_equal "no process is listed twice" "$(uniq -d /tmp/listed)" ""

mw_unload
mw_end
