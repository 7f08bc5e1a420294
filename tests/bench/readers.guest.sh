# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
ulimit -u unlimited 2>/dev/null
mw_load
setsid readers "$(cat /files/processes)"
