# SPDX-License-Identifier: GPL-2.0-only
#
# observers.awk - from what observers.guest.sh printed to results: one line for each
# observer and operation, OBSERVER|OPERATION|VALUE|SPREAD|N|NOTE. -v operations= and
# observers= say which are wanted: what was not measured is `-` with its reason. With
# -v peer_operations= the peers are wanted on these operations alone.
#
# The value of an observer is the base of the boot plus what it added over the mean of
# the base before and the base after, in the turn whose two bases differ least. Its
# spread is how far these two lie apart; that of `none` how far all bases of the boot do.
# With -v all_turns=N above 1 it is the mean of all turns, and its spread twice the
# standard error of that.

function abs(x) { return x < 0 ? -x : x }

# The base before is the last one; what waits for the one after it is judged then.
$1 == "count" && $2 == "none" {
	if ($4 in pending) {
		judge($4, pending[$4], $5)
		delete pending[$4]
	}
	before[$4] = $5
	bases[$4]++
	sum[$4] += $5
	idle[$4] += $9
	if (bases[$4] == 1 || $5 < low[$4]) low[$4] = $5
	if (bases[$4] == 1 || $5 > high[$4]) high[$4] = $5
}

$1 == "count" && $2 != "none" {
	pending[$4] = $2
	cost[$4] = $5
	# What does not repeat within one measure is told with its range.
	rounds[$4] = ($7 > 1.1 * $6) ? sprintf("; rounds of %.0f to %.0f", $6, $7) : ""
	if ($9 >= 50) rounds[$4] = rounds[$4] "; idle " $9 " ms"
	idle[$4] += $9
}

function judge(op, observer, after,    base, apart) {
	base = (before[op] + after) / 2
	apart = 100 * abs(before[op] - after) / (before[op] < after ? before[op] : after)
	turns[observer, op]++
	if (all_turns > 1) {
		add_turn(observer, op, cost[op] - base, base)
		return
	}
	if (turns[observer, op] > 1 && apart >= spread[observer, op])
		return
	spread[observer, op] = apart
	added[observer, op] = cost[op] - base
	range[observer, op] = rounds[op]
}

function add_turn(observer, op, more, base,    n, mean) {
	n = turns[observer, op]
	total[observer, op] += more
	squares[observer, op] += more * more
	mean = total[observer, op] / n
	added[observer, op] = mean
	if (n > 1)
		spread[observer, op] = 200 * sqrt(abs(squares[observer, op] / n - mean * mean) / (n - 1)) / base
}

$1 == "absent" {
	name = $2
	sub(/^absent [^ ]* /, "")
	gsub(/\|/, "/")
	why[name] = $0
}

# `-` is an observer that counts nothing.
$1 == "saw" { if ($4 ~ /^[0-9]+$/) saw[$2] += $4; else if ($4 == "-") saw[$2] = "-" }

function is_peer(observer) {
	return observer ~ /^(tracefs|bpftrace|memleak|lttng)$/
}

function reason(observer, op) {
	if (peer_operations != "" && is_peer(observer) && !index(" " peer_operations " ", " " op " "))
		return "it was not asked for"
	if (observer in why) return why[observer]
	return "the guest ended before it was measured"
}

function row(observer, op,    idled, seen) {
	if (!bases[op] || (observer != "none" && !((observer, op) in added))) {
		printf "%s|%s|-|-|0|%s\n", observer, op, reason(observer, op)
		return
	}
	idled = (idle[op] >= 50) ? "idle " idle[op] " ms" : ""
	if (observer == "none") {
		printf "none|%s|%.1f|%.2f|%d|%s\n", op, sum[op] / bases[op],
		       100 * (high[op] - low[op]) / low[op], bases[op], idled
		return
	}
	seen = saw[observer]
	if (seen != "-" && seen + 0 == 0 && observer != "memwatch_off") {
		printf "%s|%s|-|-|0|it was attached but saw no event\n", observer, op
		return
	}
	printf "%s|%s|%.1f|%.2f|%d|%s\n", observer, op, sum[op] / bases[op] + added[observer, op],
	       spread[observer, op], turns[observer, op], ((seen != "-") ? "saw " seen " events" : "") \
	       (all_turns > 1 ? "; mean of the turns; twice its standard error" : range[observer, op])
}

END {
	m = split(observers, wanted, " ")
	n = split(operations, work, " ")
	for (i = 1; i <= m; i++)
		for (j = 1; j <= n; j++)
			row(wanted[i], work[j])
}
