# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: slab_drive
#
# Slab objects by cache against /proc/slabinfo, for caches that a program drives, and
# the totals against /proc/meminfo.

. /lib.sh

# Without them each object of kmalloc() costs twice as much, and is counted all the same.
knows_pages() {
	case $(mw_status kmalloc_cache) in
	*word*) ;;
	*) return 1 ;;
	esac
}

# KFENCE takes an object every 100 ms into pages of its own, where slabinfo does not count it
# as active: of 3000 it had 18 fewer on the debug kernel.
kfence=/sys/module/kfence/parameters/sample_interval
[ ! -w $kfence ] || echo 0 >$kfence
mw_load
mw_holds "kmalloc_cache=$(mw_status kmalloc_cache): there are probes for these pages" \
	knows_pages
echo 'slab 1' >/proc/memwatch/config
mw_holds "driven caches" slab_drive
echo 'slab 2' >/proc/memwatch/config
mw_holds "driven caches, with bytes by process" slab_drive bytes
mw_equal "no bulk call was missed" \
	"$(mw_status missed.kmem_cache_alloc_bulk) $(mw_status missed.kmem_cache_free_bulk)" "0 0"
# Only kernels with sheaves need this hook.
mw_equal "nor an object on its way into a sheaf" "$(mw_status missed.kfree_rcu_sheaf)" \
	"$(grep -q ' __kfree_rcu_sheaf$' /proc/kallsyms && echo 0)"
mw_equal "no cache found the table full" "$(mw_status dropped.kmem_cache_alloc)" 0
mw_unload
mw_end
