# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
#
# Somebody else's tests, in a guest: those of the kernel for its memory management (as
# many as were built), and stress-ng's classes of memory, pipes, processes and virtual
# memory; each without the module and with it, in the same boot. Their results have to be
# the same, and with it no page may be lost. What fails without the module fails for
# reasons of this guest, which is emulated, small and has few huge pages.

. /lib.sh

# uffd-unit-tests takes 20 s on an idle machine, and took over 60 on a busy one.
readonly LIMIT=240

vmstat() {
	awk -v keys=" $* " 'index(keys, " " $1 " ") { n += $2 } END { print n + 0 }' /proc/vmstat
}

# arguments PROGRAM: what run_vmtests.sh gives it, or less; fails for one that is left out:
# for want of hardware (hwpoison, dio), or of time (split_huge_page_test, over a minute).
arguments() {
	case $1 in
	map_fixed_noreplace | map_populate | madv_populate | mkdirty | mdwe_test | mlock2-tests | \
		mrelease_test | mremap_dontunmap | mseal_test | seal_elf | on-fault-limit | soft-dirty | \
		thuge-gen | gup_longterm | ksm_functional_tests | droppable | \
		hugepage-mmap | hugepage-shm | hugepage-vmemmap | hugetlb_fault_after_madv | \
		hugetlb_madv_vs_map | map_hugetlb | compaction_test | cow | pagemap_ioctl | \
		uffd-unit-tests) ;;
	mremap_test) echo -t 4 -p 1 ;;
	hugepage-mremap) echo 16 ;;
	gup_test) echo -ct -F 0x1 0 19 0x1000 ;;
	transhuge-stress) echo -d 5 ;;
	uffd-stress) echo anon 20 4 ;;
	*) return 1 ;;
	esac
}

# outcome NAME STATUS FILE: one line, the same for two runs that went alike.
outcome() {
	printf '%s exit=%s ok=%s not_ok=%s skipped=%s\n' "$1" "$2" \
		"$(grep -cE '^ *ok [0-9]' "$3")" "$(grep -cE '^ *not ok [0-9]' "$3")" "$(grep -c 'SKIP' "$3")"
}

# one NAME COMMAND...: its outcome, to the file $outcomes; its text, to /out.
one() {
	name=$1
	shift
	began=$(cut -d ' ' -f 1 /proc/uptime)
	timeout -s KILL $LIMIT "$@" >/tmp/text 2>&1
	status=$?
	outcome "$name" "$status" /tmp/text >>"$outcomes"
	mkdir -p "/out/$pass"
	cp /tmp/text "/out/$pass/$name"
	echo "# $pass: $(tail -n 1 "$outcomes") $began to $(cut -d ' ' -f 1 /proc/uptime) s"
}

# stress CLASS OPTION...: for a few seconds; whether every stressor was content.
stress() {
	name=stress-ng-$1
	shift
	one "$name" stress-ng --quiet --timeout "$seconds" --temp-path /tmp "$@"
}

# everything PASS
everything() {
	pass=$1
	outcomes=/tmp/outcomes.$1
	echo 140 >/proc/sys/vm/nr_hugepages
	for program in /files/*; do
		program=${program##*/}
		options=$(arguments "$program") || continue
		one "$program" "$program" $options
		rm -rf /tmp/ksft* /dev/shm/*
	done
	echo 0 >/proc/sys/vm/nr_hugepages
	stress memory --mmap 1 --mmap-bytes 32M --memfd 1 --memfd-bytes 16M
	stress malloc --malloc 2 --malloc-bytes 32M --stack 1
	stress pipe --pipe 2 --vm-splice 1 --splice 1
	stress fork --fork 2 --vfork 1 --clone 1
	stress vm --vm 2 --vm-bytes 64M --mremap 1 --mremap-bytes 16M
	stress lock --mlock 1 --mincore 1
	killall -9 stress-ng 2>/dev/null
	rm -rf /tmp/stress-ng*
	sleep 1
}

seconds=$(mw_setting seconds 5)
mkdir -p /mnt
mw_quiet_console
echo 0 >/proc/sys/vm/compaction_proactiveness
# mremap_test maps at an address that it works out, and finds it taken where chance put
# something else (1 of 60 runs, on a machine that never saw the module).
echo 0 >/proc/sys/kernel/randomize_va_space
everything without
mw_load max_tasks=32762 slab=1
echo 'keep_exited 16384' >/proc/memwatch/config
offsets=$(totals quiet)
compaction=$(vmstat compact_isolated pgmigrate_success)
everything with
compaction=$(($(vmstat compact_isolated pgmigrate_success) - compaction))

while read -r line; do
	name=${line%% *}
	mw_equal "$name: the same with the module" "$(grep "^$name " /tmp/outcomes.with)" "$line"
done </tmp/outcomes.without
mw_equal "stress-ng was content" "$(grep -c '^stress-ng-.* exit=0 ' /tmp/outcomes.with)" 6
mw_holds "no page is lost; compaction touched $compaction" totals same $offsets "$compaction"
mw_equal "no process lacked a slot" "$(mw_status slots_overflowed)" 0
mw_kernel_is_well
mw_unload
mw_end
