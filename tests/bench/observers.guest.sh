# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# In the guest: what operations cost without observer, with one, and without again, for
# one observer after another. Prints lines for tests/bench/observers:
#
#	count none|OBSERVER TURN OPERATION MEAN LOWEST HIGHEST ROUNDS IDLE_MS
#	saw OBSERVER TURN EVENTS      what the observer itself counted meanwhile
#	absent OBSERVER REASON
#
# A turn in which the two bases of an operation differ too much is made again for it, unless
# TURNS says how many there shall be of all.

. /lib.sh
. /files/observers.lib.sh

# A turn whose bases differ by less than this is good; more turns are not made.
readonly GOOD_PERCENT=1
readonly MAX_TURNS=3

bases=0

# base [OPERATION...]: what is counted is kept in the file `after`.
base() {
	bases=$((bases + 1))
	[ ! -e /tmp/after ] || mv /tmp/after /tmp/before
	operations none "$bases" "$@" >/tmp/after || mw_fail "the operations failed: $(cat /tmp/after)"
	cat /tmp/after
}

# operations OBSERVER TURN [OPERATION...]
operations() {
	ops_observer=$1
	ops_turn=$2
	shift 2
	# shellcheck disable=SC2086 # one word an operation
	[ $# -gt 0 ] || set -- $OPERATIONS
	enter /files/ops "$ops_observer" "$@" >/tmp/ops || return 1
	sed "s/^[^ ]* /count $ops_observer $ops_turn /" /tmp/ops
}

# unsteady: operations whose bases differ too much.
unsteady() {
	awk -v good="$GOOD_PERCENT" '
		{ cost = $5 }
		NR == FNR { before[$4] = cost; next }
		$4 in before {
			difference = 200 * (cost - before[$4]) / (cost + before[$4])
			if (difference > good || difference < -good) print $4
		}' /tmp/before /tmp/after
}

# again OPERATION...: those that the next turn takes; none after the last.
again() {
	if [ "$TURNS" -gt 1 ]; then
		[ "$turn" -ge "$TURNS" ] || echo "$*"
	elif [ "$turn" -lt "$MAX_TURNS" ]; then
		unsteady
	fi
}

# observe OBSERVER [OPERATION...]: its turns. The base before it was counted.
observe() {
	observer=$1
	shift
	turn=1
	while :; do
		why='it did not start'
		if ! "attach_$observer" >/tmp/attach 2>&1; then
			echo "absent $observer $why"
			"detach_$observer" >/dev/null 2>&1
			return
		fi
		operations "$observer" "$turn" "$@" || echo "absent $observer the operations failed under it"
		echo "saw $observer $turn $("saw_$observer" 2>/dev/null)"
		"detach_$observer" >/tmp/detach 2>&1 || mw_fail "$observer does not go: $(tail -3 /tmp/detach)"
		sleep 5
		base "$@"
		# shellcheck disable=SC2046 # one word an operation
		set -- $(again "$@")
		[ $# -gt 0 ] || return
		turn=$((turn + 1))
	done
}

# operations_of OBSERVER
operations_of() {
	case $1 in
	tracefs | bpftrace | memleak | lttng) echo "$PEER_OPERATIONS" ;;
	*) echo "$OPERATIONS" ;;
	esac
}

# has_base OPERATION...: are all in the last base? Not after some were made again.
has_base() {
	for op in "$@"; do
		grep -q "^count none [0-9]* $op " /tmp/after || return 1
	done
}

prepare
operations none 0 >/dev/null || mw_fail "the operations failed"
base
# shellcheck disable=SC2046 # one word an operation
for name in $OBSERVERS; do
	echo "progress $name"
	has_base $(operations_of "$name") || base $(operations_of "$name")
	observe "$name" $(operations_of "$name")
done
echo "end"
