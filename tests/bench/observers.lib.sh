# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2034
#
# observers.lib.sh - in the guest: the place where operations run (the disk of peers), and
# how each observer is attached, asked what it saw, and taken away:
#
#	attach_NAME   succeeds when it observes; else $why says what is missing
#	saw_NAME      prints how many events it counted since
#	detach_NAME   nothing of it is left

readonly PEERS=/mnt/peers
readonly TRACING=$PEERS/sys/kernel/tracing
readonly EVENTS='mm_page_alloc mm_page_free rss_stat'

. /files/bench.conf

enter() {
	chroot "$PEERS" "$@"
}

mount_peers() {
	for device in /sys/block/nvme*; do
		if grep -q peers "$device/device/serial"; then
			mkdir -p "$PEERS"
			mount -t ext4 "/dev/${device##*/}" "$PEERS"
			return
		fi
	done
	return 1
}

# Steady things: no layout by chance, the memory controller as it stays.
prepare() {
	mount_peers || mw_fail "the disk of peers cannot be mounted"
	for place in proc:proc sysfs:sys devtmpfs:dev tmpfs:dev/shm tmpfs:tmp tmpfs:run \
		cgroup2:sys/fs/cgroup tracefs:sys/kernel/tracing; do
		mkdir -p "$PEERS/${place#*:}" 2>/dev/null
		mount -t "${place%%:*}" none "$PEERS/${place#*:}" || mw_fail "mount $place"
	done
	# bpftrace of 7.x's release wants it; devtmpfs has none.
	[ -e "$PEERS/dev/fd" ] || ln -s /proc/self/fd "$PEERS/dev/fd"
	[ ! -e /files/brd.ko ] || insmod /files/brd.ko rd_nr=1 rd_size=65536 || mw_fail "insmod brd.ko"
	cat /files/ram.img >/dev/ram0
	mkdir -p "$PEERS/ram"
	mount -t ext4 /dev/ram0 "$PEERS/ram" || mw_fail "the RAM disk cannot be mounted"
	cp /files/ops /files/small.i "$PEERS/files/"
	OPS_CC1=$(enter /bin/sh -c 'ls /usr/libexec/gcc/x86_64-linux-gnu/*/cc1')
	export OPS_CC1
	echo 0 >/proc/sys/kernel/randomize_va_space
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
}

# settled PID: waits until it lives and sleeps; what it has to prepare is done then.
settled() {
	settled_last=-1
	settled_for=0
	for _ in $(seq 200); do
		sleep 3
		settled_now=$(awk '{ print $14 + $15 }' "/proc/$1/stat" 2>/dev/null) || return 1
		[ -n "$settled_now" ] || return 1
		settled_for=$((settled_for + 1))
		[ "$settled_now" = "$settled_last" ] || settled_for=0
		[ "$settled_for" -lt 3 ] || return 0
		settled_last=$settled_now
	done
	return 1
}

# start_program LOG COMMAND...: in the background in the disk of peers; its pid in $program.
start_program() {
	program_log=$1
	shift
	chroot "$PEERS" "$@" >"$program_log" 2>&1 &
	program=$!
	if ! settled "$program"; then
		why="$1: $(tail -n 1 "$program_log" | tr -d '\r')"
		return 1
	fi
}

# stop_program [SIGNAL]: it may do its last work for a while; then it must go.
stop_program() {
	kill "-${1:-TERM}" "$program"
	for _ in $(seq 60); do
		sleep 1
		[ -d "/proc/$program" ] || break
		grep -q '^State:.*Z' "/proc/$program/status" && break
	done
	kill -KILL "$program" 2>/dev/null
	wait "$program"
	program=
	return 0
}

attach_empty() {
	insmod /files/mw_floor.ko "slab=${1:-0}" || { why="insmod: $(dmesg | tail -n 1)"; return 1; }
}
saw_empty() { echo -; }
detach_empty() {
	rmmod mw_floor
}

attach_empty_slab() {
	attach_empty 1
}
saw_empty_slab() { echo -; }
detach_empty_slab() { detach_empty; }

attach_memwatch() {
	# shellcheck disable=SC2086 # one word a parameter
	insmod /memwatch.ko $1 || { why="insmod: $(dmesg | tail -n 1)"; return 1; }
	[ -d /proc/memwatch ]
}
saw_memwatch() {
	awk -F= '/^events\./ { sum += $2 } END { print sum + 0 }' /proc/memwatch/status
}
detach_memwatch() {
	rmmod memwatch
}
attach_memwatch_slab() { attach_memwatch slab=1; }
saw_memwatch_slab() { saw_memwatch; }
detach_memwatch_slab() { detach_memwatch; }
attach_memwatch_unowned() { attach_memwatch page_owner=0; }
saw_memwatch_unowned() { saw_memwatch; }
detach_memwatch_unowned() { detach_memwatch; }
attach_memwatch_off() { attach_memwatch off=1; }
saw_memwatch_off() { saw_memwatch; }
detach_memwatch_off() { detach_memwatch; }

# The ring buffer overwrites what nobody reads.
attach_tracefs() {
	for event in $EVENTS; do
		echo 1 >"$TRACING/events/kmem/$event/enable" ||
			{ why="no event kmem/$event"; return 1; }
	done
}
saw_tracefs() {
	awk '/^(entries|overrun):/ { sum += $2 } END { print sum + 0 }' "$TRACING/per_cpu/cpu0/stats"
}
detach_tracefs() {
	for event in $EVENTS; do
		echo 0 >"$TRACING/events/kmem/$event/enable"
	done
	echo >"$TRACING/trace"
}

attach_bpftrace() {
	bpf_program=
	for event in $EVENTS; do
		bpf_program="$bpf_program tracepoint:kmem:$event { @${event}[pid] = count(); }"
	done
	start_program /tmp/bpftrace bpftrace -e "$bpf_program"
}
# What it prints comes at its end.
saw_bpftrace() {
	stop_program
	awk '/^@/ { sum += $NF } END { print sum + 0 }' /tmp/bpftrace
}
detach_bpftrace() {
	[ -z "$program" ] || stop_program
}

attach_memleak() {
	start_program /tmp/memleak memleak-libbpf 3600
}
# What it knows it prints when it is interrupted, not when it is terminated: of its largest
# stacks "N bytes in M allocations from stack".
saw_memleak() {
	stop_program INT
	awk '/bytes in [0-9]+ allocations/ { sum += $4 } END { print sum + 0 }' /tmp/memleak
}
detach_memleak() { detach_bpftrace; }

attach_lttng() {
	for module in /files/lttng-*.ko; do
		[ -e "$module" ] || { why=${lttng_why:-'its modules were not built'}; return 1; }
	done
	attach_lttng_modules && attach_lttng_session
}
attach_lttng_modules() {
	# shellcheck disable=SC2013 # one word a module
	for module in $(cat /files/lttng.order); do
		insmod "/files/$module" || { why="insmod $module: $(dmesg | tail -n 1)"; return 1; }
	done
}
# A snapshot session: a ring buffer that overwrites what nobody reads, as tracefs's.
attach_lttng_session() {
	lttng_events=$(echo "$EVENTS" | sed 's/rss_stat//; s/mm_page/kmem_mm_page/g; s/ *$//; s/ /,/g')
	enter lttng-sessiond --daemonize --no-kernel-modules 2>/tmp/lttng || enter lttng-sessiond --daemonize || return 1
	enter lttng create bench --snapshot &&
		enter lttng enable-event --kernel "$lttng_events" && enter lttng start
	status=$?
	[ "$status" -eq 0 ] || why="lttng: $(tail -n 1 /tmp/attach)"
	return "$status"
}
saw_lttng() {
	enter lttng snapshot record >/dev/null
	find "$PEERS/root/lttng-traces" -type f -size +0 2>/dev/null | wc -l
}
detach_lttng() {
	enter lttng destroy bench
	lttng_daemon=$(pidof lttng-sessiond) && kill $lttng_daemon
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		sleep 1
		pidof lttng-sessiond >/dev/null || break
	done
	# shellcheck disable=SC2013 # one word a module
	for module in $(sed 's/\.ko//g' /files/lttng.order | tr ' ' '\n' | sed '1!G;h;$!d'); do
		rmmod "$module" || return 1
	done
}

# On a kernel that has it (tests/kernels, bench).
attach_alloc_profiling() {
	echo 1 >/proc/sys/vm/mem_profiling || { why='the kernel has no vm.mem_profiling'; return 1; }
}
saw_alloc_profiling() {
	awk '$2 ~ /^[0-9]+$/ { sum += $2 } END { print sum + 0 }' /proc/allocinfo
}
detach_alloc_profiling() {
	echo 0 >/proc/sys/vm/mem_profiling
}
