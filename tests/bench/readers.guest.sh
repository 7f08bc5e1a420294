# SPDX-License-Identifier: GPL-2.0-only
. /lib.sh
mw_load
setsid readers "$(cat /files/processes)"
