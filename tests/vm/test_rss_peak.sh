# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: peaks
#
# RSS and its peak while they change: within what the kernel reports before and after.

. /lib.sh

mw_load
mw_holds "four growing and four going up and down" peaks "$(mw_long 5)"
mw_unload
mw_end
