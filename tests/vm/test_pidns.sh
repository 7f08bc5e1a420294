# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: access
#
# Pids are those of the reader's namespace, and a process that it cannot see is not
# listed, alive or dead.

. /lib.sh

mw_load
mw_holds "a namespace of its own" access namespace
mw_unload
mw_end
