# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# qemu.sh - boots a guest, and judges from its console how it ended.
# ttyS0 is the kernel's console, kept in a file; ttyS1 is the script's output,
# which goes to stdout as it comes; /out returns as a tar on an NVMe drive.

# What a healthy kernel never says.
KERNEL_FAULT='Kernel panic|Oops|WARNING: |BUG: |BUG kernel|general protection fault|UBSAN: |KASAN: |KFENCE: |kmemleak: .*suspected|INFO: rcu|rcu: INFO|INFO: task .*blocked|possible (circular|recursive) locking|inconsistent lock state|suspicious RCU|sleeping function called|scheduling while atomic|list_(add|del) corruption|refcount_t: |Bad page state|page allocation failure.*memwatch|Call Trace:'

accel_flags() {
	if [ "$1" = kvm ]; then
		printf '%s\n' -accel kvm -cpu host
	else
		# Multi-threaded TCG of QEMU 7.2 oopses when a static key is
		# toggled, and the default CPU panics 6.12.
		printf '%s\n' -accel tcg,thread=single -cpu max
	fi
}

# trial ACCEL RELEASE: does a boot reach its end? (bounded at 40 s)
trial() {
	local accel=$1 release=$2 dir status=1
	dir=$(mktemp -d)
	printf 'exit 0\n' >"$dir/true"
	guest_skeleton "$dir/root" "$dir/true"
	add_kernel_modules "$dir/root" "$release"
	pack "$dir/root" "$dir/initramfs"
	MEMWATCH_VM_TIMEOUT=40 boot "$accel" "$(kernel_image "$release")" "$dir" 512 2 '' >/dev/null 2>&1 || true
	if [ "$(guest_status "$dir/console")" = 0 ]; then
		status=0
	fi
	rm -rf "$dir"
	return "$status"
}

kvm_verdict_locked() {
	local file=$1 release=$2
	[ -e "$file" ] && return 0
	say "trying KVM with a boot (once for this machine and kernel)"
	if trial kvm "$release"; then
		echo kvm >"$file"
	else
		echo tcg >"$file"
		say "KVM does not work here: emulating with TCG"
	fi
}

# choose_accel RELEASE: print kvm or tcg.
choose_accel() {
	local release=$1 file
	case ${MEMWATCH_ACCEL:-auto} in
	tcg | kvm) printf '%s' "$MEMWATCH_ACCEL"; return ;;
	auto) ;;
	*) die "MEMWATCH_ACCEL is '$MEMWATCH_ACCEL': set it to tcg or kvm, or leave it unset" ;;
	esac
	if ! { [ -r /dev/kvm ] && [ -w /dev/kvm ]; }; then
		printf tcg
		return
	fi
	file=$MW_CACHE/accel.$(uname -r).$(qemu_version).$release
	with_lock "$file.lock" kvm_verdict_locked "$file" "$release"
	cat "$file"
}

qemu_version() {
	qemu-system-x86_64 --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p'
}

# boot ACCEL KERNEL DIR MEM_MB CPUS APPEND [QEMU-ARG...]: run DIR/initramfs to
# its end. Leaves DIR/console and DIR/out.img. Returns QEMU's status, 124 when
# the time was up.
boot() {
	local accel=$1 kernel=$2 dir=$3 mem=$4 cpus=$5 append=$6 status=0
	local -a accel_args
	shift 6
	# ramfs: on a tmpfs the text of every program would count as shared memory.
	mapfile -t accel_args < <(accel_flags "$accel")
	truncate -s 512M "$dir/out.img"
	timeout --foreground -k 5 "${MEMWATCH_VM_TIMEOUT:-300}" \
	qemu-system-x86_64 "${accel_args[@]}" -smp "$cpus" -m "$mem" \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$kernel" -initrd "$dir/initramfs" \
		-append "console=ttyS0 rootfstype=ramfs panic=-1 oops=panic printk.devkmsg=on $append" \
		-serial "file:$dir/console" \
		-chardev stdio,id=script,signal=off -serial chardev:script \
		-drive "file=$dir/out.img,format=raw,if=none,id=out,cache=unsafe" \
		-device nvme,drive=out,serial=memwatch \
		"$@" </dev/null 2>"$dir/qemu.err" &
	MW_QEMU_PID=$!
	wait "$MW_QEMU_PID" || status=$?
	MW_QEMU_PID=
	return "$status"
}

# guest_status CONSOLE: the script's exit status, or nothing if the guest was lost.
guest_status() {
	sed -n 's/.*memwatch-vm: end status=\([0-9]*\).*/\1/p' "$1" 2>/dev/null | tail -1
}

# What prints a trace of its own when it gets no memory: a cache, memory of all CPUs, vmalloc.
INJECTED_TRACE='__kmem_cache_create.* failed|percpu: allocation failed|vmalloc error: '

# kernel_faults CONSOLE: the lines that no healthy kernel prints. Behind a fault that the test
# asked for (tests/workloads/faults.h) that is not the trace of one that took it, nor the name
# of a cache that was refused when its kobject was there: sysfs_slab_add() does not put what
# kobject_init_and_add() could not add (6.12). All else is.
kernel_faults() {
	awk -v fault="$KERNEL_FAULT" -v own="$INJECTED_TRACE" '
		/FAULT_INJECTION: forcing a failure/ { injected = ever = 1 }
		injected && $0 ~ own { pardoned = 1; injected = 0 }
		pardoned && /Call Trace:/ { pardoned = 0; next }
		/kmemleak: [0-9]+ new suspected/ {
			match($0, /kmemleak: [0-9]+/)
			leaks += substr($0, RSTART + 10, RLENGTH - 10)
			told = $0
			next
		}
		/unreferenced object/ { named = 0; leaked = 1 }
		leaked && /kobject_init_and_add\+/ { named = 1 }
		named && /sysfs_slab_add\+/ { named = 0; leaks -= ever }
		$0 ~ fault { print; found = 1 }
		END {
			if (leaks > 0) {
				print told
				found = 1
			}
			exit !found
		}' "$1"
}
